// SPDX-License-Identifier: BSL-1.0
// The coarse monotonic clock.
#include <wane/clock.hpp>

#include <ctime>

namespace wane {

namespace {

std::chrono::nanoseconds nanoseconds_of(const timespec& t) noexcept {
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

}  // namespace

coarse_clock::time_point coarse_clock::now() noexcept {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return time_point(nanoseconds_of(t));
}

coarse_clock::duration coarse_clock::resolution() noexcept {
  timespec t;
  clock_getres(CLOCK_MONOTONIC_COARSE, &t);
  return nanoseconds_of(t);
}

}  // namespace wane
