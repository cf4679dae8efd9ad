// SPDX-License-Identifier: BSL-1.0
// An array that grows by doubling segments and never moves: the address space of slots, buckets and summaries.
//
//   segment 0: [0, F)   segment 1: [F, 2F)   segment 2: [2F, 4F)   ...   where F = First, a power of two
//
// A segment's base is kept with the segment's first index already subtracted, so that an element is one table look-up
// (a table of at most 33 pointers, which stays in the first-level cache) and one addition away.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace wane::impl {

template <class T, std::uint64_t First, class Env, class Pages>
class segments {
  static_assert(std::has_single_bit(First));

 public:
  /// Enough for 2^32 elements.
  static constexpr unsigned count = 33 - std::countr_zero(First);

  segments(Pages& pages, bool huge) noexcept : pages_(&pages), huge_(huge) {}
  segments(const segments&) = delete;
  segments& operator=(const segments&) = delete;
  ~segments() {
    for (unsigned s = 0; s < count; ++s) release(s);
  }

  /// Precondition: the segment is there, and the caller learnt of the index in a way that says so (a handle from a
  /// link, a bucket number below the table's size).
  [[nodiscard]] T& operator[](std::uint64_t index) const noexcept {
    // [G1] relaxed: the base was published by [G3] before the index was, and the index came by an acquire load.
    const std::uintptr_t biased = bases_[segment_of(index)].load(std::memory_order_relaxed);
    return *reinterpret_cast<T*>(biased + index * sizeof(T));
  }

  [[nodiscard]] static constexpr unsigned segment_of(std::uint64_t index) noexcept {
    return static_cast<unsigned>(std::bit_width(index / First));
  }
  [[nodiscard]] static constexpr std::uint64_t first_index(unsigned segment) noexcept {
    return segment == 0 ? 0 : First << (segment - 1);
  }
  [[nodiscard]] static constexpr std::uint64_t size_of(unsigned segment) noexcept {
    return segment == 0 ? First : First << (segment - 1);
  }

  /// Makes the segment of `index` available. Returns false when memory is exhausted. Lock-free: of threads that race,
  /// one's mapping is taken and the others give theirs back.
  [[nodiscard]] bool ensure(std::uint64_t index) noexcept {
    const unsigned s = segment_of(index);
    // [G2] acquire: pairs with [G3], so that the zeroed memory is seen.
    if (bases_[s].load(std::memory_order_acquire) != 0) return true;
    const std::size_t bytes = size_of(s) * sizeof(T);
    void* const memory = pages_->map(bytes, huge_);
    if (memory == nullptr) return false;
    const auto biased = reinterpret_cast<std::uintptr_t>(memory) - first_index(s) * sizeof(T);
    std::uintptr_t expected = 0;
    // [G3] acq_rel: pairs with [G2] (release: the mapping; acquire: somebody else's, when we lost).
    if (!bases_[s].compare_exchange_strong(expected, biased, std::memory_order_acq_rel, std::memory_order_acquire))
      pages_->unmap(memory, bytes);
    return true;
  }

  /// Gives a segment back. Precondition: no thread can reach into it any more.
  void release(unsigned segment) noexcept {
    // [G4] relaxed: the caller is alone with the segment, by a grace period or by destruction.
    const std::uintptr_t biased = bases_[segment].load(std::memory_order_relaxed);
    if (biased == 0) return;
    // [G5] relaxed: as [G4]; the next use of the segment is ordered after this by whoever raises the size again.
    bases_[segment].store(0, std::memory_order_relaxed);
    pages_->unmap(reinterpret_cast<void*>(biased + first_index(segment) * sizeof(T)), size_of(segment) * sizeof(T));
  }

  [[nodiscard]] std::size_t mapped_bytes() const noexcept {
    std::size_t bytes = 0;
    for (unsigned s = 0; s < count; ++s)
      // [G6] relaxed: a figure for statistics.
      if (bases_[s].load(std::memory_order_relaxed) != 0) bytes += size_of(s) * sizeof(T);
    return bytes;
  }

 private:
  Pages* pages_;
  bool huge_;
  typename Env::template atomic<std::uintptr_t> bases_[count]{};
};

}  // namespace wane::impl
