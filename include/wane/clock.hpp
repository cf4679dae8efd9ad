// SPDX-License-Identifier: BSL-1.0
// Clocks a map can run on: coarse (default), precise, and one that moves only when it is told to.
//
// A map asks its clock only when it meets a finite deadline. All three are monotonic; none follows the wall clock.
#pragma once

#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <memory>

#include <wane/environment.hpp>

namespace wane {

/// CLOCK_MONOTONIC_COARSE: a few nanoseconds a reading, as old as one kernel tick (1 to 10 ms; see `resolution`).
/// A TTL measured by it is exact in its own readings; by a precise clock it may end up to one resolution early.
struct coarse_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;
  static constexpr bool is_steady = true;
  [[nodiscard]] static time_point now() noexcept;
  [[nodiscard]] static duration resolution() noexcept;
};

/// CLOCK_MONOTONIC: about 20 ns a reading.
struct precise_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;
  static constexpr bool is_steady = true;
  [[nodiscard]] static time_point now() noexcept { return std::chrono::steady_clock::now(); }
};

/// A clock for tests and simulation: time moves only by `advance`. Copies share one time, so the copy that a map keeps
/// follows the one the test holds. Threads may read and advance it concurrently.
template <class Env>
class basic_manual_clock {
 public:
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<basic_manual_clock, duration>;
  static constexpr bool is_steady = true;

  basic_manual_clock() : now_(std::make_shared<typename Env::template atomic<std::int64_t>>(0)) {}

  [[nodiscard]] time_point now() const noexcept {
    // [K1] acquire: pairs with [K2], so that who sees the new time also sees what its mover did before.
    return time_point(duration(now_->load(std::memory_order_acquire)));
  }
  /// Moves time forward by `step`, which must not be negative (asserted): the clock is monotonic.
  void advance(duration step) noexcept {
    assert(step >= duration::zero());
    // [K2] acq_rel: pairs with [K1] (release publishes the mover's past) and with itself (concurrent moves add up).
    now_->fetch_add(step.count(), std::memory_order_acq_rel);
  }

 private:
  std::shared_ptr<typename Env::template atomic<std::int64_t>> now_;
};

using manual_clock = basic_manual_clock<std_environment>;

}  // namespace wane
