// SPDX-License-Identifier: BSL-1.0
// A history of real threads as it is made: each thread writes down its own calls, in memory it has beforehand; one counter,
// drawn from before a call and after it, tells their order.
//
// The counter is one word that every thread writes, twice a call. A clock of the processor would cost less and let calls come
// closer, but whether it agrees between cores to the nanosecond is the machine's affair, and a wrong order is a false alarm.
#pragma once

#include <wane/cause.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "linearizability/history.hpp"
#include "support/harness.hpp"

namespace proptest {

class recording {
 public:
  /// What one thread has written down. A call that concerns several keys is several calls, open at the same time.
  struct log {
    std::vector<call> calls;
    std::vector<death> deaths;  // by the index of the call in this log
    std::size_t open_from = 0;
    std::size_t open_count = 0;
  };

  /// Of keys below `keys`; others may be used and are nobody's business.
  recording(unsigned threads, std::uint64_t keys, std::size_t calls_each) : keys_(keys), logs_(threads) {
    for (log& l : logs_) l.calls.reserve(calls_each), l.deaths.reserve(calls_each);
  }
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;

  /// While it lives, the calling thread writes into log `number`.
  class as_thread {
   public:
    as_thread(recording& r, unsigned number) noexcept : before_(std::exchange(mine(), &r.logs_[number])) {}
    ~as_thread() { mine() = before_; }
    as_thread(const as_thread&) = delete;
    as_thread& operator=(const as_thread&) = delete;

   private:
    log* before_;
  };

  // ---- By the thread that calls ------------------------------------------------------------------------------------

  void invoke(const call& c) {
    log& l = *mine();
    l.open_from = l.calls.size();
    l.open_count = 1;
    l.calls.push_back(c);
    l.calls.back().thread = static_cast<std::uint8_t>(&l - logs_.data());
    l.calls.back().invoked = stamp();
  }
  /// One more call that begins with the last.
  void invoke_also(const call& c) {
    log& l = *mine();
    const std::uint64_t invoked = l.calls.back().invoked;
    l.calls.push_back(c);
    l.calls.back().thread = static_cast<std::uint8_t>(&l - logs_.data());
    l.calls.back().invoked = invoked;
    ++l.open_count;
  }
  /// The calls that are open return. Returns the first of them, for its results to be filled in.
  call& respond() {
    const std::uint64_t responded = stamp();
    log& l = *mine();
    for (std::size_t i = l.open_from; i < l.open_from + l.open_count; ++i) l.calls[i].responded = responded;
    l.open_count = 0;
    return l.calls[l.open_from];
  }
  /// A call that is complete.
  void add(const call& c) { mine()->calls.push_back(c); }
  /// A listener was told, by the thread that is in a call.
  void died(std::uint64_t key, std::uint64_t value, wane::cause why) {
    if (key >= keys_ || is_over_) return;
    log* const l = mine();
    if (l == nullptr || l->open_count == 0) {
      EXPECT(false, "the removal of key " << key << " is told outside every call");
      return;
    }
    std::size_t by = l->open_from;
    for (std::size_t i = 0; i < l->open_count; ++i)
      if (l->calls[l->open_from + i].key == key) by = l->open_from + i;
    l->deaths.push_back({key, value, why, by});
  }
  [[nodiscard]] std::uint64_t now() const noexcept { return stamps_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t keys() const noexcept { return keys_; }

  // ---- When all is quiet -------------------------------------------------------------------------------------------

  struct merged {
    std::vector<call> calls;
    std::vector<death> deaths;
  };
  /// Everything, in no particular sequence. What happens later is not written down.
  [[nodiscard]] merged take() {
    is_over_ = true;
    merged all;
    std::size_t calls = 0;
    for (const log& l : logs_) calls += l.calls.size();
    all.calls.reserve(calls);
    for (const log& l : logs_) {
      for (death d : l.deaths) {
        d.call += all.calls.size();
        all.deaths.push_back(d);
      }
      all.calls.insert(all.calls.end(), l.calls.begin(), l.calls.end());
    }
    return all;
  }

 private:
  [[nodiscard]] static log*& mine() noexcept {
    static thread_local log* l = nullptr;
    return l;
  }
  /// acq_rel: whoever draws a later stamp has happened after whatever the earlier one ended.
  std::uint64_t stamp() noexcept { return stamps_.fetch_add(1, std::memory_order_acq_rel) + 1; }

  const std::uint64_t keys_;
  std::vector<log> logs_;
  bool is_over_ = false;
  alignas(128) std::atomic<std::uint64_t> stamps_{0};
};

}  // namespace proptest
