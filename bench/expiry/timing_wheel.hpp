// SPDX-License-Identifier: BSL-1.0
// A hierarchical timing wheel: G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels", SOSP 1987, scheme 7.
//
//   level 0   256 slots of 1 tick          a timer is put on the lowest level on which it is less than a turn away;
//   level 1   256 slots of 256 ticks       when a slot of a higher level begins, its timers are put again, lower
//   level 2   256 slots of 65,536 ticks
//   level 3   256 slots of 2^24 ticks      farther than a turn: the last slot of the turn, and put again from there
//
// Timers are part of what they are for, and linked in rings; arming and disarming allocate nothing and take constant
// time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace bench::expiry {

/// Not thread-safe.
template <unsigned Levels, unsigned SlotBits>
class basic_timing_wheel {
 public:
  using tick = std::uint64_t;

  class timer {
   public:
    timer() = default;
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;

    [[nodiscard]] bool is_armed() const noexcept { return next_ != nullptr; }
    void disarm() noexcept {
      if (!is_armed()) return;
      before_->next_ = next_;
      next_->before_ = before_;
      next_ = before_ = nullptr;
    }

   private:
    friend class basic_timing_wheel;
    timer* next_ = nullptr;
    timer* before_ = nullptr;
    tick due_ = 0;
  };

  /// Precondition: it is not armed.
  void arm(timer& t, tick due) noexcept {
    t.due_ = due;
    put(t);
  }

  /// Takes the time to `now`, and returns a timer that is due, disarmed; nullptr when there is none left.
  timer* pop(tick now) noexcept {
    while (due_.is_empty() && now_ < now) advance();
    if (due_.is_empty()) return nullptr;
    timer* const first = due_.first();
    first->disarm();
    return first;
  }

 private:
  static constexpr std::size_t slots = std::size_t{1} << SlotBits;

  /// A ring with a head that is no timer.
  class ring {
   public:
    ring() { head_.next_ = head_.before_ = &head_; }
    [[nodiscard]] bool is_empty() const noexcept { return head_.next_ == &head_; }
    [[nodiscard]] timer* first() const noexcept { return head_.next_; }
    void append(timer& t) noexcept {
      t.before_ = head_.before_;
      t.next_ = &head_;
      t.before_->next_ = head_.before_ = &t;
    }

   private:
    timer head_;
  };

  /// Ticks in a slot of the level.
  static constexpr tick width(unsigned level) noexcept { return tick{1} << (SlotBits * level); }

  void put(timer& t) noexcept {
    if (t.due_ <= now_) return due_.append(t);
    const tick due = std::min(t.due_, now_ + width(Levels) - 1);
    unsigned level = 0;
    while (due - now_ >= width(level + 1)) ++level;
    slot(level, due).append(t);
  }

  [[nodiscard]] ring& slot(unsigned level, tick at) noexcept { return wheel_[level][at / width(level) % slots]; }

  void advance() noexcept {
    ++now_;
    for (unsigned level = Levels; level-- != 0;) {
      if (now_ % width(level) != 0) continue;
      // None comes back to the slot that it is taken from: what is left of its time is less than the slot is wide, or
      // it is more than a turn away and goes to the slot before.
      for (ring& beginning = slot(level, now_); !beginning.is_empty();) {
        timer& t = *beginning.first();
        t.disarm();
        put(t);
      }
    }
  }

  tick now_ = 0;
  ring due_;
  std::array<std::array<ring, slots>, Levels> wheel_;
};

using timing_wheel = basic_timing_wheel<4, 8>;

}  // namespace bench::expiry
