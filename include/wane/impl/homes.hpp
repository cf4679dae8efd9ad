// SPDX-License-Identifier: BSL-1.0
// Homes: slots that are handed out near the hash of the entry, so that who looks an entry up can have its line fetched together
// with the bucket's, instead of after it.
//
// The first blocks of a pool can be homes, for a number of entries that is known when the pool is made. Hashes are spread over
// their slots in order, which is the list's order: the home of a hash is the slot at hash / 2^64 of the way, and the entries of a
// bucket are neighbours in memory. An entry gets its home or, when that is taken, a vacant slot near it in the block, or
// one of a near block; where all of those are taken the pool has others. So an entry is likely to be at home and may be anywhere: a
// home is a hint for prefetching and nothing relies on it.
//
//   taken      a word for each block, a bit for each slot. A slot belongs to whoever set its bit, from [A2] to [A3].
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include <wane/impl/link.hpp>
#include <wane/impl/segments.hpp>

namespace wane::impl {

template <std::uint32_t BlockSlots, class Env, class Pages>
class homes {
  static_assert(BlockSlots == 32, "a bit of a word for each slot of a block");

 public:
  homes(Pages& pages, bool huge, std::uint64_t entries) noexcept
      : taken_(pages, huge, blocks_for(entries)), blocks_(blocks_for(entries)) {}

  /// Before anything else: maps the words. False when memory is exhausted.
  [[nodiscard]] bool ensure() noexcept {
    if (blocks_ == 0) return true;
    for (unsigned s = 0; s <= taken_.segment_of(blocks_ - 1); ++s)
      if (!taken_.ensure(taken_.first_index(s))) return false;
    // [A1] relaxed: construction is alone. The null handle's slot is nobody's.
    taken_[0].store(1, std::memory_order_relaxed);
    return true;
  }

  [[nodiscard]] std::uint32_t blocks() const noexcept { return blocks_; }
  [[nodiscard]] bool has(handle h) const noexcept { return h / BlockSlots < blocks_; }

  /// Where an entry of this hash is likely to be. Precondition: there are homes.
  [[nodiscard]] handle of(std::uint64_t hash) const noexcept {
    return static_cast<handle>((hash >> 32) * (std::uint64_t{blocks_} * BlockSlots) >> 32);
  }

  /// A vacant slot near the home of the hash, for the caller alone, or null_handle. Lock-free. Precondition: there are homes.
  [[nodiscard]] handle claim(std::uint64_t hash) noexcept {
    const handle home = of(hash);
    for (std::uint32_t way = 0; way < near_blocks; ++way) {
      const std::uint32_t block = home / BlockSlots ^ way;
      auto& taken = taken_[block];
      // [A4] relaxed: checked by the compare-and-swap.
      std::uint32_t bits = taken.load(std::memory_order_relaxed);
      while (bits != ~0u) {
        const std::uint32_t slot = vacant_near(bits, home % BlockSlots);
        // [A2] acquire: pairs with [A3]; what the last owner did to the slot is seen.
        if (taken.compare_exchange_strong(bits, bits | 1u << slot, std::memory_order_acquire, std::memory_order_relaxed))
          return block * BlockSlots + slot;
      }
    }
    return null_handle;
  }

  /// A hint to the processor, for who will claim or vacate this slot or one near it soon.
  void prefetch(handle h) const noexcept { __builtin_prefetch(&taken_.at_first(h / BlockSlots), 1); }

  /// Gives a slot back that was claimed. Wait-free.
  void vacate(handle h) noexcept {
    // [A3] release: pairs with [A2] and [A5]; the slot is as its next owner is to find it. The bit is set, so that to
    // subtract it clears it and leaves the others.
    taken_[h / BlockSlots].fetch_add(0u - (1u << h % BlockSlots), std::memory_order_release);
  }

  /// Calls f(handle) for every vacant slot. Precondition: nobody claims or vacates one.
  template <class F>
  void for_each_vacant(F&& f) const {
    for (std::uint32_t block = 0; block < blocks_; ++block)
      // [A5] acquire: pairs with [A3].
      for (std::uint32_t vacant = ~taken_[block].load(std::memory_order_acquire); vacant != 0; vacant &= vacant - 1)
        f(block * BlockSlots + static_cast<std::uint32_t>(std::countr_zero(vacant)));
  }

  [[nodiscard]] std::size_t mapped_bytes() const noexcept { return taken_.mapped_bytes(); }

 private:
  /// Blocks that share a line of words.
  static constexpr std::uint32_t near_blocks = 4;
  /// A slot of the smallest group around the home that has a vacant one: with two nodes a line, the line, the pair of lines that
  /// are fetched together, two pairs, and so on. Precondition: the block has one.
  static constexpr std::uint32_t vacant_near(std::uint32_t taken, std::uint32_t home) noexcept {
    for (std::uint32_t group = 2;; group *= 2) {
      const std::uint32_t first = home & ~(group - 1);
      const std::uint32_t vacant = ~taken >> first & ~0u >> (BlockSlots - group);
      if (vacant != 0) return first + static_cast<std::uint32_t>(std::countr_zero(vacant));
    }
  }
  static constexpr std::uint64_t most_blocks = (std::uint64_t{1} << 31) / BlockSlots;  // half of what there can be
  /// One slot in sixteen stays vacant, so that nearly all find one in those.
  static constexpr std::uint32_t blocks_for(std::uint64_t entries) noexcept {
    if (entries == 0) return 0;
    const std::uint64_t groups = entries / 15 * 16 / (near_blocks * BlockSlots) + 1;
    return static_cast<std::uint32_t>(std::min(groups * near_blocks, most_blocks));
  }

  segments<typename Env::template atomic<std::uint32_t>, 16, Env, Pages> taken_;
  std::uint32_t blocks_;
};

}  // namespace wane::impl
