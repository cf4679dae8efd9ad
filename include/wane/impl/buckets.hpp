// SPDX-License-Identifier: BSL-1.0
// The bucket array: numbering that needs no bit reversal, the table's size, and whose turn it is to split buckets.
//
// Entries are sorted by their hash itself, read as a fraction of 2^64. A table of 2^n buckets cuts that range into equal
// parts, and the sentinel of a bucket has the part's lower bound as its split-order key. Written in lowest terms that
// bound is odd / 2^level, and buckets are numbered level by level:
//
//   key of the sentinel   0     1/2   1/4   3/4   1/8   3/8   5/8   7/8   ...
//   level                 0     1     2     2     3     3     3     3
//   bucket                0     1     2     3     4     5     6     7
//
// so doubling appends one level and renumbers nothing, and a level read in order is read in split order. A bucket's
// parent (the nearest coarser cut at or below it) has the key with the lowest set bit cleared.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <wane/impl/link.hpp>
#include <wane/impl/probe.hpp>
#include <wane/impl/segments.hpp>

namespace wane::impl {

inline constexpr unsigned max_bucket_bits = 31;  // so that no bucket is numbered like the end of the list

/// The top `bits` bits of a hash, with a one put before them.
[[nodiscard]] constexpr std::uint64_t sentinel_place(std::uint64_t hash, unsigned bits) noexcept {
  return (hash >> 1 | std::uint64_t{1} << 63) >> (~bits & 63);  // 63 - bits, in fewer instructions
}

/// The bucket that holds `hash` in a table of 2^bits buckets: bucket_of_key of its sentinel's key.
[[nodiscard]] constexpr std::uint32_t bucket_of_hash(std::uint64_t hash, unsigned bits) noexcept {
  const std::uint64_t q = sentinel_place(hash, bits);
  return static_cast<std::uint32_t>(q >> std::countr_zero(q) >> 1);
}

/// The split-order key of the sentinel of the bucket that holds `hash` in a table of 2^bits buckets.
[[nodiscard]] constexpr std::uint64_t sentinel_key_of_hash(std::uint64_t hash, unsigned bits) noexcept {
  return hash & ~(~std::uint64_t{0} >> bits);
}

/// The bucket whose sentinel has the key `key`: with a one put before the key, what stands above the lowest one.
[[nodiscard]] constexpr std::uint32_t bucket_of_key(std::uint64_t key) noexcept {
  const std::uint64_t q = key >> 1 | std::uint64_t{1} << 63;
  return static_cast<std::uint32_t>(q >> std::countr_zero(q) >> 1);
}

/// The split-order key of a bucket's sentinel: the inverse of bucket_of_key.
[[nodiscard]] constexpr std::uint64_t key_of_bucket(std::uint32_t bucket) noexcept {
  const std::uint64_t q = std::uint64_t{bucket} << 1 | 1;
  return q << std::countl_zero(q) << 1;
}

[[nodiscard]] constexpr std::uint64_t parent_key(std::uint64_t key) noexcept { return key & (key - 1); }

template <class Env, class Pages>
class buckets {
 public:
  using word = link_word<Env>;
  static constexpr std::uint32_t split_batch = 16;

  buckets(Pages& pages, bool huge, unsigned bits) noexcept : words_(pages, huge), shape_(bits), next_split_(0) {}

  [[nodiscard]] word& operator[](std::uint32_t bucket) const noexcept { return words_[bucket]; }

  /// The word of bucket_of_hash(hash, bits), whose number is as wide as its level is high.
  [[nodiscard]] word& of_hash(std::uint64_t hash, unsigned bits) const noexcept {
    const std::uint64_t q = sentinel_place(hash, bits);
    const auto below = static_cast<unsigned>(std::countr_zero(q));
    return words_.at(q >> below >> 1, bits - below);
  }

  /// The same in the table as large as it is.
  [[nodiscard]] word& of_hash(std::uint64_t hash) const noexcept { return of_hash(hash, bits()); }

  [[nodiscard]] unsigned bits() const noexcept {
    // [B1] acquire: pairs with [B2] and [B3], so that the segments of every bucket below the size are seen.
    return static_cast<unsigned>(shape_.load(std::memory_order_acquire) & bits_mask);
  }
  [[nodiscard]] std::uint64_t size() const noexcept { return std::uint64_t{1} << bits(); }
  /// Whether a table of 2^bits buckets and its entries are likely to be in the processor's caches.
  [[nodiscard]] static constexpr bool is_cached(unsigned bits) noexcept { return bits <= Env::cached_table_bits; }

  /// Maps the words of a table of 2^bits buckets. False when memory is exhausted.
  [[nodiscard]] bool ensure(unsigned bits) noexcept {
    for (unsigned level = 0; level <= bits; ++level)
      if (!words_.ensure((std::uint64_t{1} << level) - 1)) return false;
    return true;
  }

  /// Has memory put behind the words [first, last) of a table of 2^bits buckets, before there is one. Returns how many bytes.
  /// Precondition: no shrink is under way, and none begins meanwhile.
  std::size_t populate(unsigned bits, std::uint64_t first, std::uint64_t last) noexcept {
    return ensure(bits) ? words_.populate(first, last) : 0;
  }

  /// Whether a shrink is between begin_shrink and end_shrink.
  [[nodiscard]] bool is_shrinking() const noexcept {
    // [B10] acquire: pairs with [B2] and [B3].
    return (shape_.load(std::memory_order_acquire) & shrinking) != 0;
  }

  /// Doubles a table of 2^bits buckets. False when somebody else has changed the size, a shrink is under way, the table
  /// is at its largest or memory is exhausted: in each case the map goes on as it is.
  bool grow(unsigned bits) noexcept {
    // [B11] acquire: pairs with [B4], so that the segment is looked for after a shrink has given it back.
    std::uint64_t shape = shape_.load(std::memory_order_acquire);
    if ((shape & (bits_mask | shrinking)) != bits || bits >= max_bucket_bits || !ensure(bits + 1)) return false;
    // Had the table shrunk and grown meanwhile, the segment might be gone; the version tells.
    // [B2] acq_rel: pairs with [B1], [B4] and [B10] (release: the mapped segments) and with itself.
    if (!shape_.compare_exchange_strong(shape, changed(shape, bits + 1), std::memory_order_acq_rel,
                                        std::memory_order_relaxed))
      return false;
    probe<Env>::grow(std::uint64_t{1} << bits, std::uint64_t{2} << bits);
    return true;
  }

  /// Halves a table of 2^bits buckets and bars growth until end_shrink. False when the size is another by now.
  bool begin_shrink(unsigned bits) noexcept {
    // [B12] relaxed: checked by the compare-and-swap.
    std::uint64_t shape = shape_.load(std::memory_order_relaxed);
    if ((shape & (bits_mask | shrinking)) != bits) return false;
    // [B3] acq_rel: as [B2]; pairs with [B1], [B4] and [B10].
    return shape_.compare_exchange_strong(shape, changed(shape, (bits - 1) | shrinking), std::memory_order_acq_rel,
                                          std::memory_order_relaxed);
  }
  void end_shrink() noexcept {
    // [B13] relaxed: nobody else writes the shape while the shrinking bit is set.
    const std::uint64_t shape = shape_.load(std::memory_order_relaxed);
    // [B4] release: pairs with [B2], [B3] and [B11]; who grows next sees the upper words zeroed or unmapped.
    shape_.store(changed(shape, shape & bits_mask), std::memory_order_release);
  }

  /// Zeroes and unmaps the words [2^bits, 2^(bits+1)). Precondition: no thread can reach them any more.
  void drop_level(unsigned bits) noexcept {
    const std::uint64_t first = std::uint64_t{1} << bits;
    const unsigned segment = words_.segment_of(first);
    if (words_.first_index(segment) == first) {
      words_.release(segment);
    } else {
      for (std::uint64_t b = first; b < 2 * first; ++b) words_[b].prepare(link());
    }
  }

  // Splitting buckets in order. Every bucket below next_split_ is initialised or some thread has taken that on; the
  // others are initialised by the first operation that needs them.

  /// Takes a batch of split_batch buckets to initialise. Returns the first, or nothing when none is left.
  [[nodiscard]] std::optional<std::uint32_t> take_split_batch(std::uint64_t size) noexcept {
    // [B5] relaxed: a counter that shares out work; doing a bucket twice or late is harmless.
    std::uint64_t next = next_split_.load(std::memory_order_relaxed);
    if (next + split_batch > size) return std::nullopt;
    // [B6] relaxed: as [B5].
    if (!next_split_.compare_exchange_strong(next, next + split_batch, std::memory_order_relaxed,
                                             std::memory_order_relaxed))
      return std::nullopt;
    return static_cast<std::uint32_t>(next);
  }
  void limit_split(std::uint64_t size) noexcept {
    // [B7] relaxed: as [B5]; a shrink calls this again after its grace period, when nobody can raise it meanwhile.
    std::uint64_t next = next_split_.load(std::memory_order_relaxed);
    // [B8] relaxed: as [B5].
    while (next > size &&
           !next_split_.compare_exchange_strong(next, size, std::memory_order_relaxed, std::memory_order_relaxed)) {
    }
  }
  void all_split(std::uint64_t size) noexcept {
    // [B9] relaxed: as [B5]; construction is alone.
    next_split_.store(size, std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t mapped_bytes() const noexcept { return words_.mapped_bytes(); }

 private:
  // The shape: {version:55 | shrinking:1 | bits:8}. Every change counts the version up.
  static constexpr std::uint64_t bits_mask = 0xFF;
  static constexpr std::uint64_t shrinking = 0x100;
  static constexpr std::uint64_t changed(std::uint64_t shape, std::uint64_t to) noexcept {
    return (((shape >> 9) + 1) << 9) | to;
  }

  segments<word, 64, Env, Pages> words_;
  typename Env::template atomic<std::uint64_t> shape_;
  typename Env::template atomic<std::uint64_t> next_split_;
};

}  // namespace wane::impl
