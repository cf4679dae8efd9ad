// SPDX-License-Identifier: BSL-1.0
// The link word: what a node or a bucket points to, versioned, and changed by compare-and-swap only.
//
//   63                          35  34    33      32   31                     0
//  +------------------------------+------+-------+-----+-----------------------+
//  | tag:29                       |fresh |frozen |sent.| target:32             |
//  +------------------------------+------+-------+-----+-----------------------+
//
//   target   a node's handle, or, with the sentinel bit, a bucket's index. Two values are reserved:
//            0 (`unset`: a node whose successor is not known yet, a bucket nobody has touched) and
//            end_of_list (with the sentinel bit).
//   frozen   the node this word belongs to is being unlinked. I1: a frozen link never changes again while its node can
//            be reached.
//   fresh    on a bucket word only: the sentinel may not be in the list yet. I2: only its claimer writes a bucket word
//            that is fresh and not linked; once linked, anybody clears the bit before using the word as predecessor.
//   tag      counts the changes of this word, over all lives of its slot (I3: a tag never goes back, only wraps).
#pragma once

#include <atomic>
#include <cstdint>

namespace wane::impl {

using handle = std::uint32_t;
inline constexpr handle null_handle = 0;

/// How far before its end a counter counts as worn: more than the changes that are not asked about in one life of a slot.
inline constexpr std::uint64_t wear_margin = 64;

/// The value of a link word.
class link {
 public:
  constexpr link() noexcept = default;
  explicit constexpr link(std::uint64_t bits) noexcept : bits_(bits) {}

  static constexpr link to_node(handle h) noexcept { return link(h); }
  static constexpr link to_sentinel(std::uint32_t bucket) noexcept { return link(sentinel_bit | bucket); }
  static constexpr link end() noexcept { return link(sentinel_bit | end_of_list); }
  /// A bucket word while one thread prepares its sentinel.
  static constexpr link claimed() noexcept { return link(fresh_bit); }

  [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr std::uint32_t target() const noexcept { return static_cast<std::uint32_t>(bits_); }
  [[nodiscard]] constexpr std::uint32_t tag() const noexcept { return static_cast<std::uint32_t>(bits_ >> tag_shift); }
  [[nodiscard]] constexpr bool is_unset() const noexcept { return target() == 0 && !is_sentinel(); }
  [[nodiscard]] constexpr bool is_untouched() const noexcept { return bits_ == 0; }
  [[nodiscard]] constexpr bool is_sentinel() const noexcept { return (bits_ & sentinel_bit) != 0; }
  [[nodiscard]] constexpr bool is_end() const noexcept { return is_sentinel() && target() == end_of_list; }
  [[nodiscard]] constexpr bool is_frozen() const noexcept { return (bits_ & frozen_bit) != 0; }
  [[nodiscard]] constexpr bool is_fresh() const noexcept { return (bits_ & fresh_bit) != 0; }
  /// Leads to a node, and has no flags.
  [[nodiscard]] constexpr bool is_plain() const noexcept {
    return (bits_ & (sentinel_bit | frozen_bit | fresh_bit)) == 0 && target() != 0;
  }
  /// A bucket word from which a traversal may start: linked, and not on its way out.
  [[nodiscard]] constexpr bool is_ready() const noexcept {
    return !is_unset() && (bits_ & (fresh_bit | frozen_bit)) == 0;
  }
  /// `first ? a : b`, without a branch.
  [[nodiscard]] static link select(bool first, link a, link b) noexcept {
    std::uint64_t mask = -static_cast<std::uint64_t>(first);
    asm("" : "+r"(mask));  // or the compiler finds out what it is good for, and branches
    return link(b.bits_ ^ ((a.bits_ ^ b.bits_) & mask));
  }
  /// What this word becomes when it is made to point where `destination` points: the next tag, no flags.
  [[nodiscard]] constexpr link pointing_to(link destination) const noexcept {
    return link(next_tag() | (destination.bits_ & (sentinel_bit | target_mask)));
  }
  [[nodiscard]] constexpr link frozen() const noexcept {
    return link(next_tag() | (bits_ & (sentinel_bit | target_mask)) | frozen_bit);
  }
  [[nodiscard]] constexpr link as_fresh() const noexcept { return link(bits_ | fresh_bit); }
  /// What a recycled slot's word starts from: unset, with the next tag.
  [[nodiscard]] constexpr link recycled() const noexcept { return link(next_tag()); }

  /// Whether the tag is at the end of a quarter of its range. Reclaimers by version do not let it go on from there unless
  /// nobody can hold a word of the quarter before (see reclaim/versioned.hpp).
  [[nodiscard]] constexpr bool is_worn() const noexcept { return tag() % tag_quarter >= tag_quarter - wear_margin; }
  /// The same, with the first tag of the next quarter.
  [[nodiscard]] constexpr link renewed() const noexcept {
    const std::uint64_t quarter = tag() / tag_quarter + 1;
    return with_tag_of(link((quarter * tag_quarter) << tag_shift));  // past the last it falls off the top
  }

  [[nodiscard]] constexpr link with_tag_of(link other) const noexcept {
    constexpr std::uint64_t rest = (std::uint64_t{1} << tag_shift) - 1;
    return link((other.bits_ & ~rest) | (bits_ & rest));
  }

  friend constexpr bool operator==(link, link) noexcept = default;

 private:
  static constexpr int tag_shift = 35;
  static constexpr std::uint64_t tag_quarter = std::uint64_t{1} << (64 - tag_shift - 2);
  static constexpr std::uint64_t target_mask = 0xFFFF'FFFFu;
  static constexpr std::uint64_t sentinel_bit = std::uint64_t{1} << 32;
  static constexpr std::uint64_t frozen_bit = std::uint64_t{1} << 33;
  static constexpr std::uint64_t fresh_bit = std::uint64_t{1} << 34;
  static constexpr std::uint32_t end_of_list = 0xFFFF'FFFFu;

  [[nodiscard]] constexpr std::uint64_t next_tag() const noexcept {
    return ((bits_ >> tag_shift) + 1) << tag_shift;  // wraps by falling off the top
  }

  std::uint64_t bits_ = 0;
};

/// The word itself. All accesses of the core to links go through these few functions.
template <class Env>
class link_word {
 public:
  /// [L1] acquire: pairs with [L2] and [L3], so that whoever sees a link sees what it leads to: a node's key, value and
  /// state, or a sentinel's own word.
  [[nodiscard, gnu::always_inline]] link read() const noexcept { return link(word_.load(std::memory_order_acquire)); }

  /// [L2] release: pairs with [L1]; publishes the node or sentinel linked here. What is expected was read by acquire, and
  /// its tag says that it is no other store's. Acquire when it fails: the thread goes on from what another published.
  bool change(link& expected, link desired) noexcept {
    std::uint64_t bits = expected.bits();
    const bool changed =
        word_.compare_exchange_strong(bits, desired.bits(), std::memory_order_release, std::memory_order_acquire);
    expected = changed ? desired : link(bits);
    return changed;
  }

  /// For a word that no other thread can change now: a slot out of the list, or a bucket under its claimer (I2).
  /// [L3] release: pairs with [L1]; a reader by version that comes here from a word that has been changed since sees that
  /// it was (V1 in reclaim/versioned.hpp). Otherwise what makes the word reachable publishes it.
  void prepare(link l) noexcept { word_.store(l.bits(), std::memory_order_release); }
  /// [L4] relaxed: read back by the one thread that may write it now, or as a hint.
  [[nodiscard]] link peek() const noexcept { return link(word_.load(std::memory_order_relaxed)); }

 private:
  typename Env::template atomic<std::uint64_t> word_{0};
};

}  // namespace wane::impl
