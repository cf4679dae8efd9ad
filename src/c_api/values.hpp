// SPDX-License-Identifier: BSL-1.0
// Times, options and figures, as C has them and as C++ has them.
#pragma once

#include <chrono>

#include <wane/wane.h>
#include <wane/clock.hpp>
#include <wane/lifetime.hpp>
#include <wane/options.hpp>
#include <wane/stats.hpp>

namespace wane::c_api {

/// The clock of a map made in C: the caller's function, or the coarse clock.
struct chosen_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = coarse_clock::time_point;
  static constexpr bool is_steady = true;

  wane_clock read = nullptr;
  void* context = nullptr;

  [[nodiscard]] time_point now() const noexcept {
    return read == nullptr ? coarse_clock::now() : time_point(duration(read(context)));
  }
};

using lifetime = wane::lifetime<chosen_clock>;
using assigned_lifetime = wane::assigned_lifetime<chosen_clock>;

/// Each throws: refusal on a kind, or a condition, that there is not; std::invalid_argument on a TTL <= 0.
lifetime to_insert(wane_lifetime life);
assigned_lifetime to_assign(wane_lifetime life);
when condition(int number);

inline chosen_clock::time_point reading(std::int64_t nanoseconds) {
  return chosen_clock::time_point(std::chrono::nanoseconds(nanoseconds));
}

/// What a program gave, over the defaults; NULL: these. Throws: refusal.
wane_options complete(const wane_options* given);
wane::options to_options(const wane_options& given);
void store_stats(const stats& figures, wane_stats* out);

}  // namespace wane::c_api
