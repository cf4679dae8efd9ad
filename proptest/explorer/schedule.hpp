// SPDX-License-Identifier: BSL-1.0
// A schedule as a short string: the deviations from an undisturbed run, by the number of the step they happen at.
//
//   12>1        before step 12, thread 1 goes on (a preemption, or the choice of who follows when a thread ends or yields)
//   30~2        the load of step 30 reads the store two places before the newest; a store is placed there
//
//   "12>1 30~2 41>0"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace explorer {

struct deviation {
  enum class what : std::uint8_t { thread, store };
  std::uint32_t step;
  what kind;
  unsigned to;
  friend bool operator==(const deviation&, const deviation&) = default;
};

using schedule = std::vector<deviation>;

[[nodiscard]] std::string to_string(const schedule& s);
/// Throws std::invalid_argument, saying at which place the text is no schedule.
[[nodiscard]] schedule parse_schedule(std::string_view text);

}  // namespace explorer
