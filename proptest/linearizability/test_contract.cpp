// SPDX-License-Identifier: BSL-1.0
// Histories written by hand, allowed and forbidden, rule by rule. Key 7 throughout; values are small numbers.
#include <initializer_list>
#include <iostream>
#include <string>

#include "brute_force.hpp"
#include "just_in_time.hpp"
#include "minimise.hpp"
#include "small_history.hpp"
#include "support/harness.hpp"
#include "timeline.hpp"

using namespace proptest;
using wane::cause;
using wane::when;

namespace {

constexpr std::uint64_t key = 7;

// ---- Words to write histories with ---------------------------------------------------------------------------------

struct lasting {
  proptest::life life = life::forever;
  std::uint64_t ticks = 0;
};
constexpr lasting eternally{};
constexpr lasting as_before{life::keep, 0};
constexpr lasting lasts(std::uint64_t ticks) { return {life::ttl, ticks}; }
constexpr lasting until(std::uint64_t tick) { return {life::until, tick}; }

call made(verb what, bool ok) {
  call c;
  c.what = what;
  c.ok = ok;
  c.key = key;
  return c;
}
call saw(call c, std::uint64_t value) {
  c.saw = true;
  c.seen = value;
  return c;
}
call with(call c, std::uint64_t argument, lasting l) {
  c.argument = argument;
  c.life = l.life;
  c.ticks = l.ticks;
  return c;
}

call hit(std::uint64_t value) { return saw(made(verb::find, true), value); }
call miss() { return made(verb::find, false); }
call inserts(std::uint64_t value, lasting l = eternally) { return with(made(verb::insert, true), value, l); }
call does_not_insert() { return with(made(verb::insert, false), 99, eternally); }
call assigns(std::uint64_t value, bool inserted, lasting l = eternally) {
  return with(made(verb::insert_or_assign, inserted), value, l);
}
call replaces(std::uint64_t old, std::uint64_t value, lasting l = as_before) {
  return with(saw(made(verb::replace, true), old), value, l);
}
call erases() { return made(verb::erase, true); }
call erases_nothing() { return made(verb::erase, false); }
call takes(std::uint64_t value) { return saw(made(verb::take, true), value); }
call touches(lasting l, bool ok = true, when condition = when::always) {
  call c = with(made(l.life == life::ttl ? verb::touch : verb::expire_at, ok), 0, l);
  c.condition = condition;
  return c;
}
call persists(bool ok = true, when condition = when::always) {
  call c = made(verb::persist, ok);
  c.condition = condition;
  return c;
}
call exchanges(std::uint64_t expected, std::uint64_t value, bool ok) {
  call c = with(made(verb::compare_exchange, ok), value, as_before);
  c.expected = expected;
  return c;
}
call left(std::uint64_t ticks) { return saw(made(verb::ttl, true), ticks); }
call clears() { return made(verb::clear, false); }
call sweeps() { return made(verb::sweep, false); }
call moves(std::uint64_t ticks) {
  call c = made(verb::advance, false);
  c.ticks = ticks;
  return c;
}

/// A call by a thread, from one stamp to another.
call on(unsigned thread, std::uint64_t from, std::uint64_t to, call c) {
  c.thread = static_cast<std::uint8_t>(thread);
  c.invoked = from;
  c.responded = to;
  return c;
}
/// Calls of one thread, one after another.
small_history in_turn(std::initializer_list<call> calls) {
  small_history h;
  std::uint64_t stamp = 0;
  for (const call& c : calls) {
    h.add(on(0, stamp + 1, stamp + 2, c));
    stamp += 2;
  }
  h.order_by_stamps();
  return h;
}
small_history at_once(std::initializer_list<call> calls) {
  small_history h;
  for (const call& c : calls) h.add(c);
  h.order_by_stamps();
  return h;
}
small_history and_then(small_history h, std::initializer_list<death> deaths) {
  h.record_deaths();
  for (const death& d : deaths) h.died(d);
  return h;
}
death dies(std::uint64_t value, cause why, std::size_t by) { return {key, value, why, by}; }

// ---- What all checkers must say ------------------------------------------------------------------------------------

void judge(const small_history& h, bool expected, int line) {
  small_checker checker;
  const verdict found = checker.check(h);
  EXPECT(found.linearizable == expected, "line " << line << ":\n" << timeline(h, found));
  EXPECT(brute_force::is_linearizable(h) == expected, "line " << line << ", by brute force:\n" << timeline(h, found));
  if (h.order() == ordering::real_time) {
    just_in_time other;
    EXPECT(other.check(h.calls(), h.deaths(), h.deaths_recorded()).linearizable == expected,
           "line " << line << ", just in time:\n"
                   << timeline(h, found));
  }
  if (!found) {
    const small_history least = minimised(checker, h);
    EXPECT(!checker.check(least), "line " << line << ": what is left of it is linearizable");
  }
}
#define ALLOWED(...) judge(__VA_ARGS__, true, __LINE__)
#define FORBIDDEN(...) judge(__VA_ARGS__, false, __LINE__)

// ---- G1 ------------------------------------------------------------------------------------------------------------

void a_key_holds_what_was_put_there() {
  ALLOWED(in_turn({miss(), inserts(1), hit(1), does_not_insert(), erases(), miss(), erases_nothing()}));
  FORBIDDEN(in_turn({hit(1)}));
  FORBIDDEN(in_turn({inserts(1), miss()}));
  FORBIDDEN(in_turn({inserts(1), hit(2)}));
  FORBIDDEN(in_turn({inserts(1), inserts(2)}));
  FORBIDDEN(in_turn({does_not_insert()}));
  FORBIDDEN(in_turn({inserts(1), erases(), hit(1)}));
  FORBIDDEN(in_turn({inserts(1), erases(), erases()}));
  FORBIDDEN(in_turn({inserts(1), erases_nothing()}));
  ALLOWED(in_turn({inserts(1), takes(1), assigns(2, true), assigns(3, false), takes(3)}));
  FORBIDDEN(in_turn({inserts(1), assigns(2, true)}));
  FORBIDDEN(in_turn({assigns(2, false)}));
  FORBIDDEN(in_turn({inserts(1), assigns(2, false), takes(1)}));
  ALLOWED(in_turn({inserts(1), replaces(1, 2), exchanges(1, 3, false), exchanges(2, 3, true), hit(3)}));
  FORBIDDEN(in_turn({inserts(1), replaces(1, 2), replaces(1, 3)}));
  FORBIDDEN(in_turn({inserts(1), exchanges(1, 2, false)}));
  FORBIDDEN(in_turn({inserts(1), exchanges(2, 3, true)}));
  ALLOWED(in_turn({inserts(1), with(saw(made(verb::update, true), 1), 2, as_before), hit(2)}));
  FORBIDDEN(in_turn({inserts(1), with(made(verb::update, false), 2, as_before)}));
  ALLOWED(in_turn({with(saw(made(verb::get_or_emplace, true), 1), 1, eternally),
                   with(saw(made(verb::get_or_emplace, false), 1), 2, eternally), hit(1)}));
  FORBIDDEN(in_turn({inserts(1), with(saw(made(verb::get_or_emplace, false), 2), 2, eternally)}));
  ALLOWED(in_turn({with(made(verb::upsert, true), 1, as_before), with(saw(made(verb::upsert, false), 1), 2, as_before),
                   moves(1000), hit(2)}));
  ALLOWED(in_turn({inserts(1), saw(made(verb::erase_if, false), 1), saw(made(verb::erase_if, true), 1), miss(),
                   made(verb::erase_if, false)}));
  FORBIDDEN(in_turn({inserts(1), made(verb::erase_if, false)}));
  ALLOWED(in_turn({inserts(1), clears(), miss(), clears(), inserts(2)}));
  FORBIDDEN(in_turn({inserts(1), clears(), hit(1)}));
}

void calls_at_the_same_time_may_come_in_either_order() {
  ALLOWED(at_once({on(0, 1, 4, inserts(1)), on(1, 2, 3, miss())}));
  ALLOWED(at_once({on(0, 1, 4, inserts(1)), on(1, 2, 3, hit(1))}));
  FORBIDDEN(at_once({on(0, 1, 6, inserts(1)), on(1, 2, 3, hit(1)), on(1, 4, 5, miss())}));
  FORBIDDEN(at_once({on(0, 1, 4, inserts(1)), on(1, 2, 3, inserts(2))}));
  FORBIDDEN(at_once({on(0, 1, 2, inserts(1)), on(0, 3, 6, erases()), on(1, 4, 5, takes(1))}));
  FORBIDDEN(at_once({on(0, 1, 2, inserts(1)), on(0, 3, 6, replaces(1, 2)), on(1, 4, 5, replaces(1, 3))}));
  ALLOWED(at_once(
      {on(0, 1, 2, inserts(1)), on(0, 3, 6, replaces(1, 2)), on(1, 4, 5, replaces(2, 3)), on(1, 7, 8, hit(3))}));
  FORBIDDEN(at_once(
      {on(0, 1, 2, inserts(1)), on(0, 3, 6, assigns(2, false)), on(1, 4, 9, erases_nothing()), on(2, 7, 8, hit(2))}));
  ALLOWED(at_once({on(0, 1, 6, clears()), on(1, 2, 3, inserts(1)), on(1, 4, 5, hit(1)), on(1, 7, 8, miss())}));
}

/// Whoever lets 1 expire, not be cleared, is late: 3 would be dead when it is put there.
void that_something_can_happen_earlier_is_not_forgotten() {
  const auto ends_with = [](std::uint64_t value) {
    return at_once({on(0, 1, 2, inserts(1, until(3))), on(0, 3, 11, erases_nothing()), on(1, 4, 12, clears()),
                    on(2, 5, 10, inserts(2, until(9))), on(3, 6, 13, replaces(2, 3, until(3))), on(4, 7, 14, hit(3)),
                    on(5, 8, 15, assigns(4, false, eternally)), on(6, 9, 9, moves(4)), on(0, 16, 17, hit(value))});
  };
  ALLOWED(ends_with(4));
  FORBIDDEN(ends_with(3));
}

void a_call_that_never_returned_may_have_taken_effect() {
  ALLOWED(at_once({on(0, 1, still_running, inserts(1)), on(1, 2, 3, hit(1))}));
  ALLOWED(at_once({on(0, 1, still_running, inserts(1)), on(1, 2, 3, miss())}));
  FORBIDDEN(at_once({on(0, 1, still_running, inserts(1)), on(1, 2, 3, hit(1)), on(1, 4, 5, miss())}));
}

void an_entry_expires_at_its_deadline_and_no_sooner() {
  ALLOWED(in_turn({inserts(1, lasts(3)), moves(2), hit(1), moves(1), miss()}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(2), miss()}));
  FORBIDDEN(in_turn({inserts(1, until(3)), moves(2), inserts(2)}));
  ALLOWED(in_turn({inserts(1, until(3)), moves(3), inserts(2)}));
  FORBIDDEN(in_turn({inserts(1), moves(1000), miss()}));
  ALLOWED(in_turn({moves(5), inserts(1, until(3)), miss()}));
  FORBIDDEN(in_turn({moves(5), inserts(1, until(3)), hit(1)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(2), assigns(2, true)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), sweeps(), miss()}));
  ALLOWED(in_turn({inserts(1, lasts(3)), moves(3), sweeps(), assigns(2, true, lasts(1)), hit(2)}));
}

// ---- G2, G3 --------------------------------------------------------------------------------------------------------

void a_hit_comes_before_the_deadline() {
  ALLOWED(at_once({on(0, 1, 2, inserts(1, lasts(3))), on(1, 3, 6, hit(1)), on(2, 4, 5, moves(3))}));
  FORBIDDEN(at_once({on(0, 1, 2, inserts(1, lasts(3))), on(2, 3, 4, moves(3)), on(1, 5, 6, hit(1))}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), left(1)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), does_not_insert()}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), exchanges(5, 2, false), hit(1)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), with(saw(made(verb::get_or_emplace, false), 1), 2, eternally)}));
}

void a_hit_cannot_rest_on_a_time_before_the_entry_was_there() {
  FORBIDDEN(at_once({on(1, 1, 8, hit(1)), on(2, 2, 3, moves(4)), on(0, 4, 5, inserts(1, until(3)))}));
  ALLOWED(at_once({on(1, 1, 8, hit(1)), on(2, 2, 3, moves(2)), on(0, 4, 5, inserts(1, until(3)))}));
}

void all_agree_when_an_entry_has_expired() {
  // Everything overlaps the deadline.
  ALLOWED(at_once({on(0, 1, 2, inserts(1, lasts(3))), on(2, 3, 12, moves(3)), on(0, 4, 5, hit(1)), on(1, 6, 7, miss()),
                   on(0, 8, 9, miss())}));
  FORBIDDEN(
      at_once({on(0, 1, 2, inserts(1, lasts(3))), on(2, 3, 12, moves(3)), on(1, 4, 5, miss()), on(0, 6, 7, hit(1))}));
  FORBIDDEN(at_once({on(0, 1, 2, inserts(1, lasts(3))), on(2, 3, 12, moves(3)), on(1, 4, 5, miss()),
                     on(0, 6, 7, touches(lasts(9)))}));
}

// ---- G4 ------------------------------------------------------------------------------------------------------------

void a_touch_after_the_deadline_fails() {
  ALLOWED(in_turn({inserts(1, lasts(3)), moves(2), touches(lasts(3)), moves(2), hit(1), moves(1), miss()}));
  ALLOWED(in_turn({inserts(1, lasts(3)), moves(3), touches(lasts(3), false), miss()}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), touches(lasts(3))}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), touches(until(9))}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), persists()}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), erases()}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), replaces(1, 2)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), saw(touches(lasts(3)), 1)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(2), touches(lasts(3), false)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(2), touches(lasts(3)), moves(2), miss()}));
}

void a_change_that_overlaps_the_deadline_may_still_land() {
  // It sampled the clock before the deadline; its compare-and-swap comes after.
  ALLOWED(at_once(
      {on(0, 1, 2, inserts(1, lasts(3))), on(1, 3, 6, touches(lasts(9))), on(2, 4, 5, moves(3)), on(0, 7, 8, hit(1))}));
  // Not any more when somebody has been told that it is gone,
  FORBIDDEN(at_once({on(0, 1, 2, inserts(1, lasts(3))), on(1, 3, 10, touches(until(9))), on(2, 4, 5, moves(3)),
                     on(0, 6, 7, miss()), on(0, 11, 12, hit(1))}));
  // nor when the entry was only put there after the deadline.
  FORBIDDEN(at_once({on(1, 1, 8, touches(until(9))), on(2, 2, 3, moves(4)), on(0, 4, 5, inserts(1, until(3)))}));
  FORBIDDEN(at_once({on(1, 1, 8, erases()), on(2, 2, 3, moves(4)), on(0, 4, 5, inserts(1, until(3)))}));
}

// ---- TTLs and conditions -------------------------------------------------------------------------------------------

void a_ttl_counts_from_a_time_inside_the_call() {
  const auto overlapped = [](call first, call then) {
    return at_once({on(0, 1, 4, inserts(1, lasts(3))), on(1, 2, 3, moves(2)), on(0, 5, 6, first), on(0, 7, 8, then)});
  };
  ALLOWED(overlapped(left(1), moves(1)));
  ALLOWED(overlapped(left(3), moves(1)));
  FORBIDDEN(overlapped(left(2), moves(1)));
  FORBIDDEN(overlapped(left(4), moves(1)));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(2), left(3)}));
  FORBIDDEN(in_turn({moves(2), inserts(1, lasts(3)), left(1)}));
  ALLOWED(in_turn({moves(2), inserts(1, lasts(3)), left(3), persists(), left(forever_left)}));
  // The clock is moved to 1, then to 6; never to 5.
  const auto twice = [](std::uint64_t ticks_left) {
    return at_once({on(0, 1, 6, inserts(1, lasts(3))), on(1, 2, 3, moves(1)), on(1, 4, 5, moves(5)),
                    on(0, 7, 8, left(ticks_left))});
  };
  ALLOWED(twice(3));
  FORBIDDEN(twice(2));
  // The sample that ttl() tells from comes after it has found the entry.
  ALLOWED(at_once({on(0, 1, 2, inserts(1, lasts(3))), on(0, 3, 6, left(0)), on(1, 4, 5, moves(7))}));
}

void an_assignment_keeps_a_deadline_or_sets_one() {
  ALLOWED(in_turn({inserts(1, lasts(3)), replaces(1, 2), left(3), replaces(2, 3, lasts(9)), left(9),
                   assigns(4, false, eternally), left(forever_left)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), replaces(1, 2), left(forever_left)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), replaces(1, 2, lasts(9)), left(3)}));
  ALLOWED(in_turn({assigns(1, true, as_before), left(forever_left)}));
}

void a_condition_compares_the_old_deadline_with_the_new() {
  ALLOWED(in_turn({inserts(1, lasts(3)), touches(lasts(2), false, when::if_later), left(3),
                   touches(lasts(2), true, when::if_sooner), left(2)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), touches(lasts(2), true, when::if_later)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), touches(lasts(4), false, when::if_later)}));
  FORBIDDEN(in_turn({inserts(1), touches(lasts(4), true, when::if_later)}));
  ALLOWED(in_turn({inserts(1), persists(false, when::if_some), touches(lasts(4), true, when::if_none),
                   touches(lasts(5), false, when::if_none), persists(true, when::if_some), left(forever_left)}));
  const auto reads_and_touches = [](std::uint64_t value, when condition) {
    call c = saw(touches(lasts(9), true, condition), value);
    c.what = verb::find_and_touch;
    return c;
  };
  ALLOWED(in_turn({inserts(1, lasts(3)), reads_and_touches(1, when::if_sooner), left(3),
                   reads_and_touches(1, when::if_later), left(9)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), reads_and_touches(1, when::if_sooner), left(9)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), reads_and_touches(1, when::if_later), left(3)}));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), reads_and_touches(2, when::if_later)}));
}

/// It is found alive until tick 10; then that is moved to 20, then time passes, then it samples the clock for its TTL: too
/// late to be sooner than 10.
void a_touch_may_be_refused_by_a_time_after_it_found_the_entry() {
  ALLOWED(at_once({on(0, 1, 2, inserts(1, until(10))), on(1, 3, 8, touches(lasts(5), false, when::if_sooner)),
                   on(0, 4, 5, touches(until(20))), on(2, 6, 7, moves(6))}));
  FORBIDDEN(at_once({on(0, 1, 2, inserts(1, until(10))), on(1, 3, 6, touches(lasts(5), false, when::if_sooner)),
                     on(0, 4, 5, touches(until(20))), on(2, 7, 8, moves(6))}));
}

// ---- G5 ------------------------------------------------------------------------------------------------------------

void each_value_dies_once() {
  const auto life_and_death = [] { return in_turn({inserts(1), erases(), inserts(2, lasts(3)), moves(3), miss()}); };
  ALLOWED(and_then(life_and_death(), {dies(1, cause::erased, 1), dies(2, cause::expired, 4)}));
  FORBIDDEN(and_then(life_and_death(), {dies(2, cause::expired, 4)}));
  FORBIDDEN(and_then(life_and_death(), {dies(1, cause::erased, 1)}));
  FORBIDDEN(and_then(life_and_death(), {dies(1, cause::erased, 1), dies(1, cause::expired, 4)}));
  FORBIDDEN(
      and_then(life_and_death(), {dies(1, cause::erased, 1), dies(2, cause::expired, 4), dies(2, cause::expired, 4)}));
  FORBIDDEN(and_then(in_turn({inserts(1), hit(1)}), {dies(1, cause::erased, 1)}));
  FORBIDDEN(and_then(in_turn({inserts(1), hit(1)}), {dies(1, cause::expired, 1)}));
  ALLOWED(and_then(in_turn({inserts(1), hit(1)}), {}));
}

void a_death_has_the_cause_of_the_call_that_brought_it() {
  FORBIDDEN(and_then(in_turn({inserts(1), erases()}), {dies(1, cause::replaced, 1)}));
  FORBIDDEN(and_then(in_turn({inserts(1), erases()}), {dies(2, cause::erased, 1)}));
  FORBIDDEN(and_then(in_turn({inserts(1), erases(), hit(1)}), {dies(1, cause::erased, 2)}));
  FORBIDDEN(and_then(in_turn({inserts(1), replaces(1, 2), erases()}), {dies(1, cause::erased, 2)}));
  ALLOWED(and_then(in_turn({inserts(1), assigns(2, false), clears()}),
                   {dies(1, cause::replaced, 1), dies(2, cause::cleared, 2)}));
  FORBIDDEN(and_then(in_turn({inserts(1), assigns(2, false), clears()}), {dies(1, cause::replaced, 1)}));
  FORBIDDEN(and_then(in_turn({inserts(1), erases()}), {dies(1, cause::erased, 1), dies(1, cause::erased, 1)}));
}

void an_expiry_is_reported_inside_the_call_that_committed_it() {
  ALLOWED(and_then(in_turn({inserts(1, lasts(3)), moves(3), sweeps(), inserts(2)}), {dies(1, cause::expired, 2)}));
  FORBIDDEN(and_then(in_turn({inserts(1, lasts(3)), moves(3), inserts(2), sweeps()}), {dies(1, cause::expired, 3)}));
  FORBIDDEN(and_then(in_turn({inserts(1, lasts(3)), sweeps(), moves(3)}), {dies(1, cause::expired, 1)}));
  // A stale timer: the value lives on under a later deadline.
  FORBIDDEN(
      and_then(in_turn({inserts(1, lasts(3)), touches(lasts(9)), moves(3), sweeps()}), {dies(1, cause::expired, 3)}));
  // Expired, and nobody has come by.
  ALLOWED(and_then(in_turn({inserts(1, lasts(3)), moves(3)}), {}));
}

// ---- Order without a clock on the wall ----------------------------------------------------------------------------

void where_memory_is_weak_a_reader_may_not_know_the_time_yet() {
  const auto ordered = [](small_history::set before_the_hit) {
    small_history h;
    h.add(on(0, 0, 0, inserts(1, lasts(3))));
    h.add(on(1, 0, 0, moves(3)), 0b001);
    h.add(on(2, 0, 0, hit(1)), before_the_hit);
    h.order_by_predecessors();
    return h;
  };
  ALLOWED(ordered(0b001));
  FORBIDDEN(ordered(0b011));
  FORBIDDEN(in_turn({inserts(1, lasts(3)), moves(3), hit(1)}));
  // Somebody else who saw the new time saw the key absent before; neither who inserts nor who comes then has heard of it.
  const auto told = [](small_history::set before_the_insertion, const call& then) {
    small_history h;
    h.add(on(0, 0, 0, moves(4)));
    h.add(on(1, 0, 0, miss()), 0b0001);
    h.add(on(2, 0, 0, inserts(1, until(3))), before_the_insertion);
    h.add(on(3, 0, 0, then), before_the_insertion | 0b0100);
    h.order_by_predecessors();
    return h;
  };
  for (const call& then : {hit(1), touches(until(9)), erases()}) {
    ALLOWED(told(0b0000, then));
    FORBIDDEN(told(0b0001, then));
  }
  // The same where what came before cannot come after.
  small_history h;
  h.add(on(0, 0, 0, inserts(5)));
  h.add(on(0, 0, 0, moves(4)), 0b00001);
  h.add(on(0, 0, 0, takes(5)), 0b00011);
  h.add(on(1, 0, 0, inserts(1, until(3))), 0b00001);
  h.add(on(1, 0, 0, hit(1)), 0b01001);
  h.order_by_predecessors();
  ALLOWED(h);
}

// ---- What is shown -------------------------------------------------------------------------------------------------

void a_timeline_shows_who_did_what_when_and_what_is_wrong() {
  small_checker checker;
  const small_history h =
      at_once({on(0, 1, 2, inserts(1, lasts(3))), on(0, 3, 4, hit(1)), on(2, 5, 8, moves(4)), on(1, 6, 7, hit(1)),
               on(0, 9, 12, touches(lasts(9))), on(1, 10, 11, miss()), on(1, 13, 14, hit(1))});
  const small_history least = minimised(checker, h);
  const std::string text = timeline(least, checker.check(least));
  const std::string expected =
      "thread 0  |insert(7, 1, ttl 3): yes|    |touch(7, ttl 9): yes|\n"
      "thread 2                            |+4|\n"
      "key 7: at tick 4 1 is there until tick 3, after thread 0's insert(7, 1, ttl 3): yes; then\n"
      "  thread 0's touch(7, ttl 9): yes cannot come next: reports the entry alive after its deadline\n";
  EXPECT(text == expected, "\n" << text);
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
#define TEST(name) tests.test(#name, name)
  TEST(a_key_holds_what_was_put_there);
  TEST(calls_at_the_same_time_may_come_in_either_order);
  TEST(that_something_can_happen_earlier_is_not_forgotten);
  TEST(a_call_that_never_returned_may_have_taken_effect);
  TEST(an_entry_expires_at_its_deadline_and_no_sooner);
  TEST(a_hit_comes_before_the_deadline);
  TEST(a_hit_cannot_rest_on_a_time_before_the_entry_was_there);
  TEST(all_agree_when_an_entry_has_expired);
  TEST(a_touch_after_the_deadline_fails);
  TEST(a_change_that_overlaps_the_deadline_may_still_land);
  TEST(a_ttl_counts_from_a_time_inside_the_call);
  TEST(an_assignment_keeps_a_deadline_or_sets_one);
  TEST(a_condition_compares_the_old_deadline_with_the_new);
  TEST(a_touch_may_be_refused_by_a_time_after_it_found_the_entry);
  TEST(each_value_dies_once);
  TEST(a_death_has_the_cause_of_the_call_that_brought_it);
  TEST(an_expiry_is_reported_inside_the_call_that_committed_it);
  TEST(where_memory_is_weak_a_reader_may_not_know_the_time_yet);
  TEST(a_timeline_shows_who_did_what_when_and_what_is_wrong);
  return tests.result();
}
