// SPDX-License-Identifier: BSL-1.0
// Stress: whatever real threads call, their calls have an order that explains every result and every removal (G1-G5).
#include <array>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <mutex>
#include <set>
#include <string>

#include "judging.hpp"
#include "players.hpp"
#include "support/jitter.hpp"

using namespace proptest;

namespace {

// Of the calls, where each takes several times as long.
#ifdef WANE_TSAN
constexpr unsigned share = 4;
#elif defined(__SANITIZE_ADDRESS__)
constexpr unsigned share = 2;
#else
constexpr unsigned share = 1;
#endif
constexpr play few_keys{.keys = 4, .turns = 10000 / share, .calls_a_tick = 40};
constexpr play one_key{.keys = 1, .players = 5, .turns = 8000 / share, .calls_a_tick = 20};
constexpr play many_keys{.keys = 800, .turns = 15000 / share, .longest_ttl = 50};
constexpr play colliding_keys{.keys = 12, .runs = 3, .turns = 10000 / share, .longest_ttl = 12, .stay = 20};
constexpr play scanned_keys{.keys = 40, .turns = 10000 / share, .longest_ttl = 12, .stay = 60};

template <class Kind>
void is_linearizable(judge& j, const play& p) {
  const std::uint64_t before = j.overlapping();
  for (rounds r; r.go_on();) {
    ensemble<Kind> players(p, r.number());
    const auto history = players.run();
    const long_verdict found = j.check(history, p.keys, players.took());
    EXPECT(found, j.explained(history, found));
  }
  EXPECT(j.overlapping() != before, "no two calls on one key have met");
}

template <class R, class V, class Env, class Hash>
void tests_of(suite& tests, judge& j) {
  using kind = observed<R, V, Env, Hash>;
  constexpr bool collides = std::is_same_v<Hash, spread_hash>;
  const std::string name = std::string(" [") + reclaimer_name<R> +
                           (std::is_same_v<V, boxed> ? ", boxed" : std::is_same_v<V, doubled> ? ", doubled" : ", inline") +
                           " values" + (std::is_same_v<Env, jittery_environment> ? ", delayed]" : "]");
  tests.test("calls_on_few_keys_have_an_order" + name, [&] { is_linearizable<kind>(j, few_keys); });
  tests.test("scans_among_other_calls_have_an_order" + name, [&] { is_linearizable<kind>(j, scanned_keys); });
  tests.test("calls_on_many_keys_have_an_order" + name, [&] { is_linearizable<kind>(j, many_keys); });
  if (collides)
    tests.test("calls_on_keys_that_collide_have_an_order" + name, [&] { is_linearizable<kind>(j, colliding_keys); });
  else
    tests.test("calls_on_one_key_have_an_order" + name, [&] { is_linearizable<kind>(j, one_key); });
}

// ---- That it can fail --------------------------------------------------------------------------------------------------

/// Bends the result of a call. Returns whether that is a lie.
using lie = bool (*)(call&, std::uint64_t stale);
/// Bends a whole history at the death given.
using late_lie = void (*)(recording::merged&, std::size_t i);

constexpr play bent{.keys = 64, .players = 4, .turns = 10000, .longest_ttl = 20};
/// One of those that are there already.
using bent_kind = observed<wane::epoch, boxed, wane::std_environment, spread_hash>;

/// A history with lies in it is not linearizable, and the key that is blamed is one that was lied about.
void is_found(judge& j, const recording::merged& history, const std::set<std::uint64_t>& lied_about) {
  const long_verdict found = j.check(history, bent.keys, {});
  EXPECT(!lied_about.empty(), "nobody lied");
  EXPECT(!found, "the lies about " << lied_about.size() << " keys went unnoticed");
  if (found) return;
  EXPECT(lied_about.contains(found.key), "key " << found.key << " is blamed, about which nobody lied");
  const std::string why = j.explained(history, found);
  std::cerr << why;
  EXPECT(why.find(not_linearizable) != std::string::npos, why);
}

void a_lie_is_found(judge& j, lie tell) {
  std::mutex mutex;
  std::set<std::uint64_t> keys;
  std::array<std::uint64_t, bent.keys> stale{};
  std::uint64_t turn = 0, next = 1000;
  const liar lies = [&](call& c) {
    const std::lock_guard one_at_a_time(mutex);
    if (++turn >= next && tell(c, stale[c.key])) {
      keys.insert(c.key);
      next = turn + 1000;
    }
    if (c.saw && c.what == verb::find) stale[c.key] = c.seen;
  };
  is_found(j, ensemble<bent_kind>(bent, 1, lies).run(), keys);
}
void a_wrong_death_is_found(judge& j, late_lie tell) {
  auto history = ensemble<bent_kind>(bent, 1).run();
  std::size_t i = history.deaths.size() / 2;
  while (history.deaths[i].cause != wane::cause::expired) ++i;
  const std::uint64_t key = history.deaths[i].key;
  tell(history, i);
  is_found(j, history, {key});
}

bool stale_value(call& c, std::uint64_t stale) {
  if (c.what != verb::find || !c.ok || stale == 0 || stale == c.seen) return false;
  c.seen = stale;
  return true;
}
bool absence(call& c, std::uint64_t) {
  if (!c.ok || (c.what != verb::find && c.what != verb::contains)) return false;
  c.ok = c.saw = false;
  return true;
}
bool presence(call& c, std::uint64_t stale) {
  if (c.ok || stale == 0 || c.what != verb::find) return false;
  c.ok = c.saw = true;
  c.seen = stale;
  return true;
}
bool touch_of_the_dead(call& c, std::uint64_t) {
  if (c.ok || c.what != verb::touch || c.condition != wane::when::always) return false;
  return c.ok = true;
}
bool second_insertion(call& c, std::uint64_t) {
  if (c.ok || c.what != verb::insert) return false;
  return c.ok = true;
}
bool erasure_of_nothing(call& c, std::uint64_t) {
  if (c.ok || c.what != verb::erase) return false;
  return c.ok = true;
}

void death_not_told(recording::merged& h, std::size_t i) {
  h.deaths.erase(h.deaths.begin() + static_cast<std::ptrdiff_t>(i));
}
void death_told_twice(recording::merged& h, std::size_t i) { h.deaths.push_back(h.deaths[i]); }
void death_of_another(recording::merged& h, std::size_t i) { h.deaths[i].value ^= 1; }

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  {
    judge j("histories");
    using number = std::uint64_t;
    using plain = wane::std_environment;
    using delayed = jittery_environment;
    using mixed = wane::hash<std::uint64_t>;
    tests_of<wane::epoch, boxed, plain, spread_hash>(tests, j);
    tests_of<wane::basic_epoch<delayed>, number, delayed, mixed>(tests, j);
#ifndef WANE_TSAN  // under which a kind takes five seconds to compile and eight to run
    tests_of<wane::basic_hazard<delayed>, boxed, delayed, spread_hash>(tests, j);
    tests_of<wane::basic_hazard<delayed>, number, delayed, mixed>(tests, j);
    tests_of<wane::basic_versioned<delayed>, doubled, delayed, spread_hash>(tests, j);
    tests_of<wane::basic_versioned<delayed>, number, delayed, mixed>(tests, j);
    tests_of<wane::rcu<wane::memb>, number, plain, mixed>(tests, j);
    tests_of<wane::versioned, number, plain, mixed>(tests, j);
    tests_of<wane::hazard, boxed, plain, mixed>(tests, j);
    tests_of<wane::ibr, boxed, plain, spread_hash>(tests, j);
    tests_of<wane::basic_ibr<delayed>, number, delayed, mixed>(tests, j);
    tests_of<wane::rcu<wane::memb>, boxed, delayed, spread_hash>(tests, j);
    tests_of<wane::rcu<wane::qsbr>, boxed, plain, spread_hash>(tests, j);
    tests_of<wane::rcu<wane::qsbr>, number, delayed, mixed>(tests, j);
    tests_of<wane::rcu<wane::mb>, boxed, plain, mixed>(tests, j);
    tests_of<wane::rcu<wane::mb>, number, delayed, spread_hash>(tests, j);
    tests_of<wane::rcu<wane::bp>, number, plain, spread_hash>(tests, j);
    tests_of<wane::rcu<wane::bp>, boxed, delayed, mixed>(tests, j);
#endif
  }
  judge of_lies("histories with lies in them");
  const auto finds = [&](const char* what, lie tell) {
    tests.test(std::string("finds_") + what, [&, tell] { a_lie_is_found(of_lies, tell); });
  };
  const auto finds_of_deaths = [&](const char* what, late_lie tell) {
    tests.test(std::string("finds_") + what, [&, tell] { a_wrong_death_is_found(of_lies, tell); });
  };
  finds("a_stale_value", stale_value);
  finds("an_absence_that_was_not", absence);
  finds("a_presence_that_was_not", presence);
  finds("a_touch_of_the_dead", touch_of_the_dead);
  finds("a_second_insertion", second_insertion);
  finds("an_erasure_of_nothing", erasure_of_nothing);
  finds_of_deaths("a_death_that_nobody_told", death_not_told);
  finds_of_deaths("a_death_told_twice", death_told_twice);
  finds_of_deaths("the_death_of_another", death_of_another);
  return tests.result();
}
