// SPDX-License-Identifier: BSL-1.0
// What a map tells about itself: figures (stats), the result of a self-check, and the result of a sweep.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <wane/histogram.hpp>
#include <wane/labels.hpp>

namespace wane {

/// Totals since construction and sizes now. Each figure is exact when the map is quiet; under concurrency each is the
/// sum of per-thread counters read one after the other.
struct stats {
  // Entries.
  std::size_t size = 0;           ///< live entries, expired ones that nobody has met included
  std::uint64_t inserted = 0;     ///< entries that came into being by insertion (replacements not counted)
  std::uint64_t erased = 0;       ///< by erase, erase_if, take
  std::uint64_t expired = 0;      ///< by their deadline, whoever committed it
  std::uint64_t replaced = 0;     ///< by an assigning call
  std::uint64_t cleared = 0;      ///< by clear
  std::uint64_t met_expired = 0;  ///< lookups, of any operation, that met an entry past its deadline and committed that
  std::uint64_t listener_errors = 0;  ///< exceptions of the listener that were dropped on a sweeper's thread
  // Table.
  std::size_t buckets = 0;
  std::uint64_t growths = 0;
  std::uint64_t shrinks = 0;
  // Memory.
  std::size_t node_bytes = 0;    ///< bytes of one slot
  std::size_t slots = 0;         ///< slots handed out so far: live (as many as `size` says), retired, or free for reuse
  std::size_t retired = 0;       ///< unlinked, waiting for a grace period or for their turn to be freed
  std::size_t slots_free = 0;    ///< of `slots`, those that are neither live nor retired
  std::size_t slots_mapped = 0;  ///< slots that there is address space for
  std::size_t garbage_bytes = 0;  ///< of retired slots; not what their keys and values have on the heap
  std::size_t mapped_bytes = 0;   ///< address space of slots, buckets and summaries (touched or not)
  std::size_t heap_bytes = 0;     ///< per-thread state and garbage bags
  bool huge_pages = false;        ///< huge pages were asked for and the system grants them on advice
  // Sweeping.
  std::uint64_t swept = 0;           ///< expired entries that a sweep removed
  std::uint64_t blocks_scanned = 0;  ///< blocks of 32 slots that a sweep had to look into
  std::uint64_t blocks_skipped = 0;  ///< blocks passed over on their earliest deadline alone

  /// One `name value` line a figure.
  [[nodiscard]] std::string to_string() const;
  /// A page for Prometheus with these figures alone; see exposition.hpp.
  [[nodiscard]] std::string to_prometheus(const labels& all = {}) const;
};

/// What map::check found. An empty list of problems means every structural invariant holds.
struct check_report {
  std::size_t entries = 0;    ///< live entries met in the list
  std::size_t dead = 0;       ///< killed or replaced, but still linked: only where memory for garbage was exhausted
  std::size_t sentinels = 0;  ///< sentinels met in the list
  std::size_t slots = 0;      ///< slots accounted for, live, retired and free
  std::vector<std::string> problems;

  [[nodiscard]] bool ok() const noexcept { return problems.empty(); }
  explicit operator bool() const noexcept { return ok(); }
};

/// How much one call of sweep_some may do, and how much garbage it may leave behind.
struct sweep_budget {
  /// Blocks to pass over that cost about what it costs to look into one.
  static constexpr std::size_t passed_over_for_one = 16;

  std::size_t blocks = SIZE_MAX;         ///< blocks of 32 slots to look into; 16 that are passed over count as one
  std::size_t removals = SIZE_MAX;       ///< expired entries to remove
  std::size_t garbage_bytes = SIZE_MAX;  ///< stop claiming while retired-not-freed bytes exceed this
};

/// What one call of sweep_some did.
struct sweep_result {
  std::size_t blocks_scanned = 0;
  std::size_t blocks_skipped = 0;
  std::size_t removed = 0;
  bool pass_ended = false;       ///< the scan reached the end of the pool; the next call starts a new pass
  bool garbage_limited = false;  ///< stopped early because reclamation is behind
  bool busy = false;             ///< did nothing, because another sweep is under way
  /// Deadline of the earliest entry known to expire after this pass, as a duration from now (never negative);
  /// nanoseconds::max() when none is known. Meaningful when pass_ended.
  std::chrono::nanoseconds next_due = std::chrono::nanoseconds::max();
  /// How long after their deadlines the entries were removed and the listener had been told, by the map's clock.
  histogram lateness;
};

}  // namespace wane
