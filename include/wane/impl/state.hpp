// SPDX-License-Identifier: BSL-1.0
// The state word: it alone says whether an entry is alive, until when, and what became of it.
//
//   63  62  61                40  39                                    0
//  +------+---------------------+----------------------------------------+
//  |kind:2| version:22          | payload:40                             |
//  +------+---------------------+----------------------------------------+
//
//   DEAD(cause)      also a slot that is free, or prepared and not yet visible (kind 0: zeroed memory is dead)
//   LIVE(deadline)   alive while now < deadline, in ticks; `never` is all ones
//   FORWARD(handle)  replaced: the entry lives on in the node `handle`
//
//   I4: DEAD and FORWARD are final while the node can be reached.
//   I5: the version counts the changes of the word over all lives of its slot (never goes back, only wraps).
#pragma once

#include <atomic>
#include <cstdint>

#include <wane/cause.hpp>
#include <wane/impl/link.hpp>

namespace wane::impl {

/// A deadline in ticks since the map was made.
using tick_count = std::uint64_t;
inline constexpr tick_count never = (tick_count{1} << 40) - 1;

class state {
 public:
  enum class kind : std::uint8_t { dead = 0, live = 1, forward = 2 };

  constexpr state() noexcept = default;
  explicit constexpr state(std::uint64_t bits) noexcept : bits_(bits) {}

  [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool is_live() const noexcept { return kind_of() == kind::live; }
  [[nodiscard]] constexpr bool is_live_for_ever() const noexcept {
    return (bits_ & ~version_mask) == (static_cast<std::uint64_t>(kind::live) << kind_shift | never);
  }
  [[nodiscard]] constexpr bool is_dead() const noexcept { return kind_of() == kind::dead; }
  [[nodiscard]] constexpr bool is_forward() const noexcept { return kind_of() == kind::forward; }
  [[nodiscard]] constexpr std::uint32_t version() const noexcept {
    return static_cast<std::uint32_t>((bits_ & version_mask) >> version_shift);
  }
  [[nodiscard]] constexpr tick_count deadline() const noexcept { return bits_ & payload_mask; }
  [[nodiscard]] constexpr bool has_deadline() const noexcept { return deadline() != never; }
  [[nodiscard]] constexpr handle forward() const noexcept { return static_cast<handle>(bits_); }
  [[nodiscard]] constexpr cause death() const noexcept { return static_cast<cause>(bits_ & payload_mask); }

  [[nodiscard]] constexpr state lives_until(tick_count deadline) const noexcept { return next(kind::live, deadline); }
  [[nodiscard]] constexpr state forwarded_to(handle h) const noexcept { return next(kind::forward, h); }
  [[nodiscard]] constexpr state killed(cause c) const noexcept {
    return next(kind::dead, static_cast<std::uint64_t>(c));
  }

  /// A free slot that heads a chain of free slots; the payload leads to the next chain (see pool.hpp).
  [[nodiscard]] constexpr state heading_chain_before(handle next_chain) const noexcept {
    return next(kind::dead, next_chain);
  }
  [[nodiscard]] constexpr handle next_chain() const noexcept { return static_cast<handle>(bits_); }

  /// Whether the version is about to come round. Reclaimers by version keep the slot in quarantine first.
  [[nodiscard]] constexpr bool is_worn() const noexcept {
    return version() >= (version_mask >> version_shift) - wear_margin;
  }
  /// A DEAD state with the first version.
  [[nodiscard]] constexpr state renewed() const noexcept { return state(bits_ & payload_mask); }

  friend constexpr bool operator==(state, state) noexcept = default;

 private:
  static constexpr int version_shift = 40;
  static constexpr int kind_shift = 62;
  static constexpr std::uint64_t payload_mask = (std::uint64_t{1} << version_shift) - 1;
  static constexpr std::uint64_t version_mask = ((std::uint64_t{1} << kind_shift) - 1) & ~payload_mask;

  [[nodiscard]] constexpr kind kind_of() const noexcept { return static_cast<kind>(bits_ >> kind_shift); }
  [[nodiscard]] constexpr state next(kind k, std::uint64_t payload) const noexcept {
    const std::uint64_t version = (bits_ + (std::uint64_t{1} << version_shift)) & version_mask;
    return state((static_cast<std::uint64_t>(k) << kind_shift) | version | payload);
  }

  std::uint64_t bits_ = 0;
};

/// The word itself. All accesses of the core to states go through these few functions.
template <class Env>
class state_word {
 public:
  using word = typename Env::template atomic<std::uint64_t>;

  /// [S1] acquire: pairs with [S2], [S3] and [S5], so that who sees LIVE sees key and value, and who sees FORWARD sees the
  /// node it leads to.
  [[nodiscard]] state read() const noexcept { return state(word_.load(std::memory_order_acquire)); }

  /// [S2] release: pairs with [S1]; a FORWARD publishes the replacement, a kill what its thread did before. What is
  /// expected was read by acquire, and its version says that it is no other store's; who fails looks anew.
  bool change(state& expected, state desired) noexcept {
    std::uint64_t bits = expected.bits();
    const bool changed =
        word_.compare_exchange_strong(bits, desired.bits(), std::memory_order_release, std::memory_order_relaxed);
    if (changed) expected = desired;
    return changed;
  }

  /// The same of this word and the one behind it, in one step. Precondition: the environment can do that.
  /// [S5] release: pairs with [S1] and [N10]; what the thread did before, for who finds what it leaves in either word.
  bool change_both(state& expected, state desired, word& behind, std::uint64_t was, std::uint64_t will_be) noexcept {
    const bool changed = Env::double_width_cas(word_, behind, {expected.bits(), was}, {desired.bits(), will_be},
                                               std::memory_order_release, std::memory_order_relaxed);
    if (changed) expected = desired;
    return changed;
  }

  /// For a slot that is out of the list.
  /// [S3] release: pairs with [S1]; a sweeper reads the states of slots that are not linked.
  void prepare(state s) noexcept { word_.store(s.bits(), std::memory_order_release); }
  /// [S4] relaxed: read back by the slot's only owner.
  [[nodiscard]] state peek() const noexcept { return state(word_.load(std::memory_order_relaxed)); }

 private:
  word word_{0};
};

}  // namespace wane::impl
