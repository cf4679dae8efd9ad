// SPDX-License-Identifier: BSL-1.0
// A pointer with a tag in the bits that user space leaves unused, in 8 bytes.
//
//   63              48  47                                      0
//  +------------------+------------------------------------------+
//  | tag:16           | pointer:48                               |
//  +------------------+------------------------------------------+
#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "word.hpp"

namespace bench::tags {

class packed16 {
 public:
  using value = std::uint64_t;
  using reference = pointed_node*;
  static constexpr int tag_bits = 16;

  static std::string_view unavailable() { return {}; }

  explicit packed16(std::size_t nodes) : nodes_(nodes) {
    // With five-level page tables a program can ask for addresses beyond 48 bits; an allocator does not by itself.
    if (reinterpret_cast<std::uintptr_t>(&nodes_.back()) >> pointer_bits != 0)
      throw std::runtime_error("the nodes lie beyond 48 bits of address");
  }

  static reference top(value v) noexcept { return reinterpret_cast<reference>(v & pointer_mask); }
  static value pointing_to(value v, reference r) noexcept {
    return ((v >> pointer_bits) + 1) << pointer_bits | reinterpret_cast<std::uintptr_t>(r);
  }

  /// [PK1] acquire: pairs with [PK2], so that the node on top is seen with its `next`.
  [[nodiscard]] value read() const noexcept { return word_.load(std::memory_order_acquire); }

  /// [PK2] acq_rel: release pairs with [PK1] and with itself (publishes the node pushed); acquire on both outcomes
  /// pairs with itself, as a refused thread goes on from what it finds. The orders of wane's own word.
  bool change(value& expected, value desired) noexcept {
    return word_.compare_exchange_strong(expected, desired, std::memory_order_acq_rel, std::memory_order_acquire);
  }

  [[nodiscard]] reference nth(std::size_t i) noexcept { return &nodes_[i]; }
  [[nodiscard]] static std::atomic<reference>& next(reference r) noexcept { return r->next; }

 private:
  static constexpr int pointer_bits = 48;
  static constexpr value pointer_mask = (value{1} << pointer_bits) - 1;

  alignas(64) std::atomic<value> word_{0};
  alignas(64) std::vector<pointed_node> nodes_;  // off the hot word's line
};

}  // namespace bench::tags
