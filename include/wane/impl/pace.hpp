// SPDX-License-Identifier: BSL-1.0
// A sweeper's pace: how long it rests, and what its figures say of its target. Functions of figures, without a clock.
//
// An entry that falls due just after its block was passed waits until the sweep comes by again: for a rest and a round.
// So the two together are kept to three quarters of the target, and the last quarter is for rounds that take longer
// than the one before and for a thread that wakes up late. Resting longer than that would miss the target; resting less
// looks into more blocks for the same entries, because a look costs about as much for one entry as for many.
#pragma once

#include <algorithm>
#include <chrono>

#include <wane/sweeper_stats.hpp>

namespace wane::impl {

struct pace {
  using nanoseconds = std::chrono::nanoseconds;

  nanoseconds target;
  double cpu_share;

  /// How long to rest until the share of the core is kept, after `worked` of CPU time in `passed`.
  [[nodiscard]] nanoseconds owed(nanoseconds worked, nanoseconds passed) const noexcept {
    const std::chrono::duration<double, std::nano> takes = worked / cpu_share;
    constexpr std::chrono::duration<double, std::nano> longest = std::chrono::hours(24 * 365);
    return std::max(std::chrono::ceil<nanoseconds>(std::min(takes - passed, longest)), nanoseconds::zero());
  }

  /// Whether to rest in the middle of a round. Only when paying later would take longer than the target: it cannot be
  /// kept then, and work in small shares disturbs others less. Otherwise a round done at once leaves its entries less
  /// late.
  [[nodiscard]] bool is_far_ahead(nanoseconds owed) const noexcept { return owed > target; }

  /// How long the target lets a sweeper rest after a round that took `passed`. A round that did not get through is
  /// tried again sooner.
  [[nodiscard]] nanoseconds wanted(nanoseconds passed, bool got_through) const noexcept {
    if (!got_through) return target / 8;
    return std::max(target / 4 * 3 - passed, nanoseconds::zero());
  }
};

/// Fills in what follows from the rest of the figures: whether the target was missed, by how much and why.
inline void judge(sweeper_stats::recent& window, std::chrono::nanoseconds target) noexcept {
  const auto late = std::max(window.lateness.quantile(0.99), window.overdue);
  window.missed_by = std::max(late - target, std::chrono::nanoseconds::zero());
  window.why = shortfall::none;
  if (window.met()) return;
  const hold_ups& by = window.held_up;
  const auto longest = std::max({by.cpu_share, by.garbage, by.another_sweep, by.memory});
  if (longest == std::chrono::nanoseconds::zero())
    window.why = shortfall::machine;
  else if (longest == by.garbage)
    window.why = shortfall::garbage;
  else if (longest == by.another_sweep)
    window.why = shortfall::another_sweep;
  else if (longest == by.memory)
    window.why = shortfall::memory;
  else
    window.why = shortfall::cpu_share;
}

}  // namespace wane::impl
