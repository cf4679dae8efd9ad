// SPDX-License-Identifier: BSL-1.0
// Two reclaimers that are none, to measure and test the others by.
//
//   leak           frees nothing before the map is destroyed: the bound of what any scheme can cost
//   unsafe_reuse   lets a slot serve again the moment it is unlinked, with nothing to protect readers or writers but the
//                  counters of words: every ABA test must fail under it without these, and those that need validation
//                  with them, too. WRONG on purpose; there only if WANE_UNSAFE_REUSE is defined.
#pragma once

#include <cstdint>

#include <wane/reclaim/concept.hpp>

namespace wane {

namespace impl {

/// What a scheme without grace periods has instead. No barrier(): there is nothing that it could wait for.
struct no_grace_period {
  static constexpr std::uint64_t stamp() noexcept { return 0; }
  static constexpr bool passed(std::uint64_t) noexcept { return false; }
  static constexpr void advance() noexcept {}
  static constexpr bool in_guard(std::uint32_t) noexcept { return false; }
};

template <bool ReusesAtOnce>
struct control : announced_by_guards<control<ReusesAtOnce>> {
  static constexpr protection kind = protection::blanket;
  static constexpr bool value_only = false;
  static constexpr bool has_grace_period = false;
  static constexpr bool reuses_at_once = ReusesAtOnce;
  static constexpr bool bounded_garbage = ReusesAtOnce;

  using domain = no_grace_period;
  struct guard : blanket_guard {
    guard(domain&, std::uint32_t) noexcept {}
    ~guard() {}
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
  };
};

}  // namespace impl

struct leak : impl::control<false> {};
static_assert(reclaimer<leak>);

#ifdef WANE_UNSAFE_REUSE
struct unsafe_reuse : impl::control<true> {};
static_assert(reclaimer<unsafe_reuse>);
#endif

}  // namespace wane
