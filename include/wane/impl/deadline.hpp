// SPDX-License-Identifier: BSL-1.0
// Time as a map sees it: ticks since the map was made.
//
// A sample is rounded down and a deadline up, and an entry is alive while sample < deadline. So a TTL of t lasts at least
// t by the map's clock, and ends less than one tick later (two ticks cover a reading taken just before the call's own).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include <wane/impl/state.hpp>
#include <wane/lifetime.hpp>

namespace wane::impl {

/// Holds every sum of two times and a product of ticks by their length. An extension of g++ and clang.
__extension__ using wide = __int128;

template <class Clock, class Tick>
class tick_clock {
 public:
  using time_point = typename Clock::time_point;
  static constexpr std::int64_t tick_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(Tick(1)).count();
  static_assert(tick_ns >= 1, "a tick is a whole number of nanoseconds");
  /// Nanoseconds from the origin to the last deadline that there is.
  static constexpr wide latest = static_cast<wide>(never - 1) * tick_ns;

  explicit tick_clock(Clock clock) : clock_(std::move(clock)), origin_(since_epoch(clock_.now())) {}

  [[nodiscard]] tick_count now() const noexcept {
    return static_cast<tick_count>((since_epoch(clock_.now()) - origin_) / tick_ns);
  }

  /// The deadline of an entry inserted now. Saturates below `never`. Precondition: not keep_ttl.
  [[nodiscard]] tick_count deadline_of(const lifetime<Clock>& life) const noexcept {
    if (life.is_forever()) return never;
    return round_up(life.is_ttl() ? since_epoch(clock_.now()) : 0, life.value().count());
  }

  /// The time from now until a deadline, at least 1 ns.
  [[nodiscard]] std::chrono::nanoseconds until(tick_count deadline) const noexcept {
    if (deadline == never) return no_deadline;
    const wide left = static_cast<wide>(deadline) * tick_ns + origin_ - since_epoch(clock_.now());
    // Never no_deadline, however long the ticks.
    constexpr wide longest = no_deadline.count() - 1;
    return std::chrono::nanoseconds(static_cast<std::int64_t>(std::clamp<wide>(left, 1, longest)));
  }

 private:
  static std::int64_t since_epoch(time_point t) noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(t.time_since_epoch()).count();
  }
  /// start + length in ticks since the origin, rounded up, within [0, never).
  [[nodiscard]] tick_count round_up(std::int64_t start, std::int64_t length) const noexcept {
    const wide since_origin = static_cast<wide>(start) + length - origin_;
    if (since_origin <= 0) return 0;
    if (since_origin > latest) return never - 1;
    // Most ticks are so short that 64 bits hold whatever is divided: then to divide is to multiply, and no call.
    using dividend = std::conditional_t<latest <= std::numeric_limits<std::int64_t>::max(), std::uint64_t, wide>;
    return static_cast<tick_count>((static_cast<dividend>(since_origin) + tick_ns - 1) / tick_ns);
  }

  [[no_unique_address]] Clock clock_;
  std::int64_t origin_;
};

/// Whether `condition` lets a deadline go from `from` to `to`. No deadline counts as later than any.
[[nodiscard]] constexpr bool allows(when condition, tick_count from, tick_count to) noexcept {
  switch (condition) {
    case when::always: return true;
    case when::if_later: return to > from;
    case when::if_sooner: return to < from;
    case when::if_none: return from == never;
    case when::if_some: return from != never;
  }
  return false;
}

}  // namespace wane::impl
