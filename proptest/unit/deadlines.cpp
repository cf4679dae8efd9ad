// SPDX-License-Identifier: BSL-1.0
// Time in ticks: samples are rounded down and deadlines up, at every length of tick, and sums saturate.
#include <wane/clock.hpp>
#include <wane/impl/deadline.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "support/harness.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace wane::impl;
using std::chrono::nanoseconds;

namespace {

using life = wane::lifetime<wane::manual_clock>;
constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();
__extension__ using exact = __int128;

/// A TTL of t that begins now ends t from now at the earliest and less than one tick later.
template <class Tick>
void a_ttl_lasts_as_long_as_it_says() {
  constexpr std::int64_t tick = tick_clock<wane::manual_clock, Tick>::tick_ns;
  random_source random(1);
  for (int i = 0; i < 2000; ++i) {
    wane::manual_clock clock;
    clock.advance(nanoseconds(random.below(10 * static_cast<std::uint64_t>(tick))));
    const tick_clock<wane::manual_clock, Tick> time(clock);
    const auto passed = static_cast<std::int64_t>(random.below(50 * static_cast<std::uint64_t>(tick)));
    clock.advance(nanoseconds(passed));
    const std::int64_t ttl = i % 3 == 0
                                 ? tick * static_cast<std::int64_t>(1 + random.below(20))
                                 : static_cast<std::int64_t>(1 + random.below(20 * static_cast<std::uint64_t>(tick)));
    const tick_count deadline = time.deadline_of(life(nanoseconds(ttl)));
    const exact ends = exact{static_cast<std::int64_t>(deadline)} * tick;
    EXPECT(ends >= passed + exact{ttl} && ends < passed + exact{ttl} + tick,
           "a TTL of " << ttl << " ns, " << passed << " ns after the start, ends in tick " << deadline);
    EXPECT(time.until(deadline) >= nanoseconds(ttl), "what is left is " << time.until(deadline).count());
    clock.advance(nanoseconds(ttl - 1));
    EXPECT(time.now() < deadline, "it ends too soon");
    clock.advance(nanoseconds(tick));
    EXPECT(time.now() >= deadline, "it ends too late");
    EXPECT(time.until(deadline) == nanoseconds(1), "nothing left is told as 1 ns");
  }
}

void deadlines_saturate_below_never() {
  wane::manual_clock clock;
  clock.advance(nanoseconds(longest / 2));
  const tick_clock<wane::manual_clock, nanoseconds> fine(clock);
  const tick_clock<wane::manual_clock, std::chrono::milliseconds> coarse(clock);
  EXPECT(fine.deadline_of(wane::forever) == never && coarse.deadline_of(wane::forever) == never, "forever is never");
  for (const auto ttl : {longest, longest - 1, longest / 2, (std::int64_t{1} << 40) + 1})
    EXPECT(fine.deadline_of(life(nanoseconds(ttl))) == never - 1, "a TTL of " << ttl << " ns");
  EXPECT(coarse.deadline_of(life(nanoseconds(longest))) == never - 1, "the longest TTL");
  EXPECT(fine.until(never) == wane::no_deadline, "never is no deadline");
  EXPECT(coarse.until(never - 1) < wane::no_deadline, "the last deadline is one");
  const tick_clock<wane::manual_clock, std::chrono::hours> hours(clock);
  EXPECT(hours.until(never - 1) == wane::no_deadline - nanoseconds(1), "what is left saturates below no_deadline");
}

/// One tick before the last deadline that there is, there, and beyond.
template <class Tick>
void the_last_deadlines_are_exact() {
  constexpr exact tick = tick_clock<wane::manual_clock, Tick>::tick_ns;
  wane::manual_clock clock;
  const tick_clock<wane::manual_clock, Tick> time(clock);
  for (const exact ends : {exact{never - 2} * tick, exact{never - 2} * tick + 1, exact{never - 1} * tick, exact{never - 1} * tick + 1}) {
    if (ends > longest) continue;
    const auto ticks = static_cast<tick_count>((ends + tick - 1) / tick);
    EXPECT(time.deadline_of(life(nanoseconds(static_cast<std::int64_t>(ends)))) == std::min(ticks, never - 1), "in tick " << ticks);
  }
}

void deadlines_in_the_past_are_the_first_tick() {
  wane::manual_clock clock;
  clock.advance(std::chrono::hours(1));
  const tick_clock<wane::manual_clock, std::chrono::milliseconds> time(clock);
  const auto start = clock.now();
  for (const auto before : {nanoseconds(0), nanoseconds(1), nanoseconds(longest / 2)})
    EXPECT(time.deadline_of(life(start - before)) == 0, before.count() << " ns before the map was made");
  EXPECT(time.deadline_of(life(wane::manual_clock::time_point::min())) == 0, "the first point in time");
  EXPECT(time.deadline_of(life(start + nanoseconds(1))) == 1, "a nanosecond after");
  EXPECT(time.deadline_of(life(start + std::chrono::milliseconds(1))) == 1, "a tick after");
  EXPECT(time.deadline_of(life(wane::manual_clock::time_point::max())) == never - 1 ||
             time.until(time.deadline_of(life(wane::manual_clock::time_point::max()))) > std::chrono::hours(24 * 365),
         "the last point in time");
}

void conditions_compare_as_if_no_deadline_were_the_latest() {
  using wane::when;
  for (const tick_count from : {tick_count{5}, never})
    for (const tick_count to : {tick_count{4}, tick_count{5}, tick_count{6}, never}) {
      EXPECT(allows(when::always, from, to), "always");
      EXPECT(allows(when::if_later, from, to) == (to > from), from << " later to " << to);
      EXPECT(allows(when::if_sooner, from, to) == (to < from), from << " sooner to " << to);
      EXPECT(allows(when::if_none, from, to) == (from == never), "if_none");
      EXPECT(allows(when::if_some, from, to) == (from != never), "if_some");
    }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const std::string words = "a_ttl_lasts_as_long_as_it_says";
  tests.test(words + " [ns]", a_ttl_lasts_as_long_as_it_says<nanoseconds>);
  tests.test(words + " [7 us]",
             a_ttl_lasts_as_long_as_it_says<std::chrono::duration<std::int64_t, std::ratio<7, 1'000'000>>>);
  tests.test(words + " [ms]", a_ttl_lasts_as_long_as_it_says<std::chrono::milliseconds>);
  tests.test(words + " [min]", a_ttl_lasts_as_long_as_it_says<std::chrono::minutes>);
  tests.test("deadlines_saturate_below_never", deadlines_saturate_below_never);
  tests.test("the_last_deadlines_are_exact [ns]", the_last_deadlines_are_exact<nanoseconds>);
  tests.test("the_last_deadlines_are_exact [ms]", the_last_deadlines_are_exact<std::chrono::milliseconds>);
  tests.test("deadlines_in_the_past_are_the_first_tick", deadlines_in_the_past_are_the_first_tick);
  tests.test("conditions_compare_as_if_no_deadline_were_the_latest",
             conditions_compare_as_if_no_deadline_were_the_latest);
  return tests.result();
}
