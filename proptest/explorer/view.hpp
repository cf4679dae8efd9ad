// SPDX-License-Identifier: BSL-1.0
// Views: what a thread has to have seen.
//
//   floor[location]  it cannot read a store to that location that is older than this one (coherence, happens-before,
//                    and the order of seq_cst fences)
//   clock[thread]    everything that thread did up to then happens before (a vector clock, for races and real time)
//
// A release store carries its thread's view, an acquire load joins it. A seq_cst fence exchanges floors with the one
// global view, and no clocks: in C++ it orders, but does not synchronize.
#pragma once

#include <algorithm>
#include <cstdint>

namespace explorer {

inline constexpr unsigned max_threads = 8;
inline constexpr unsigned max_locations = 1024;

/// Places a store in its location's modification order; gaps let later stores be placed between earlier ones.
using timestamp = std::int16_t;

struct view {
  std::uint32_t clock[max_threads];
  std::uint32_t locations;  // floors beyond are 0
  timestamp floor[max_locations];

  void clear() noexcept {
    std::fill(std::begin(clock), std::end(clock), 0u);
    locations = 0;
  }
  void make_room(std::uint32_t count) noexcept {
    for (; locations < count; ++locations) floor[locations] = 0;
  }
  [[nodiscard]] timestamp at(std::uint32_t location) const noexcept {
    return location < locations ? floor[location] : timestamp{0};
  }
  void raise(std::uint32_t location, timestamp t) noexcept {
    make_room(location + 1);
    floor[location] = std::max(floor[location], t);
  }
  void join_floors(const view& other) noexcept {
    make_room(other.locations);
    for (std::uint32_t i = 0; i < other.locations; ++i) floor[i] = std::max(floor[i], other.floor[i]);
  }
  void join(const view& other) noexcept {
    for (unsigned t = 0; t < max_threads; ++t) clock[t] = std::max(clock[t], other.clock[t]);
    join_floors(other);
  }
  void copy(const view& other) noexcept {
    std::copy(std::begin(other.clock), std::end(other.clock), std::begin(clock));
    locations = other.locations;
    std::copy_n(other.floor, other.locations, floor);
  }
};

}  // namespace explorer
