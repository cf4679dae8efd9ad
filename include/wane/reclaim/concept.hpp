// SPDX-License-Identifier: BSL-1.0
// What a map asks of a reclaimer: when may a slot that has been unlinked be used again?
//
// A reclaimer keeps no garbage. The map does (impl/limbo.hpp), in bags that carry a stamp of the domain; the domain only
// tells whether the grace period that a stamp stands for has passed, or whether anybody holds a slot. So destroying a map never waits for a domain, and a
// domain never calls into a map that is gone.
//
// A search goes from word to word, and its anchor is the last word passed that was not frozen, with what was read there.
// While the anchor holds that very word, tag included, nothing that was reached from it has been unlinked. A guard is told
// of each hop, and `false` sends the search back to its bucket:
//
//   protect(word, l, node)   before a node is read that was reached from the anchor `word`, which held `l`
//   validate(word, l)        after it was read, before what was read is relied on
//   advance()                the anchor moves on to the node read last
//   pin(node)                keeps the node, which is protected now, while the guard's search goes elsewhere
//   keep(node), forget()     the same for as many as there are, and for none of these any more
//
// For a blanket scheme (a guard covers everything that can be reached while it lasts) all of that is nothing.
#pragma once

#include <concepts>
#include <cstdint>

#include <wane/impl/link.hpp>

namespace wane {

enum class protection : std::uint8_t {
  blanket,   ///< a guard protects whatever can be reached while it lasts
  pointer,   ///< protect() publishes the one node about to be read
  interval,  ///< protect() sees to it that the node was born within the eras that the guard has published
  version,   ///< validate() finds out, after reading, whether the word come through is unchanged
};

/// What guards of blanket schemes do on the way: nothing.
struct blanket_guard {
  template <class Word>
  [[nodiscard]] static constexpr bool protect(const Word&, impl::link, const void*) noexcept {
    return true;
  }
  template <class Word>
  [[nodiscard]] static constexpr bool validate(const Word&, impl::link) noexcept {
    return true;
  }
  static constexpr void advance() noexcept {}
  static constexpr void pin(const void*) noexcept {}
  static constexpr void keep(const void*) noexcept {}
  static constexpr void forget() noexcept {}
};

/// The rest of a scheme to which threads announce themselves by their guards alone.
template <class Scheme>
struct announced_by_guards {
  struct participant {};
  static void quiescent() noexcept {}

  static auto& default_domain() noexcept {
    static typename Scheme::domain shared;
    return shared;
  }
};

/// A domain that tells by its stamp when something may be used again.
template <class Domain>
concept has_grace_periods = requires(const Domain& domain, std::uint64_t stamp) {
  /// Whether the grace period of `stamp` has passed.
  { domain.passed(stamp) } noexcept -> std::same_as<bool>;
};

/// One that can be waited for.
template <class Domain>
concept waits_for_grace_periods = has_grace_periods<Domain> && requires(Domain& domain) {
  /// Lets grace periods pass while the caller, outside every guard, waits for one.
  { domain.wait_a_moment() } noexcept;
  /// Returns when everything that was unlinked before the call has outlived its grace period. Outside every guard.
  { domain.barrier() };
};

/// What a domain is told of a slot that has been unlinked.
struct unlinked_node {
  const void* node;
  std::uint64_t born;      // the era of the domain when it was handed out, where eras are kept
  std::uint64_t unlinked;  // a stamp taken afterwards
};

/// A domain that has to be asked slot by slot.
template <class Domain>
concept knows_holders = requires(const Domain& domain) {
  /// Calls f(is_held) any number of times; is_held(unlinked_node) tells whether one of the readers looked at holds it.
  domain.scan([](auto&& is_held) { static_cast<void>(static_cast<bool>(is_held(unlinked_node{}))); });
};

template <class R>
concept reclaimer =
    requires(typename R::domain& domain, std::uint32_t slot) {
      { R::kind } -> std::convertible_to<protection>;
      /// Values are handed out by copy only; no reference outlives validation.
      { R::value_only } -> std::convertible_to<bool>;
      /// Has a moment after which nobody uses what was unlinked before it; shrinking needs that.
      { R::has_grace_period } -> std::convertible_to<bool>;
      /// A slot may serve again the moment it is unlinked: there is no garbage.
      { R::reuses_at_once } -> std::convertible_to<bool>;
      /// A reader that stalls inside a guard keeps only so much garbage from being freed, however long it stalls.
      { R::bounded_garbage } -> std::convertible_to<bool>;

      /// Enters a read-side critical section of the thread that owns `slot`; nests. Leaves it when destroyed. One that can
      /// be made of the domain alone spares readers the look for their slot.
      requires std::constructible_from<typename R::guard, typename R::domain&, std::uint32_t>;
      /// A thread that works for maps in the background holds one of these while it does (QSBR: online while it lives).
      typename R::participant;
      /// The calling thread holds no reference into any map at this moment (QSBR: announces that).
      { R::quiescent() } noexcept;

      /// A stamp for everything that was unlinked before the call by this thread, or by one that handed it over.
      { domain.stamp() } noexcept -> std::same_as<std::uint64_t>;
      /// Tries to move the domain on; does not block.
      { domain.advance() } noexcept;
      /// Whether the thread that owns `slot` is inside a guard.
      { domain.in_guard(slot) } noexcept -> std::same_as<bool>;
      { R::default_domain() } -> std::same_as<typename R::domain&>;
    } && (has_grace_periods<typename R::domain> ||
          knows_holders<typename R::domain>)&&(!R::has_grace_period || waits_for_grace_periods<typename R::domain>);

template <class R>
concept sifting_reclaimer = reclaimer<R> && knows_holders<typename R::domain>;

/// What an operation asks for that goes back to what it has passed.
template <class R>
concept blanket_reclaimer = reclaimer<R> && R::kind == protection::blanket;

/// What an operation asks for that waits until nobody can stand on what it took away.
template <class R>
concept reclaimer_with_grace_periods = reclaimer<R> && R::has_grace_period;

}  // namespace wane
