// SPDX-License-Identifier: BSL-1.0
// The checker of long histories: it finds what the checker of short ones finds, and a mistake in a long history, fast.
#include <chrono>
#include <cstdint>
#include <iostream>

#include "just_in_time.hpp"
#include "random_histories.hpp"
#include "small_history.hpp"
#include "support/harness.hpp"

using namespace proptest;

namespace {

void agrees_with_the_checker_of_short_histories(const random_shape& shape) {
  random_histories random(seed());
  small_checker small;
  just_in_time checker;
  std::uint64_t good = 0, bad = 0;
  for (int i = 0; i < static_cast<int>(20000 * stress_factor()); ++i) {
    recorded r = random.run(shape);
    for (int n = i % 4; n > 0; --n) random.mutate(r);
    const long_verdict found = checker.check(r.calls, r.deaths, shape.deaths);
    const verdict expected = small.check(shortened(r, shape.deaths));
    ++(expected ? good : bad);
    EXPECT(found.linearizable == expected.linearizable, "round " << i << ": the checker says " << found.linearizable);
    EXPECT(expected || i % 4 != 0, "round " << i << ": nothing was changed");
    if (const auto excerpt = checker.excerpt()) {
      const verdict again = small.check(*excerpt);
      EXPECT(!again && again.key == found.key, "round " << i << ": the excerpt is linearizable");
    }
    if (failures::any()) break;
  }
  std::cerr << "  " << good << " linearizable, " << bad << " not\n";
  EXPECT(good > bad / 20 && bad > good / 20, "the histories are of one kind only");
}

random_shape long_shape(unsigned threads, unsigned keys, bool deaths) {
  return {.threads = threads,
          .calls = static_cast<std::size_t>(1'000'000 * std::min(stress_factor(), 4.0)),
          .keys = keys,
          .moves_percent = 1,
          .longest_ttl = 200,
          .deaths = deaths};
}

void checks_a_long_history(unsigned threads, unsigned keys, bool deaths) {
  random_histories random(seed());
  const recorded r = random.run(long_shape(threads, keys, deaths));
  just_in_time checker;
  const auto begin = std::chrono::steady_clock::now();
  const long_verdict found = checker.check(r.calls, r.deaths, deaths);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cerr << "  " << static_cast<double>(r.calls.size()) / took.count() / 1e6 << " M calls a second, at most "
            << found.most_configurations << " configurations\n";
  EXPECT(found, "key " << found.key << ", call " << found.call);
}

/// One value that was never there.
void finds_one_mistake_in_a_long_history() {
  random_histories random(seed());
  recorded r = random.run(long_shape(8, 1000, false));
  just_in_time checker;
  std::size_t i = r.calls.size() / 2;
  while (r.calls[i].what != verb::find || !r.calls[i].ok) ++i;
  r.calls[i].seen = ~std::uint64_t{0};
  const long_verdict found = checker.check(r.calls);
  EXPECT(!found && found.call == i, "it blames call " << found.call << " instead of " << i);
  EXPECT(checker.excerpt().has_value(), "it has nothing to show");
}

/// Nothing tells which of them the clock took first.
void refuses_moves_of_the_clock_that_overlap() {
  std::vector<call> calls(2, {.what = verb::advance, .ticks = 1});
  calls[0].invoked = 1, calls[0].responded = 3;
  calls[1].invoked = 2, calls[1].responded = 4;
  bool refused = false;
  try {
    static_cast<void>(just_in_time().check(calls));
  } catch (const std::invalid_argument&) {
    refused = true;
  }
  EXPECT(refused, "they were taken in some order");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const auto agrees = agrees_with_the_checker_of_short_histories;
  tests.test("agrees_with_the_checker_of_short_histories", [&] { agrees({.threads = 4, .calls = 25}); });
  tests.test("agrees_on_many_threads", [&] { agrees({.threads = 8, .calls = 30, .moves_percent = 10}); });
  tests.test("agrees_when_the_clock_moves_often", [&] { agrees({.threads = 6, .calls = 30, .moves_percent = 50}); });
  tests.test("agrees_on_deaths", [&] { agrees({.threads = 4, .calls = 25, .moves_percent = 30, .deaths = true}); });
  tests.test("agrees_on_several_keys", [&] { agrees({.threads = 4, .calls = 40, .keys = 3}); });
  tests.test("checks_a_long_history_of_many_keys", [] { checks_a_long_history(8, 10000, false); });
  tests.test("checks_a_long_history_of_few_keys", [] { checks_a_long_history(8, 4, false); });
  tests.test("checks_a_long_history_with_deaths", [] { checks_a_long_history(8, 100, true); });
  tests.test("finds_one_mistake_in_a_long_history", finds_one_mistake_in_a_long_history);
  tests.test("refuses_moves_of_the_clock_that_overlap", refuses_moves_of_the_clock_that_overlap);
  return tests.result();
}
