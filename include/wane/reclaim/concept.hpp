// SPDX-License-Identifier: BSL-1.0
// What a map asks of a reclaimer: when may a slot that has been unlinked be used again?
//
// A reclaimer keeps no garbage. The map does (impl/limbo.hpp), in bags that carry a stamp of the domain; the domain only
// tells whether the grace period that a stamp stands for has passed. So destroying a map never waits for a domain, and a
// domain never calls into a map that is gone.
//
// Traversals announce each hop by protect(word, l). For a blanket scheme (a guard covers everything reachable while it
// lasts) that is nothing; schemes that protect pointer by pointer, or validate after reading, hook in there: `false`
// sends the traversal back to its bucket.
#pragma once

#include <concepts>
#include <cstdint>

#include <wane/impl/link.hpp>

namespace wane {

enum class protection : std::uint8_t {
  blanket,  ///< a guard protects whatever can be reached while it lasts
  pointer,  ///< protect() publishes the one node about to be read
  version,  ///< protect() validates, after reading, that the word come through is unchanged
};

template <class R>
concept reclaimer = requires(typename R::domain& domain, std::uint64_t stamp, std::uint32_t slot) {
  { R::kind } -> std::convertible_to<protection>;
  /// Values are handed out by copy only; no reference outlives validation.
  { R::value_only } -> std::convertible_to<bool>;
  /// Has a moment after which nobody uses what was unlinked before it; shrinking needs that.
  { R::has_grace_period } -> std::convertible_to<bool>;

  /// Enters a read-side critical section of the thread that owns `slot`; nests. Leaves it when destroyed.
  requires std::constructible_from<typename R::guard, typename R::domain&, std::uint32_t>;
  /// A thread that works for maps in the background holds one of these while it does (QSBR: online while it lives).
  typename R::participant;
  /// The calling thread holds no reference into any map at this moment (QSBR: announces that).
  { R::quiescent() } noexcept;

  /// A stamp for everything that was unlinked before the call by this thread, or by one that handed it over.
  { domain.stamp() } noexcept -> std::same_as<std::uint64_t>;
  /// Whether the grace period of `stamp` has passed.
  { domain.passed(stamp) } noexcept -> std::same_as<bool>;
  /// Tries to move the domain on; does not block.
  { domain.advance() } noexcept;
  /// Lets grace periods pass while the caller, outside every guard, waits for one.
  { domain.wait_a_moment() } noexcept;
  /// Returns when everything that was unlinked before the call has outlived its grace period. Outside every guard.
  { domain.barrier() };
  /// Whether the thread that owns `slot` is inside a guard, for assertions.
  { domain.in_guard(slot) } noexcept -> std::same_as<bool>;
  { R::default_domain() } -> std::same_as<typename R::domain&>;
};

}  // namespace wane
