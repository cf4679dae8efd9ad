// SPDX-License-Identifier: BSL-1.0
// The clock of a scene. It stands at zero while the map is filled, so that entries which live for a second are not dead
// before the last has come, and runs at the rate of real time from then on.
#pragma once

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

namespace bench::expiry {

/// A clock of one process; it satisfies the clock requirements of the standard library and of wane.
struct scene_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<scene_clock, duration>;
  static constexpr bool is_steady = true;

  /// How far `now` may be behind `precise_now`: a tick of the slowest kernel, and two of wane's.
  static constexpr duration lag = std::chrono::milliseconds(12);

  /// What the maps go by: as cheap and as coarse as wane's own default clock.
  [[nodiscard]] static time_point now() noexcept { return reading(CLOCK_MONOTONIC_COARSE); }
  /// What is measured by.
  [[nodiscard]] static time_point precise_now() noexcept { return reading(CLOCK_MONOTONIC); }

  /// Stops the clock, at the time given.
  static void stand_at(duration time) noexcept {
    // Relaxed, here and below: no thread but this one asks a standing clock.
    standing_at_.store(time.count(), std::memory_order_relaxed);
    origin_.store(standing, std::memory_order_relaxed);
  }
  /// Lets a clock go that stands at zero.
  static void run() noexcept { origin_.store(system_time(CLOCK_MONOTONIC), std::memory_order_relaxed); }
  /// When the clock, which runs, reads `time`.
  [[nodiscard]] static std::chrono::steady_clock::time_point steady(time_point time) noexcept {
    return std::chrono::steady_clock::time_point(duration(origin_.load(std::memory_order_relaxed))) +
           time.time_since_epoch();
  }

 private:
  static constexpr std::int64_t standing = std::numeric_limits<std::int64_t>::min();

  static std::int64_t system_time(clockid_t clock) noexcept {
    timespec t{};
    clock_gettime(clock, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
  }

  static time_point reading(clockid_t clock) noexcept {
    const auto origin = origin_.load(std::memory_order_relaxed);
    if (origin == standing) return time_point(duration(standing_at_.load(std::memory_order_relaxed)));
    // The coarse clock may be behind the moment at which this one was let go.
    return time_point(duration(std::max<std::int64_t>(system_time(clock) - origin, 0)));
  }

  static inline std::atomic<std::int64_t> standing_at_{0}, origin_{standing};
};

}  // namespace bench::expiry
