// SPDX-License-Identifier: BSL-1.0
// Programs that RapidCheck draws, together with the schedule or the strategy they run under, and shrinks to the few calls
// and deviations that a failure needs.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "scenarios/examine.hpp"
#include "scenarios/program.hpp"

namespace proptest {

/// Any program that a map can be used with: one to four buckets, growth or none, any reclaimer, either kind of keys; up to
/// three keys, two of one hash, up to three threads of up to four calls each.
[[nodiscard]] rc::Gen<program> any_small_program();

/// The calls that programs are drawn from, by number; `rest` says with which key, ticks and condition.
[[nodiscard]] step a_call(unsigned number, unsigned rest);
/// Those to begin with.
[[nodiscard]] step a_beginning(unsigned number, unsigned rest);
/// What is missing once the steps are there, which name their keys by number: gives them keys with the places `first` (two
/// of them) and `other` in split order, both less than 16.
[[nodiscard]] program complete(program p, std::uint64_t first, std::uint64_t other);

/// For RapidCheck.
void showValue(const program& p, std::ostream& out);

/// Bodies for suite::property. A failing one throws the account of what happened.
///
/// A program with a call less takes other steps, and a schedule that was drawn for one says nothing about the other. So once
/// a case has failed, which is when RapidCheck begins to shrink it, a program that its own schedule does not fail is also
/// explored, for a while; and the failure with fewest deviations comes last.
class drawn_programs {
 public:
  explicit drawn_programs(std::string subject) : examiner_(std::move(subject)) {}

  /// One program, one schedule: a list of deviations, or bytes that are read as one.
  void under_a_drawn_schedule();
  /// One program under many schedules of a strategy: probabilistic concurrency testing, of depth two to four, ...
  void under_pct();
  /// ... or at random. Either with up to three stale loads.
  void under_random_walks();

  /// The last failure; when RapidCheck is done, that of the program that it shrunk to.
  struct failure {
    program what;
    finding why;
  };
  [[nodiscard]] const std::optional<failure>& last_failure() const noexcept { return failure_; }

 private:
  void judge(const program& p, explorer::strategy& how, unsigned stale, const explorer::limits& until);

  examiner examiner_;
  std::optional<failure> failure_;
};

}  // namespace proptest
