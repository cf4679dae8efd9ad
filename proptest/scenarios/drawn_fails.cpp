// SPDX-License-Identifier: BSL-1.0
// Drawn programs find seeded bugs, and shrink them to what a person can read. Compiled with the mutants.
#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>

#include <seeded_mutants.hpp>

#include "explorer/crashes.hpp"
#include "scenarios/drawn.hpp"
#include "support/harness.hpp"

using namespace proptest;

namespace {

int number_of(std::string_view name) {
  const auto* const found = std::ranges::find(seeded_mutants, name, &seeded_mutant::name);
  if (found == std::ranges::end(seeded_mutants)) throw std::invalid_argument("no mutant is called so");
  return found->number;
}

using body = void (drawn_programs::*)();

/// The mutant is found within so many cases, and what is left of the program is no more than so many calls and deviations.
void is_found(std::string_view mutant, body how, int cases, std::size_t calls, std::size_t deviations) {
  selected_mutant = number_of(mutant);
  drawn_programs draws("drawn programs, seeded bugs");
  rc::detail::TestParams parameters = rc::detail::configuration().testParams;
  parameters.maxSuccess = cases;
  const auto result = rc::detail::checkTestable([&] { (draws.*how)(); }, rc::detail::TestMetadata{}, parameters);
  selected_mutant = 0;
  EXPECT(result.template is<rc::detail::FailureResult>(), mutant << " has gone unnoticed");
  if (!draws.last_failure()) return;
  const auto& [what, why] = *draws.last_failure();
  std::size_t left = what.before.size();
  for (const auto& steps : what.threads) left += steps.size();
  EXPECT(left <= calls && why.least.size() <= deviations, left << " calls and " << why.least.size()
                                                               << " deviations are left:\n"
                                                               << why.account);
  EXPECT(why.account.find("WANE_SCHEDULE") != std::string::npos && why.account.find("T0") != std::string::npos,
         why.account);
  std::cerr << mutant << ", shrunk to " << left << " calls and " << why.least.size() << " deviations:\n"
            << why.account << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  explorer::catch_crashes();
  tests.test("a_drawn_schedule_finds_an_insertion_that_overwrites_another",
             [] { is_found("insert-links-by-store", &drawn_programs::under_a_drawn_schedule, 50'000, 6, 4); });
  for (const char* const mutant : {"touch-stores", "unlink-without-freeze"}) {
    tests.test("pct_finds_" + std::string(mutant), [&] { is_found(mutant, &drawn_programs::under_pct, 5'000, 7, 4); });
    tests.test("random_walks_find_" + std::string(mutant),
               [&] { is_found(mutant, &drawn_programs::under_random_walks, 5'000, 7, 4); });
  }
  return tests.result();
}
