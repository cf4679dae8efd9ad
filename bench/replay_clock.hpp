// SPDX-License-Identifier: BSL-1.0
// The clock of a replay: it stands where the trace stands. So a trace of hours is replayed as fast as a map can, and
// still every map meets the same deadlines at the same requests.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace bench {

/// A clock of one process; it satisfies the clock requirements of the standard library and of wane.
struct replay_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<replay_clock, duration>;
  static constexpr bool is_steady = true;

  [[nodiscard]] static time_point now() noexcept { return time_point(std::chrono::milliseconds(now_ms())); }

  [[nodiscard]] static std::int64_t now_ms() noexcept {
    // [C1] acquire: pairs with [C2], so that a request sees the writes of requests replayed before the time it reads.
    return now_ms_.load(std::memory_order_acquire);
  }

  /// Moves the clock to `ms` unless it is there already.
  static void reach(std::int64_t ms) noexcept {
    // Relaxed: only a first guess for [C2], which decides.
    auto now = now_ms_.load(std::memory_order_relaxed);
    // [C2] release: pairs with [C1]. Relaxed on failure: the value is only the next guess.
    while (now < ms && !now_ms_.compare_exchange_weak(now, ms, std::memory_order_release, std::memory_order_relaxed)) {
    }
  }

  /// Back to the start, between replays.
  static void restart() noexcept { now_ms_.store(0, std::memory_order_relaxed); }  // no replay is running

 private:
  static inline std::atomic<std::int64_t> now_ms_{0};
};

}  // namespace bench
