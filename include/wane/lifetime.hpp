// SPDX-License-Identifier: BSL-1.0
// How long an entry lives: the arguments that carry a TTL, a deadline, or neither.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <type_traits>

namespace wane {

/// Tag: the entry never expires.
struct forever_t {
  explicit constexpr forever_t() = default;
};
inline constexpr forever_t forever{};

/// Tag, for assigning calls only: the entry keeps the deadline (or the absence of one) that it has.
struct keep_ttl_t {
  explicit constexpr keep_ttl_t() = default;
};
inline constexpr keep_ttl_t keep_ttl{};

/// What map::ttl reports for an entry without a deadline.
inline constexpr std::chrono::nanoseconds no_deadline = std::chrono::nanoseconds::max();

/// When a call that changes a deadline may do so; the names of Redis are given for comparison.
enum class when : std::uint8_t {
  always,
  if_later,   ///< only if it moves the deadline later; an entry without one is never moved (GT)
  if_sooner,  ///< only if it moves the deadline sooner; an entry without one always is (LT)
  if_none,    ///< only if the entry has no deadline (NX)
  if_some,    ///< only if the entry has a deadline (XX)
};

namespace impl {

/// Converts any duration to nanoseconds, saturating where chrono would overflow (hours::max(), say).
template <class Rep, class Period>
constexpr std::chrono::nanoseconds saturating_nanoseconds(std::chrono::duration<Rep, Period> d) noexcept {
  using wide = std::chrono::duration<long double, std::nano>;
  const auto exact = wide(d).count();
  if (exact >= static_cast<long double>(std::numeric_limits<std::int64_t>::max()))
    return std::chrono::nanoseconds::max();
  if (exact <= static_cast<long double>(std::numeric_limits<std::int64_t>::min()))
    return std::chrono::nanoseconds::min();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(d);
}

}  // namespace impl

/// The lifetime of an entry about to be inserted: `forever`, a TTL (any duration) or a deadline (a time point of the
/// map's clock). A TTL counts from a clock sample taken inside the call.
/// Throws: std::invalid_argument when the TTL is zero or negative. A deadline in the past is accepted: the entry is
/// then expired as soon as it is there.
template <class Clock>
class lifetime {
 public:
  constexpr lifetime(forever_t) noexcept {}
  template <class Rep, class Period>
  constexpr lifetime(std::chrono::duration<Rep, Period> ttl)
      : kind_(kind::after), ns_(impl::saturating_nanoseconds(ttl)) {
    if (ttl <= ttl.zero()) throw std::invalid_argument("wane: a TTL must be positive");
  }
  template <class Duration>
  constexpr lifetime(std::chrono::time_point<typename Clock::time_point::clock, Duration> deadline) noexcept
      : kind_(kind::at), ns_(impl::saturating_nanoseconds(deadline.time_since_epoch())) {}

  [[nodiscard]] constexpr bool is_forever() const noexcept { return kind_ == kind::unlimited; }
  [[nodiscard]] constexpr bool is_ttl() const noexcept { return kind_ == kind::after; }
  /// The TTL, or the deadline since the clock's epoch.
  [[nodiscard]] constexpr std::chrono::nanoseconds value() const noexcept { return ns_; }

 protected:
  enum class kind : std::uint8_t { unlimited, after, at, kept };
  constexpr lifetime(kind k) noexcept : kind_(k) {}

  kind kind_ = kind::unlimited;

 private:
  std::chrono::nanoseconds ns_{0};
};

/// The lifetime an assigning call gives: what `lifetime` takes, or `keep_ttl`.
template <class Clock>
class assigned_lifetime : public lifetime<Clock> {
 public:
  using lifetime<Clock>::lifetime;
  constexpr assigned_lifetime(keep_ttl_t) noexcept : lifetime<Clock>(lifetime<Clock>::kind::kept) {}

  [[nodiscard]] constexpr bool is_kept() const noexcept { return this->kind_ == lifetime<Clock>::kind::kept; }
  /// What it means where there is no entry whose deadline could be kept.
  [[nodiscard]] constexpr lifetime<Clock> when_inserting() const noexcept {
    if (is_kept()) return forever;
    return *this;
  }
};

}  // namespace wane
