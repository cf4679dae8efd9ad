// SPDX-License-Identifier: BSL-1.0
// An array that grows by doubling segments and never moves: the address space of slots, buckets and summaries.
//
//   segment 0: [0, F)   segment 1: [F, 2F)   segment 2: [2F, 4F)   ...   where F is a power of two
//
// F is First, or more where it is known how many elements there will be: then these are all in segment 0, one comparison and one
// addition away. The table of bases goes by the width of the index in bits, so that the entries of all widths up to F's lead to
// segment 0, and a base has its segment's first index already subtracted: any other element is one bit scan (none if its width is
// known), one look-up in a table of 33 pointers that stays in the first-level cache, and one addition away.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace wane::impl {

template <class T, std::uint64_t First, class Env, class Pages>
class segments {
  static_assert(std::has_single_bit(First) && First > 1);

 public:
  /// `expected`: how many elements there will be, as far as that is known; at most 2^32.
  segments(Pages& pages, bool huge, std::uint64_t expected = 0) noexcept
      : first_(std::bit_ceil(std::clamp(expected, First, std::uint64_t{1} << 32))), pages_(&pages), huge_(huge) {}
  segments(const segments&) = delete;
  segments& operator=(const segments&) = delete;
  ~segments() {
    for (unsigned s = 0; s < segment_count(); ++s) release(s);
  }

  /// Precondition: the segment is there, and the caller learnt of the index in a way that says so (a handle from a
  /// link, a bucket number below the table's size).
  [[nodiscard, gnu::always_inline]] T& operator[](std::uint64_t index) const noexcept {
    if (index < first_) [[likely]]
      return element(0, index);
    return at(index, width_of(index));
  }
  /// The same for an index that is below what was expected.
  [[nodiscard, gnu::always_inline]] T& at_first(std::uint64_t index) const noexcept { return element(0, index); }
  /// The same for an index that is known to have `width` bits.
  [[nodiscard, gnu::always_inline]] T& at(std::uint64_t index, std::size_t width) const noexcept {
    return element(width, index);
  }

  [[nodiscard]] unsigned segment_of(std::uint64_t index) const noexcept {
    return static_cast<unsigned>(std::bit_width(index >> first_bits()));
  }
  [[nodiscard]] std::uint64_t first_index(unsigned segment) const noexcept {
    return segment == 0 ? 0 : first_ << (segment - 1);
  }
  [[nodiscard]] std::uint64_t size_of(unsigned segment) const noexcept {
    return segment == 0 ? first_ : first_ << (segment - 1);
  }

  /// Makes the segment of `index` available. Returns false when memory is exhausted. Lock-free: of threads that race,
  /// one's mapping is taken and the others give theirs back.
  [[nodiscard]] bool ensure(std::uint64_t index) noexcept {
    const unsigned s = segment_of(index);
    auto& base = bases_[last_width(s)];
    // [G2] acquire: pairs with [G3]; the memory is seen as it came, zeroed (by the thread that mapped it, perhaps).
    std::uintptr_t biased = base.load(std::memory_order_acquire);
    if (biased == 0) {
      const std::size_t bytes = size_of(s) * sizeof(T);
      void* const memory = pages_->map(bytes, huge_);
      if (memory == nullptr) return false;
      biased = reinterpret_cast<std::uintptr_t>(memory) - first_index(s) * sizeof(T);
      std::uintptr_t expected = 0;
      // [G3] release: pairs with [G2]; publishes the zeroed memory. Acquire when it fails: somebody else's.
      if (!base.compare_exchange_strong(expected, biased, std::memory_order_release, std::memory_order_acquire)) {
        pages_->unmap(memory, bytes);
        biased = expected;
      }
    }
    // Whoever makes or finds segment 0 fills in its other entries, with one and the same value, unless they are: who looks
    // elements up has them in its cache.
    for (unsigned w = first_width(s); w < last_width(s); ++w) {
      // [G9] relaxed: as [G7]. Whoever learns of an index from this thread comes after this look, and so sees no older base.
      const bool is_there = bases_[w].load(std::memory_order_relaxed) == biased;
      // [G7] relaxed: read by this thread and by those that it publishes an index to.
      if (!is_there) bases_[w].store(biased, std::memory_order_relaxed);
    }
    return true;
  }

  /// Has memory put behind the elements [first, last), as far as their segments are there, before anybody touches them.
  /// Returns how many bytes were asked for with success, 0 where `Pages` does not offer it. Precondition: no thread gives one
  /// of the segments back meanwhile.
  std::size_t populate(std::uint64_t first, std::uint64_t last) const noexcept {
    std::size_t backed = 0;
    if constexpr (requires { pages_->populate(nullptr, std::size_t{}); })
      for (unsigned s = segment_of(first); first < last && s < segment_count(); ++s) {
        const std::uint64_t end = std::min(last, first_index(s) + size_of(s));
        // [G8] relaxed: a hint; the memory is not read.
        if (const std::uintptr_t biased = bases_[last_width(s)].load(std::memory_order_relaxed); biased != 0)
          backed += pages_->populate(reinterpret_cast<void*>(biased + first * sizeof(T)), (end - first) * sizeof(T));
        first = end;
      }
    return backed;
  }

  /// Gives a segment back. Precondition: no thread can reach into it any more.
  void release(unsigned segment) noexcept {
    // [G4] relaxed: the caller is alone with the segment, by a grace period or by destruction.
    const std::uintptr_t biased = bases_[last_width(segment)].load(std::memory_order_relaxed);
    if (biased == 0) return;
    for (unsigned w = first_width(segment); w <= last_width(segment); ++w)
      // [G5] relaxed: as [G4]; the next use of the segment is ordered after this by whoever raises the size again.
      bases_[w].store(0, std::memory_order_relaxed);
    pages_->unmap(reinterpret_cast<void*>(biased + first_index(segment) * sizeof(T)), size_of(segment) * sizeof(T));
  }

  [[nodiscard]] std::size_t mapped_bytes() const noexcept {
    std::size_t bytes = 0;
    for (unsigned s = 0; s < segment_count(); ++s)
      // [G6] relaxed: a figure for statistics.
      if (bases_[last_width(s)].load(std::memory_order_relaxed) != 0) bytes += size_of(s) * sizeof(T);
    return bytes;
  }

 private:
  [[nodiscard, gnu::always_inline]] T& element(std::size_t width, std::uint64_t index) const noexcept {
    // [G1] relaxed: the base was stored by [G3] or [G7] before the index was published, and the index came by an acquire load.
    const std::uintptr_t biased = bases_[width].load(std::memory_order_relaxed);
    return *reinterpret_cast<T*>(biased + index * sizeof(T));
  }

  [[nodiscard]] unsigned first_bits() const noexcept { return static_cast<unsigned>(std::countr_zero(first_)); }
  /// Enough for 2^32 elements.
  [[nodiscard]] unsigned segment_count() const noexcept { return 33 - first_bits(); }

  /// Bits of the index; 1 for index 0, too.
  static std::size_t width_of(std::uint64_t index) noexcept {
#if defined(__x86_64__)
    std::size_t top;
    asm("bsrq %1, %0" : "=r"(top) : "r"(index | 1) : "cc");  // g++ extends the int of its own to 64 bits
    return top + 1;
#else
    return static_cast<std::size_t>(std::bit_width(index | 1));
#endif
  }
  [[nodiscard]] unsigned first_width(unsigned segment) const noexcept { return segment == 0 ? 0 : last_width(segment); }
  [[nodiscard]] unsigned last_width(unsigned segment) const noexcept { return first_bits() + segment; }

  std::uint64_t first_;  ///< elements of segment 0, beside its base
  typename Env::template atomic<std::uintptr_t> bases_[33]{};
  Pages* pages_;
  bool huge_;
};

}  // namespace wane::impl
