// SPDX-License-Identifier: BSL-1.0
// What a sweeper tells about itself: what it has done, and whether it has kept its target of late.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <wane/histogram.hpp>
#include <wane/labels.hpp>

namespace wane {

/// Why a sweeper missed its target.
enum class shortfall : std::uint8_t {
  none,           ///< it did not
  cpu_share,      ///< it rested to keep its share of the core
  garbage,        ///< it stopped at its limit of garbage until readers let go of some
  another_sweep,  ///< a sweep by hand was under way in a map
  memory,         ///< memory for its own state was exhausted
  machine         ///< none of these: its thread did not run in time, or the target is finer than the clock
};

[[nodiscard]] constexpr const char* to_string(shortfall s) noexcept {
  constexpr const char* names[] = {"none", "cpu_share", "garbage", "another_sweep", "memory", "machine"};
  return names[static_cast<unsigned>(s)];
}

/// For how long each of these kept a sweeper from its work.
struct hold_ups {
  std::chrono::nanoseconds cpu_share{0};
  std::chrono::nanoseconds garbage{0};
  std::chrono::nanoseconds another_sweep{0};
  std::chrono::nanoseconds memory{0};
};

/// Totals since the sweeper was made, and how it has kept its target of late. An entry's lateness is how long after its
/// deadline a sweep removed it; entries that readers removed first have none.
struct sweeper_stats {
  std::uint64_t passes = 0;  ///< ends of a pass over a map
  std::uint64_t removed = 0;
  std::uint64_t blocks_scanned = 0;
  std::uint64_t blocks_skipped = 0;
  std::uint64_t garbage_limited = 0;  ///< turns cut short because reclamation was behind
  std::uint64_t busy = 0;             ///< turns lost because another sweep was under way in the map
  /// Turns ended by an exception: memory was exhausted. They are tried again; what they did before is not in these figures.
  std::uint64_t failed = 0;
  std::chrono::nanoseconds cpu_time{0};  ///< of the sweeper's thread
  std::uint64_t backed_bytes = 0;        ///< of maps that grew, backed by memory before they were touched
  std::chrono::nanoseconds pass_last{0};
  std::chrono::nanoseconds pass_max{0};
  std::size_t garbage_bytes = 0;       ///< of slots retired and not yet freed, after each map's last turn
  std::chrono::nanoseconds target{0};  ///< sweeper_options::lateness
  histogram lateness;

  /// The last seconds: two stretches, each of five seconds, eight targets or one round, whichever is longest, of which
  /// the second is under way. It begins anew when the thread starts.
  struct recent {
    std::chrono::nanoseconds length{0};
    histogram lateness;
    /// At most how late the earliest entry is that is known to be there still.
    std::chrono::nanoseconds overdue{0};
    double cpu_share = 0;
    hold_ups held_up;
    /// How far p99 of `lateness`, or `overdue` if that is longer, is above the target. Zero: the target is met.
    std::chrono::nanoseconds missed_by{0};
    shortfall why = shortfall::none;

    [[nodiscard]] bool met() const noexcept { return missed_by == std::chrono::nanoseconds::zero(); }
  } window;

  /// One `name value` line a figure, times in seconds.
  [[nodiscard]] std::string to_string() const;
  /// A page for Prometheus with these figures alone; see exposition.hpp.
  [[nodiscard]] std::string to_prometheus(const labels& all = {}) const;
};

}  // namespace wane
