// SPDX-License-Identifier: BSL-1.0
// A pointer and a 64-bit counter side by side, changed together by cmpxchg16b.
//
// Written as an instruction: g++ turns std::atomic of 16 bytes, and __atomic built-ins on it, into calls of libatomic,
// and the cost of a call, perhaps of a lock, is not the cost of the word.
#pragma once

#include <cstdint>
#include <vector>

#include "word.hpp"

#ifdef __x86_64__
#include <cpuid.h>
#endif

namespace bench::tags {

class counted64 {
 public:
  using reference = pointed_node*;
  struct value {
    reference node;
    std::uint64_t count;
    friend bool operator==(const value&, const value&) noexcept = default;
  };
  static constexpr int tag_bits = 64;

  static std::string_view unavailable() {
#ifdef __x86_64__
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_CMPXCHG16B) != 0) return {};
    return "this CPU lacks cmpxchg16b";
#else
    return "a 16-byte compare-and-swap is written for x86-64 only";
#endif
  }

  explicit counted64(std::size_t nodes) : nodes_(nodes) {}

  static reference top(value v) noexcept { return v.node; }
  static value pointing_to(value v, reference r) noexcept { return {r, v.count + 1}; }

  /// Two loads, as a 16-byte load is not atomic on every CPU. The halves may belong to different moments; unless the
  /// node is the same at both, the word never held that pair, and a change from it is refused.
  [[nodiscard]] value read() const noexcept {
    // [CT1] acquire: pairs with [CT3]; keeps the loads in this order, the count never newer than the node.
    const std::uint64_t count = word_.count.load(std::memory_order_acquire);
    // [CT2] acquire: pairs with [CT3], so that the node on top is seen with its `next`.
    return {word_.node.load(std::memory_order_acquire), count};
  }

  /// [CT3] seq_cst, as is any locked instruction: pairs with [CT1], [CT2] and itself; publishes the node pushed, and
  /// a refused thread goes on from what it finds. The clobber keeps the compiler's accesses on their side of it.
  bool change([[maybe_unused]] value& expected, [[maybe_unused]] value desired) noexcept {
    bool changed = false;
#ifdef __x86_64__
    __asm__ volatile("lock cmpxchg16b %[word]"
                     : [word] "+m"(word_), "=@ccz"(changed), "+a"(expected.node), "+d"(expected.count)
                     : "b"(desired.node), "c"(desired.count)
                     : "memory");
#endif
    return changed;
  }

  [[nodiscard]] reference nth(std::size_t i) noexcept { return &nodes_[i]; }
  [[nodiscard]] static std::atomic<reference>& next(reference r) noexcept { return r->next; }

 private:
  struct alignas(16) halves {  // cmpxchg16b faults on any other alignment
    std::atomic<reference> node{nullptr};
    std::atomic<std::uint64_t> count{0};
  };
  static_assert(sizeof(halves) == 16, "the low half in rax is the node, the high half in rdx the count");

  alignas(64) halves word_;
  alignas(64) std::vector<pointed_node> nodes_;  // off the hot word's line
};

}  // namespace bench::tags
