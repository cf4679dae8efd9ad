// SPDX-License-Identifier: BSL-1.0
// The checker of short histories: it finds what a brute force finds, whatever the history.
#include <chrono>
#include <cstdint>
#include <iostream>

#include "brute_force.hpp"
#include "random_histories.hpp"
#include "small_history.hpp"
#include "support/harness.hpp"

using namespace proptest;

namespace {

struct tally {
  std::uint64_t good = 0, bad = 0;
};

/// Calls of a random history happen before each other if they did in real time and a coin says so (closed transitively).
void forget_some_order(small_history& h, random_histories& random) {
  std::array<small_history::set, small_history::capacity> before{};
  for (std::size_t i = 0; i < h.size(); ++i)
    for (std::size_t j = 0; j < h.size(); ++j)
      if ((h.before(i) >> j & 1) != 0 && (h[i].thread == h[j].thread || random.below(2) == 0))
        before[i] |= small_history::set{1} << j;
  for (std::size_t k = 0; k < h.size(); ++k)
    for (std::size_t i = 0; i < h.size(); ++i)
      if ((before[i] >> k & 1) != 0) before[i] |= before[k];
  for (std::size_t i = 0; i < h.size(); ++i) h.precede(i, before[i]);
  h.order_by_predecessors();
}

tally compare(const random_shape& shape, int rounds, bool weak) {
  tally t;
  random_histories random(seed());
  small_checker checker;
  for (int i = 0; i < rounds; ++i) {
    recorded r = random.run(shape);
    for (int n = i % 4; n > 0; --n) random.mutate(r);
    small_history h = shortened(r, shape.deaths);
    if (weak) forget_some_order(h, random);
    const bool found = checker.check(h).linearizable;
    const bool expected = brute_force::is_linearizable(h);
    ++(expected ? t.good : t.bad);
    EXPECT(found == expected, "round " << i << ": the checker says " << found);
    EXPECT(expected || i % 4 != 0, "round " << i << ": nothing was changed");
    if (failures::any()) break;
  }
  std::cerr << "  " << t.good << " linearizable, " << t.bad << " not\n";
  return t;
}

void agrees_with_brute_force(random_shape shape, bool weak) {
  const tally t = compare(shape, static_cast<int>(20000 * stress_factor()), weak);
  EXPECT(t.good > t.bad / 20 && t.bad > t.good / 20, "the histories are of one kind only");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("agrees_with_a_brute_force", [] { agrees_with_brute_force({}, false); });
  tests.test("agrees_with_a_brute_force_when_the_clock_moves_often",
             [] { agrees_with_brute_force({.threads = 3, .calls = 7, .moves_percent = 50}, false); });
  tests.test("agrees_with_a_brute_force_when_moves_of_the_clock_overlap", [] {
    agrees_with_brute_force({.threads = 2, .calls = 7, .clock_threads = 2, .moves_percent = 60}, false);
  });
  tests.test("agrees_with_a_brute_force_on_deaths",
             [] { agrees_with_brute_force({.threads = 3, .calls = 6, .moves_percent = 30, .deaths = true}, false); });
  tests.test("agrees_with_a_brute_force_on_two_keys",
             [] { agrees_with_brute_force({.threads = 3, .calls = 9, .keys = 2, .moves_percent = 30}, false); });
  tests.test("agrees_with_a_brute_force_on_partial_orders",
             [] { agrees_with_brute_force({.threads = 3, .calls = 6, .moves_percent = 30}, true); });
  return tests.result();
}
