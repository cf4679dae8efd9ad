// SPDX-License-Identifier: BSL-1.0
// Planted: reclaimers that are wrong, each in one place. Otherwise they are the epoch scheme.
#pragma once

#include <wane/reclaim/epoch.hpp>

#include <cstdint>
#include <type_traits>

#include "support/jitter.hpp"
#include "support/reclaimers.hpp"

namespace proptest {

enum class haste : std::uint8_t {
  no_period,     ///< what is stamped has outlived its grace period at once
  short_period,  ///< after one step of the epoch instead of two
  no_barrier,    ///< barrier() returns at once; stamps are honest
  no_guard,      ///< guards announce nothing
};

template <haste How>
struct hasty {
  using honest = wane::basic_epoch<jittery_environment>;
  static constexpr wane::protection kind = honest::kind;
  static constexpr bool value_only = honest::value_only;
  static constexpr bool has_grace_period = honest::has_grace_period;
  static constexpr bool reuses_at_once = honest::reuses_at_once;
  static constexpr bool bounded_garbage = honest::bounded_garbage;

  class domain : public honest::domain {
   public:
    [[nodiscard]] bool passed(std::uint64_t stamp) const noexcept {
      if (How == haste::no_period) return true;
      return honest::domain::passed(How == haste::short_period ? stamp - 1 : stamp);
    }
    void barrier() {
      if (How != haste::no_barrier) honest::domain::barrier();
    }
  };
  struct absent_guard : wane::blanket_guard {
    absent_guard(domain&, std::uint32_t) noexcept {}
    ~absent_guard() {}
  };
  using guard = std::conditional_t<How == haste::no_guard, absent_guard, honest::guard>;
  using participant = honest::participant;
  static void quiescent() noexcept {}
  static domain& default_domain() noexcept {
    static domain shared;
    return shared;
  }
};

}  // namespace proptest
