// SPDX-License-Identifier: BSL-1.0
// Values that are overwritten when they die: passwords, keys, tokens.
//
//   wane::map<std::string, wane::secret<std::array<std::byte, 32>>> keys;
//   keys.visit(user, [](const auto&, const auto& key) { use(*key); });    // no copy is made
//
// The map destroys a removed entry after its grace period, when no reader is left, and before its memory serves again
// or goes back to the system. Call collect() after a removal, or let a sweeper run, so that this does not wait for
// later operations. What the program keeps elsewhere (registers, the stack, swap, core dumps) is not wane's to
// overwrite.
#pragma once

#include <string.h>

#include <type_traits>

namespace wane {

/// A T that is overwritten with zeroes in its destructor, by a store that no optimizer may leave out. So are its
/// copies; a secret that was moved from is overwritten at once. Not for `versioned`, which would keep copies that
/// nobody destroys: the map does not compile then.
template <class T>
  requires std::is_trivially_copyable_v<T>
class secret {
 public:
  explicit secret(const T& value) noexcept : value_(value) {}
  secret(const secret&) noexcept = default;
  secret(secret&& other) noexcept : value_(other.value_) { other.wipe(); }
  secret& operator=(const secret&) noexcept = default;
  secret& operator=(secret&& other) noexcept {
    if (this == &other) return *this;
    value_ = other.value_;
    other.wipe();
    return *this;
  }
  ~secret() { wipe(); }

  [[nodiscard]] const T& operator*() const noexcept { return value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &value_; }

 private:
  void wipe() noexcept { explicit_bzero(&value_, sizeof value_); }

  T value_;
};

}  // namespace wane
