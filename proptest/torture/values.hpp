// SPDX-License-Identifier: BSL-1.0
// The values of a torture run. Each says which element it stands for, and can tell that it is not what it was.
#pragma once

#include <cstdint>
#include <string>

#include "support/counted.hpp"
#include "support/ledger.hpp"

namespace proptest {

/// What one look at a value has shown.
struct sight {
  identity who;
  bool is_intact = false;
};

/// Constructed in its slot and destroyed there after the grace period: the destructor poisons it.
class poisoned : private instances<poisoned> {
 public:
  static constexpr const char* name = "poisoned";
  using instances<poisoned>::alive;

  explicit poisoned(identity who) noexcept : canary_(~who.bits), bits_(who.bits) {}
  poisoned(const poisoned& other) noexcept : instances<poisoned>(), canary_(other.canary_), bits_(other.bits_) {}
  poisoned& operator=(const poisoned&) = default;
  ~poisoned() {
    // volatile: to the compiler a store to an object at its end is dead.
    *const_cast<volatile std::uint64_t*>(&canary_) = poison;
    *const_cast<volatile std::uint64_t*>(&bits_) = poison;
  }

  [[nodiscard]] sight look() const noexcept { return {identity(bits_), canary_ == ~bits_}; }

 private:
  static constexpr std::uint64_t poison = 0xDEAD'DEAD'DEAD'DEAD;
  std::uint64_t canary_;
  std::uint64_t bits_;
};

/// Copied in and out; what the slot is used for next is written over it. Three words, so that it can be torn.
struct wide {
  static constexpr const char* name = "inline";
  std::uint64_t bits, complement, product;

  explicit wide(identity who) noexcept : bits(who.bits), complement(~who.bits), product(who.bits * 3) {}
  [[nodiscard]] sight look() const noexcept { return {identity(bits), complement == ~bits && product == bits * 3}; }
};

/// Looks at a value in its slot, again each time it is called.
template <class Value>
[[gnu::noinline]] sight look_at(const Value& v) noexcept {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  return v.look();
}

}  // namespace proptest
