// SPDX-License-Identifier: BSL-1.0
// Drawn programs, without a mutant, under drawn schedules, under probabilistic concurrency testing, and at random.
#include "explorer/crashes.hpp"
#include "scenarios/drawn.hpp"
#include "support/harness.hpp"

using namespace proptest;

int main(int argc, char** argv) {
  suite tests(argc, argv);
  explorer::catch_crashes();
  drawn_programs one_each("drawn programs, one schedule each");
  tests.property(
      "a_drawn_program_is_linearizable_under_a_drawn_schedule", [&] { one_each.under_a_drawn_schedule(); }, 30'000);
  drawn_programs pct("drawn programs, probabilistic concurrency testing");
  tests.property(
      "a_drawn_program_is_linearizable_under_pct", [&] { pct.under_pct(); }, 1000);
  drawn_programs random("drawn programs, random walks");
  tests.property(
      "a_drawn_program_is_linearizable_under_random_walks", [&] { random.under_random_walks(); }, 1000);
  return tests.result();
}
