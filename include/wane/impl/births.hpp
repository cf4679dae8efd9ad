// SPDX-License-Identifier: BSL-1.0
// When each slot was last handed out, in eras of the domain: for reclaimers by interval. Nothing for all others.
//
// Beside the slots and not in them: who reads an entry never asks, and an entry stays at half a cache line.
#pragma once

#include <cstddef>
#include <cstdint>

#include <wane/impl/link.hpp>
#include <wane/impl/segments.hpp>
#include <wane/reclaim/concept.hpp>

namespace wane::impl {

template <class Policy, bool Kept = Policy::reclaimer::kind == protection::interval>
class births {
 public:
  template <class Pages>
  births(Pages&, bool) noexcept {}
  template <class Domain>
  [[nodiscard]] static constexpr bool note(handle, Domain&) noexcept {
    return true;
  }
  [[nodiscard]] static constexpr std::uint64_t of(handle) noexcept { return 0; }
  [[nodiscard]] static constexpr std::size_t mapped_bytes() noexcept { return 0; }
};

template <class Policy>
class births<Policy, true> {
 public:
  births(typename Policy::pages& pages, bool huge) noexcept : eras_(pages, huge) {}

  /// The slot is handed out now. False when memory is exhausted.
  template <class Domain>
  [[nodiscard]] bool note(handle h, const Domain& domain) noexcept {
    if (!eras_.ensure(h)) return false;
    // [J12] relaxed: pairs with [J13]; the words that lead to the slot publish it, and those that lead to garbage.
    eras_[h].store(domain.era(), std::memory_order_relaxed);
    return true;
  }
  [[nodiscard]] std::uint64_t of(handle h) const noexcept {
    // [J13] relaxed: as [J12].
    return eras_[h].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t mapped_bytes() const noexcept { return eras_.mapped_bytes(); }

 private:
  segments<typename Policy::environment::template atomic<std::uint64_t>, 64, typename Policy::environment,
           typename Policy::pages>
      eras_;
};

}  // namespace wane::impl
