// SPDX-License-Identifier: BSL-1.0
// Explores programs and keeps count; a failure is minimised and told in full, with the line that replays it.
//
// WANE_SCHEDULE   runs this one schedule of each program chosen, and prints what happens
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "explorer/engine.hpp"
#include "scenarios/program.hpp"

namespace proptest {

/// How far an exhaustive exploration goes.
struct bounds {
  unsigned preemptions = 2;
  unsigned stale = 0;  ///< loads that read an old value, stores that come late
};

/// What an exploration found, minimised.
struct finding {
  explorer::verdict kind;
  explorer::schedule least;
  std::string account;  ///< the verdict, the program, what happened access by access, the schedule
};

/// Sums over explorations. One of these for each table row of papers/verification.md.
class examiner {
 public:
  explicit examiner(std::string subject) : subject_(std::move(subject)) {}
  examiner(const examiner&) = delete;
  examiner& operator=(const examiner&) = delete;
  /// Prints the count on one line, for people and for proptest/counts.py.
  ~examiner();

  /// Explores all schedules within the bounds, or `until` a limit. States what is wrong by EXPECT.
  void exhaust(const program& p, bounds b, const explorer::limits& until = {}, bool symmetric_fences = false);
  /// The same without a limit that depends on the machine, and demands that there are no more than `enough`.
  void exhaust_wholly(const program& p, bounds b, bool symmetric_fences = false);
  static constexpr std::uint64_t enough = 1'000'000;
  /// Explores under any strategy; `relaxed` says whether it makes loads read old values. Returns what is wrong.
  std::optional<finding> find_failure(const program& p, explorer::strategy& how, bool relaxed,
                                      const explorer::limits& until, bool symmetric_fences = false);
  /// The same, and states what is wrong by EXPECT.
  void wander(const program& p, explorer::strategy& how, bool relaxed, const explorer::limits& until,
              bool symmetric_fences = false);

 private:
  std::string subject_;
  std::uint64_t programs_ = 0, explorations_ = 0, complete_ = 0, schedules_ = 0, steps_ = 0;
  double seconds_ = 0;
};

}  // namespace proptest
