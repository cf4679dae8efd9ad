// SPDX-License-Identifier: BSL-1.0
// Stress: what a reader that is parked inside a guard keeps from being freed: as little as its reclaimer says, or everything. Sets
// unlinking and retiring by several threads against a guard that lasts.
#include <wane/map.hpp>
#include <wane/reclaim/controls.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "support/harness.hpp"
#include "support/reclaimers.hpp"

using namespace proptest;

namespace {

template <class R>
struct policy_of : wane::policy<std::uint64_t> {
  using reclaimer = R;
};

constexpr unsigned writers = 3;
constexpr std::uint64_t keys = 300;
constexpr std::uint64_t removals = 20'000;  // of each writer

/// Slots retired and not freed, at some moment of the call. What threads have freed is read before what they have retired,
/// so a thread that is preempted between the two counts as waiting whatever was freed meanwhile: never too few, and too many
/// only if that happens at each look.
template <class Map>
std::size_t waiting(const Map& map) {
  std::size_t least = map.stats().retired;
  for (int looks = 1; looks < 4; ++looks) least = std::min(least, map.stats().retired);
  return least;
}

/// The most slots that were retired and not freed while writers removed entries beside a parked reader.
template <class R>
std::size_t most_garbage() {
  const attendance<R> present;
  wane::map<std::uint64_t, std::uint64_t, policy_of<R>> map;
  constexpr std::uint64_t stays = 0;
  map.insert(stays, stays);
  for (std::uint64_t key = 1; key <= keys; ++key) map.insert(key, key);
  std::atomic<std::size_t> most{0};
  map.visit(stays, [&](std::uint64_t, std::uint64_t) {
    std::vector<std::jthread> threads;
    for (unsigned w = 0; w < writers; ++w)
      threads.emplace_back([&, w] {
        const attendance<R> here_too;
        for (std::uint64_t i = 0; i < removals; ++i) {
          const std::uint64_t key = 1 + w + writers * (i % (keys / writers));
          map.erase(key);
          map.insert(key, i);
          if (i % 100 != 0) continue;
          const std::size_t now = waiting(map);
          // [1] relaxed: a figure, read when the threads have been joined.
          std::size_t seen = most.load(std::memory_order_relaxed);
          // [2] relaxed: as [1].
          while (seen < now &&
                 !most.compare_exchange_weak(seen, now, std::memory_order_relaxed, std::memory_order_relaxed)) {
          }
        }
      });
  });
  map.collect();  // stamps what it cannot free yet
  if constexpr (wane::waits_for_grace_periods<typename R::domain>) map.domain().barrier();
  map.collect();
  const std::size_t frees_none_of = std::is_same_v<R, wane::leak> ? writers * removals : 0;
  EXPECT(map.stats().retired == frees_none_of, map.stats().retired << " slots are kept though nobody reads");
  // [3] relaxed: the threads have been joined.
  return most.load(std::memory_order_relaxed);
}

/// Two bags a thread, and what its hazards and those of the others hold.
void hazards_hold_a_bounded_number() {
  static_assert(wane::hazard::bounded_garbage);
  constexpr std::size_t threads = writers + 1, bound = threads * 2 * wane::impl::bag::capacity + threads * 3 * 2;
  const std::size_t most = most_garbage<wane::hazard>();
  EXPECT(most <= bound, most << " slots waited; at most " << bound << " may");
}
/// Two bags a thread; for each guard (a writer's may be preempted and stall as well) what was there when it last looked at the
/// era, or was handed out in that era, before each thread's bag was full; and as much as a third more that nobody holds, in
/// bags that wait for their turn to be looked at.
void intervals_hold_what_was_there() {
  static_assert(wane::ibr::bounded_garbage);
  constexpr std::size_t threads = writers + 1, bags = threads * 2 * wane::impl::bag::capacity, there = 1 + keys;
  constexpr std::size_t held = threads * (there + threads * wane::impl::bag::capacity), bound = bags + held + held / 3;
  const std::size_t most = most_garbage<wane::ibr>();
  EXPECT(most <= bound, most << " slots waited; at most " << bound << " may");
  EXPECT(most >= keys, most << " slots waited: the reader was not in the way");
}
void versions_hold_nothing() {
  static_assert(wane::versioned::bounded_garbage);
  const std::size_t most = most_garbage<wane::versioned>();
  EXPECT(most <= writers,
         most << " slots waited");  // one a writer is between being unlinked and being counted as freed
}
/// However much that is: a reader has been in the way of all of it.
template <class R>
void all_that_is_removed_waits() {
  static_assert(!R::bounded_garbage);
  const std::size_t most = most_garbage<R>();
  EXPECT(most > writers * removals / 2, most << " slots waited: the reader was not in the way");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("hazards_hold_a_bounded_number", hazards_hold_a_bounded_number);
  tests.test("intervals_hold_what_was_there", intervals_hold_what_was_there);
  tests.test("versions_hold_nothing", versions_hold_nothing);
  using unbounded =
      reclaimers<wane::epoch, wane::rcu<wane::memb>, wane::rcu<wane::qsbr>, wane::rcu<wane::mb>, wane::rcu<wane::bp>>;
  for_each_reclaimer<unbounded>("all_that_is_removed_waits",
                                [&]<class R>(const auto& name) { tests.test(name, all_that_is_removed_waits<R>); });
  tests.test("a_leak_frees_nothing_ever", all_that_is_removed_waits<wane::leak>);
  return tests.result();
}
