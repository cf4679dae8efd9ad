// SPDX-License-Identifier: BSL-1.0
// Memory ahead of need: while a map grows, memory is put behind the pages that its insertions are about to come to.
//
// The first touch of a huge page stops the thread that touches it for 0.2 to 4 ms, for as long as it takes to zero it. A
// maintenance thread that calls `step` at short intervals takes that upon itself: from the blocks handed out since the last
// call follows how much will be wanted in the next few. A map that does not grow gets nothing, so little is held in vain.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <wane/impl/buckets.hpp>
#include <wane/impl/pool.hpp>
#include <wane/impl/shrink.hpp>

namespace wane::impl {

/// One map's. To be used by one thread at a time.
template <class List>
class ahead {
  using environment = typename List::environment;

 public:
  /// `shrinks`: of this list. `too_small(entries, bits)`: whether a table of 2^bits buckets would grow with so many entries
  /// more than there are. Returns how many bytes have got memory behind them, or had it.
  template <class TooSmall>
  std::size_t step(List& list, shrinker<List>& shrinks, TooSmall&& too_small) noexcept {
    environment::writing(this);
    auto& slots = list.slots();
    auto& table = list.table();
    const unsigned bits = table.bits();
    const std::uint32_t blocks = slots.blocks();
    // Not what has been there all along, nor what a shrink has given back.
    if (!seen_ || bits < seen_->bits) seen_ = {bits, blocks, blocks, table.size()};
    const std::uint64_t taken = blocks - seen_->blocks;
    seen_->bits = bits;
    seen_->blocks = blocks;
    if (taken == 0) return 0;

    const auto lead = static_cast<std::uint32_t>(std::min<std::uint64_t>({taken * intervals, blocks, most_blocks}));
    std::size_t backed = 0;
    if (const std::uint32_t end = blocks + lead; end > seen_->blocks_backed) {
      backed += slots.populate(std::max(blocks, seen_->blocks_backed), end);
      seen_->blocks_backed = end;
    }
    // A level of the table takes longer than a few blocks, so it is begun earlier, and done a part at a time.
    const bool grows_soon = bits < max_bucket_bits && too_small(2 * intervals * taken * block_slots, bits);
    const std::uint64_t size = std::uint64_t{1} << (grows_soon ? bits + 1 : bits);
    if (seen_->buckets_backed < size)
      shrinks.unless_shrinking([&] {  // which would give back what is being backed
        const std::uint64_t end = std::min(size, seen_->buckets_backed + std::max(size / intervals, least_buckets));
        backed += table.populate(bits + (grows_soon ? 1 : 0), seen_->buckets_backed, end);
        seen_->buckets_backed = end;
      });
    return backed;
  }

 private:
  static constexpr std::uint64_t intervals = 64;                          // what is wanted in so many is prepared
  static constexpr std::uint64_t most_blocks = std::uint64_t{1} << 14;    // 16 MiB of small nodes
  static constexpr std::uint64_t least_buckets = std::uint64_t{1} << 18;  // 2 MiB

  struct seen {
    unsigned bits;
    std::uint32_t blocks;
    std::uint32_t blocks_backed;
    std::uint64_t buckets_backed;
  };
  std::optional<seen> seen_;
};

}  // namespace wane::impl
