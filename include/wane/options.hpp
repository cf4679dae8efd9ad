// SPDX-License-Identifier: BSL-1.0
// What a map is told when it is made.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wane {

struct options {
  /// Entries to make room for at once, so that filling up to this number never grows the table. 0: start small. Where that
  /// is more than the caches hold (65,536), entries are also placed by their hash, which takes lookups less time and the
  /// memory of all that are expected soon after the first have come.
  std::size_t expected_entries = 0;
  /// Most entries a bucket before the table doubles; half of that while it fits into the caches (131,072 buckets). In (0, 64]; 1
  /// is the design point, more saves memory for speed.
  double max_load_factor = 1.0;
  /// False: the table keeps the size it was made with, unless reserve or shrink_to_fit ask for another.
  bool growth = true;
  /// Advise transparent huge pages for every mapping of 2 MiB and more. `stats().huge_pages` says what came of it.
  bool huge_pages = true;
  /// Smallest number of buckets, rounded up to a power of two; the table never shrinks below it.
  std::size_t minimum_buckets = 16;
};

}  // namespace wane
