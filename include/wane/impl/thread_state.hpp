// SPDX-License-Identifier: BSL-1.0
// What a map keeps for each thread slot: free slots, garbage, counters.
#pragma once

#include <atomic>
#include <cstdint>

#include <wane/impl/limbo.hpp>
#include <wane/impl/per_thread.hpp>
#include <wane/impl/pool.hpp>

namespace wane::impl {

/// Counters of one thread: written by it alone, read by anybody.
template <class Env>
struct counters {
  using counter = typename Env::template atomic<std::uint64_t>;
  counter inserted{0};
  counter erased{0};
  counter expired{0};
  counter replaced{0};
  counter cleared{0};
  counter met_expired{0};
  counter listener_errors{0};
  counter retired{0};
  counter freed{0};
};

template <class Env>
struct alignas(64) thread_state {
  slot_cache slots;
  garbage_slot<Env> retired;
  typename Env::template atomic<bool> waiting{false};  ///< a hint: true whenever `retired` is put back with slots in it
  std::int32_t unfolded = 0;      ///< insertions minus removals not yet in the map's population estimate
  std::uint32_t insertions = 0;   ///< paces the shares of splitting
  std::uint32_t next_orphan = 0;  ///< the slot to look at next for garbage of a thread that has ended
  counters<Env> counts;

  void count(typename counters<Env>::counter counters<Env>::*which) noexcept {
    auto& c = counts.*which;
    // [T1] relaxed: only the owner writes; readers want a figure.
    const std::uint64_t n = c.load(std::memory_order_relaxed) + 1;
    // [T2] relaxed: as [T1].
    c.store(n, std::memory_order_relaxed);
  }
};

/// The sum of one counter over all threads.
template <class Env>
[[nodiscard]] std::uint64_t total(const per_thread<thread_state<Env>, Env>& threads,
                                  typename counters<Env>::counter counters<Env>::*which) noexcept {
  std::uint64_t sum = 0;
  threads.for_each([&](std::uint32_t, const thread_state<Env>& t) {
    // [T3] relaxed: as [T1].
    sum += (t.counts.*which).load(std::memory_order_relaxed);
  });
  return sum;
}

}  // namespace wane::impl
