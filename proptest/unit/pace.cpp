// SPDX-License-Identifier: BSL-1.0
// The pace of a sweeper, on made-up time: its target is met where its share of the core suffices, its share is never
// exceeded, and what its figures say of the target follows from them. And how often it looks for maps that grow.
#include <wane/impl/lookout.hpp>
#include <wane/impl/pace.hpp>

#include <algorithm>
#include <chrono>
#include <string>

#include "support/harness.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using wane::impl::pace;

namespace {

using window = wane::sweeper_stats::recent;

nanoseconds drawn(random_source& random, nanoseconds from, nanoseconds to) {
  return from + nanoseconds(random.below(static_cast<std::uint64_t>((to - from).count())));
}

/// A rest and the round after it are how late an entry can be.
void what_a_share_suffices_for_meets_the_target() {
  random_source random(1);
  for (int i = 0; i < 10'000; ++i) {
    const pace p{drawn(random, 1ms, 10s), 0.01 + 0.99 * static_cast<double>(random.below(1000)) / 1000};
    // A round that leaves room for its rest, and for another a quarter of the target longer.
    const auto passed = drawn(random, 0ns, p.target / 4);
    const auto worked = std::min(passed, std::chrono::duration_cast<nanoseconds>(p.target / 2 * p.cpu_share));
    const auto rest = std::max(p.wanted(passed, true), p.owed(worked, passed));
    const auto next = drawn(random, 0ns, passed + p.target / 4);
    EXPECT(rest + next <= p.target, "a target of " << p.target.count() << " ns, a round of " << passed.count()
                                                   << " and a rest of " << rest.count());
    EXPECT(rest + passed >= p.target / 2, "rests " << rest.count() << " of " << p.target.count() << " ns");
  }
}

/// Rounds of any length, on time that rests alone move on otherwise.
void the_share_of_the_core_is_kept() {
  random_source random(2);
  for (int i = 0; i < 200; ++i) {
    const pace p{drawn(random, 1ms, 1s), 0.01 + 0.99 * static_cast<double>(random.below(1000)) / 1000};
    nanoseconds worked{0}, passed{0};
    for (int round = 0; round < 200; ++round) {
      const auto cpu = drawn(random, 0ns, random.once_in(10) ? 20 * p.target : p.target / 10);
      const auto wall = cpu + drawn(random, 0ns, 1ms);  // it may have waited for the processor
      const auto rest = std::max(p.wanted(wall, !random.once_in(4)), p.owed(cpu, wall));
      worked += cpu;
      passed += wall + rest;
      const double share = static_cast<double>(worked.count()) / static_cast<double>(passed.count());
      EXPECT(share <= p.cpu_share * 1.000001, "a share of " << share << ", not " << p.cpu_share);
    }
  }
}

void nothing_is_owed_twice_or_in_vain() {
  const pace p{100ms, 0.05};
  EXPECT(p.owed(5ms, 100ms) == 0ns, "a twentieth was worked");
  EXPECT(p.owed(5ms, 40ms) == 60ms, "what has passed counts");
  EXPECT(p.owed(1ms, 1h) == 0ns, "too little is no credit");
  EXPECT(p.owed(nanoseconds::max(), 0ns) == 24h * 365, "a year at most");
  EXPECT(!p.is_far_ahead(100ms) && p.is_far_ahead(101ms), "what is paid within the target need not be paid at once");
}

void a_round_cut_short_is_tried_again_sooner() {
  const pace p{80ms, 0.5};
  EXPECT(p.wanted(1ms, true) == 59ms, "three quarters, the round included");
  EXPECT(p.wanted(1ms, false) == 10ms, "an eighth");
  EXPECT(p.wanted(1s, true) == 0ns, "a long round is followed by the next");
}

window with_p99(nanoseconds late) {
  window w;
  for (int i = 0; i < 98; ++i) w.lateness.add(1ms);
  for (int i = 0; i < 2; ++i) w.lateness.add(late);
  return w;
}

void a_target_is_met_by_99_in_100() {
  auto w = with_p99(100ms);
  for (int i = 0; i < 100; ++i) w.lateness.add(1ms);
  wane::impl::judge(w, 50ms);
  EXPECT(w.met() && w.why == wane::shortfall::none, "two late in 200 are missed by " << w.missed_by.count());
  w = with_p99(100ms);
  wane::impl::judge(w, 50ms);
  EXPECT(!w.met() && w.missed_by == w.lateness.quantile(0.99) - 50ms, "two in 100 are too many");
  wane::impl::judge(w, 200ms);
  EXPECT(w.met() && w.missed_by == 0ns, "the target was below");
}

/// A sweeper that removes nothing is not on time by that.
void what_is_overdue_counts_like_what_was_late() {
  window w;
  w.overdue = 70ms;
  wane::impl::judge(w, 50ms);
  EXPECT(!w.met() && w.missed_by == 20ms, "missed by " << w.missed_by.count());
  w = with_p99(1s);
  w.overdue = 70ms;
  wane::impl::judge(w, 50ms);
  EXPECT(w.missed_by >= 950ms, "the longer counts");
}

void what_held_up_longest_is_why() {
  const auto why = [](wane::hold_ups by, nanoseconds late = 1s) {
    auto w = with_p99(late);
    w.held_up = by;
    wane::impl::judge(w, 50ms);
    return w.why;
  };
  using wane::shortfall;
  EXPECT(why({.cpu_share = 3s, .garbage = 2s, .another_sweep = 1s}) == shortfall::cpu_share, "the CPU share");
  EXPECT(why({.cpu_share = 1s, .garbage = 2s, .another_sweep = 1s}) == shortfall::garbage, "garbage");
  EXPECT(why({.cpu_share = 1s, .garbage = 2s, .another_sweep = 3s}) == shortfall::another_sweep, "another sweep");
  EXPECT(why({.garbage = 1s, .memory = 2s}) == shortfall::memory, "memory");
  EXPECT(why({}) == shortfall::machine, "none of them");
  EXPECT(why({.cpu_share = 3s}, 2ms) == shortfall::none, "the target was met");
  for (const auto s :
       {shortfall::none, shortfall::cpu_share, shortfall::garbage, shortfall::another_sweep, shortfall::memory})
    EXPECT(std::string(to_string(s)) != to_string(shortfall::machine), "each has a name");
}

/// How many times, in the second after `from`, maps are asked of which each time `backed` has been.
int askings(wane::impl::lookout& growth, wane::impl::lookout::time_point from, std::size_t backed) {
  int n = 0;
  for (; growth.next() < from + 1s; ++n) growth.asked(growth.next(), growth.next(), backed);
  return n;
}

void maps_that_grow_are_looked_at_often() {
  using wane::impl::lookout;
  lookout growth;
  lookout::time_point now{1h};
  growth.map_added(now);
  EXPECT(growth.next() == now, "a map that was added is asked at once");
  const int after_adding = askings(growth, now, 0);
  EXPECT(after_adding >= 50 && after_adding < 65, after_adding << " times in the second after a map was added");
  const int quiet = askings(growth, now + 1s, 0);
  EXPECT(quiet == 10, quiet << " times in a quiet second");
  // The first second finds out; a page in a second is growth, however small the pieces.
  askings(growth, now + 2s, lookout::huge_page / 9);
  const int growing = askings(growth, now + 3s, lookout::huge_page / 400);
  EXPECT(growing == 500, growing << " times while maps grow");
  askings(growth, now + 4s, lookout::huge_page / 1000);
  const int slowly = askings(growth, now + 5s, lookout::huge_page / 100);
  EXPECT(slowly == 10, slowly << " times while maps grow slowly");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("what_a_share_suffices_for_meets_the_target", what_a_share_suffices_for_meets_the_target);
  tests.test("the_share_of_the_core_is_kept", the_share_of_the_core_is_kept);
  tests.test("nothing_is_owed_twice_or_in_vain", nothing_is_owed_twice_or_in_vain);
  tests.test("a_round_cut_short_is_tried_again_sooner", a_round_cut_short_is_tried_again_sooner);
  tests.test("a_target_is_met_by_99_in_100", a_target_is_met_by_99_in_100);
  tests.test("what_is_overdue_counts_like_what_was_late", what_is_overdue_counts_like_what_was_late);
  tests.test("what_held_up_longest_is_why", what_held_up_longest_is_why);
  tests.test("maps_that_grow_are_looked_at_often", maps_that_grow_are_looked_at_often);
  return tests.result();
}
