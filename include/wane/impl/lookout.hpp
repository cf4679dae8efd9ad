// SPDX-License-Identifier: BSL-1.0
// How often a sweeper's maps are asked whether they grow (see ahead.hpp): often for a while after they took a huge page within
// such a while, and for a moment after one was added; seldom otherwise. Functions of times, without a clock.
#pragma once

#include <chrono>
#include <cstddef>

namespace wane::impl {

class lookout {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr auto often = std::chrono::milliseconds(2), seldom = std::chrono::milliseconds(100);
  static constexpr auto a_while = std::chrono::seconds(1);
  static constexpr std::size_t huge_page = std::size_t{2} << 20;

  [[nodiscard]] time_point next() const noexcept { return next_; }

  /// A map was added at `now`.
  void map_added(time_point now) noexcept {
    next_ = now;
    often_until_ = now + seldom;
  }
  /// The maps were asked from `begin` to `end`, and `backed` bytes were put behind what they will need.
  void asked(time_point begin, time_point end, std::size_t backed) noexcept {
    of_late_ += backed;
    const bool grow = of_late_ >= huge_page;
    if (grow) often_until_ = begin + a_while;
    if (grow || begin - since_ >= a_while) {
      since_ = begin;
      of_late_ = 0;
    }
    next_ = end + (begin < often_until_ ? often : seldom);
  }

 private:
  time_point next_, often_until_;
  time_point since_;  // when of_late_ was 0
  std::size_t of_late_ = 0;
};

}  // namespace wane::impl
