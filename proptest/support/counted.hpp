// SPDX-License-Identifier: BSL-1.0
// Types that know how many of them there are, so that a leak or a double destruction is a number.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "faults.hpp"

namespace proptest {

/// Counts the objects of the classes that derive from it with the same Tag.
template <class Tag>
class instances {
 public:
  instances() noexcept { change(1); }
  instances(const instances&) noexcept { change(1); }
  instances& operator=(const instances&) noexcept = default;
  ~instances() { change(-1); }

  [[nodiscard]] static std::int64_t alive() noexcept { return count_.load(std::memory_order_seq_cst); }

 private:
  static void change(std::int64_t by) noexcept { count_.fetch_add(by, std::memory_order_seq_cst); }
  static inline std::atomic<std::int64_t> count_{0};
};

/// A number that is counted, and of which every construction, copy, move, assignment and comparison may throw.
template <class Tag>
class fragile : private instances<Tag> {
 public:
  using instances<Tag>::alive;

  explicit fragile(unsigned n) : number_((user_code(), n)) {}
  // NOLINTNEXTLINE(bugprone-copy-constructor-init): the base counts, it copies nothing
  fragile(const fragile& other) : instances<Tag>(), number_((user_code(), other.number_)) {}
  fragile(fragile&& other) noexcept(false)
      : number_((user_code<fault_in_move<fragile>>(), std::exchange(other.number_, moved_from))) {}
  fragile& operator=(const fragile& other) {
    user_code();
    number_ = other.number_;
    return *this;
  }
  fragile& operator=(fragile&& other) noexcept(false) {
    user_code<fault_in_move<fragile>>();
    number_ = std::exchange(other.number_, moved_from);
    return *this;
  }
  ~fragile() { number_ = destroyed; }

  [[nodiscard]] unsigned number() const noexcept { return number_; }

  friend bool operator==(const fragile& a, const fragile& b) {
    user_code();
    return a.number_ == b.number_;
  }

 private:
  static constexpr unsigned moved_from = 0xDEAD'0001;
  static constexpr unsigned destroyed = 0xDEAD'0002;
  unsigned number_;
};

/// A number that is counted, and can only be moved.
template <class Tag>
class movable : private instances<Tag> {
 public:
  using instances<Tag>::alive;

  explicit movable(unsigned n) noexcept : number_(n) {}
  movable(const movable&) = delete;
  movable& operator=(const movable&) = delete;

  [[nodiscard]] unsigned number() const noexcept { return number_; }

 private:
  unsigned number_;
};

}  // namespace proptest
