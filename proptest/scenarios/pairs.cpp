// SPDX-License-Identifier: BSL-1.0
// Every call against every call: on one key in each condition it can be in, on neighbours, on keys of one hash, and in
// buckets that are not initialised yet. Each exploration goes to the end of its bounds.
#include <cstdlib>

#include "explorer/crashes.hpp"
#include "scenarios/examine.hpp"
#include "scenarios/map_scenario.hpp"
#include "support/harness.hpp"

using namespace proptest;
using namespace proptest::steps;

namespace {

constexpr std::uint64_t subject = 2;

const std::vector<step>& calls() {
  static const std::vector<step> all = {
      find(subject),
      contains(subject),
      find_many(subject),
      ttl(subject),
      insert(subject),
      insert(subject, 4),
      emplace(subject, 4),
      assign(subject),
      assign(subject, 4),
      upsert(subject, 4),
      replace(subject),
      compare_exchange(subject),
      update(subject),
      erase(subject),
      erase_if(subject),
      take(subject),
      touch(subject, 4),
      touch(subject, 4, wane::when::if_later),
      expire_at(subject, 0),
      persist(subject, wane::when::if_some),
      find_and_touch(subject, 4),
      clear(),
      sweep(),
      scan(),
      collect(),
      reserve(),
      shrink(),
  };
  return all;
}

/// What the key is like when the threads begin.
struct condition {
  const char* name;
  std::vector<step> before;
  bool clock_moves = false;
};
const std::vector<condition>& conditions() {
  static const std::vector<condition> all = {
      {"absent", {}},
      {"there", {insert(subject)}},
      {"expiring", {insert(subject, 5)}, true},
      {"expired", {insert(subject, 5), advance(5)}},
  };
  return all;
}

/// Which reclaimer, which kind of key and value, and whether the listener looks for what it is told of: all in turn, beginning
/// with another for each seed, so that each pair meets each of the twenty reclaimers and kinds in time.
void vary(program& p, std::uint64_t n) {
  n += seed() % 160;
  constexpr reclamation reclaimers[] = {reclamation::epoch, reclamation::oracle, reclamation::versioned,
                                        reclamation::hazard, reclamation::ibr};
  p.reclaimer = reclaimers[n % 5];
  p.integer_keys = n / 5 % 2 == 0;
  p.in_place = n / 10 % 2 == 0;
  p.curious_listener = n / 20 % 2 == 0;
}

/// The table likewise, more slowly: one bucket; one that becomes more inside; two or four that have just doubled, so that half
/// of the buckets are untouched, a shrink has something to take away, and the four double again inside.
void vary_table(program& p, std::uint64_t n) {
  n = (n + seed() % 160) / 40 % 4;
  p.buckets = n < 2 ? 1 : n == 2 ? 2 : 4;
  p.growth = n % 2 == 1;
  if (n >= 2) p.before.push_back(reserve());
}

/// A deep run goes one preemption further, and as far there as time allows.
bool is_deep() { return std::getenv("WANE_DEEP") != nullptr; }

void explore(examiner& counts, const program& p, bounds b) {
  if (is_deep())
    counts.exhaust(p, b, {.seconds = 2 * stress_factor()});
  else
    counts.exhaust_wholly(p, b);
}

void on_one_key(const condition& c, bounds b) {
  // With old loads, and a third thread to move the clock, one preemption less leads to a tenth of the schedules.
  if (c.clock_moves && b.stale != 0) --b.preemptions;
  examiner counts("pairs on one key that is " + std::string(c.name) + (b.stale == 0 ? "" : ", relaxed memory"));
  std::size_t n = 0;
  for (std::size_t i = 0; i < calls().size(); ++i)
    for (std::size_t j = i; j < calls().size(); ++j) {
      program p{.name = to_string(calls()[i]) + " against " + to_string(calls()[j]), .before = c.before};
      p.before.push_back(insert(subject + 1));
      p.threads = {{calls()[i]}, {calls()[j]}};
      if (c.clock_moves) p.threads.push_back({advance(5)});
      const auto clears = [](const step& s) { return s.what.what == verb::clear; };
      if (!clears(calls()[i]) && !clears(calls()[j])) p.stays = std::uint64_t{1} << (subject + 1);
      vary_table(p, n);
      vary(p, n++);
      // A run takes every third pair; other seeds take the others.
      if (is_deep() || (n + seed()) % 3 == 0) explore(counts, p, b);
    }
}

/// Calls that change the list, on two keys.
void on_two_keys(const std::string& how, std::uint64_t first, std::uint64_t second, const program& pattern, bounds b) {
  examiner counts("pairs on " + how + (b.stale == 0 ? "" : ", relaxed memory"));
  struct change {
    std::vector<step> before;
    step what;
  };
  const auto changes = [](std::uint64_t k) {
    return std::vector<change>{
        {{}, insert(k)},           {{insert(k)}, erase(k)},   {{insert(k)}, replace(k)},   {{insert(k)}, find(k)},
        {{insert(k, 1)}, find(k)}, {{insert(k, 1)}, sweep()}, {{insert(k, 1)}, assign(k)},
    };
  };
  std::size_t n = 0;
  for (const change& a : changes(first))
    for (const change& z : changes(second)) {
      program p = pattern;
      p.name = how + ": " + to_string(a.what) + " against " + to_string(z.what);
      p.before.insert(p.before.end(), a.before.begin(), a.before.end());
      p.before.insert(p.before.end(), z.before.begin(), z.before.end());
      p.before.push_back(advance(1));
      p.threads = {{a.what}, {z.what}};
      if (pattern.before.empty()) vary_table(p, n);
      vary(p, n++);
      explore(counts, p, b);
    }
}

/// Two reads of a live entry meet at no word that either writes: nothing but who begins makes a schedule another.
void reads_write_nothing_shared(bool integer_keys, bool in_place) {
  const program p{.name = "reads against reads",
                  .before = {insert(subject), insert(subject + 1, 5)},
                  .threads = {{find(subject), contains(subject + 1)}, {find_many(subject), ttl(subject + 1)}},
                  .integer_keys = integer_keys,
                  .in_place = in_place};
  explorer::engine e;
  set_up(e, p, true);
  explorer::exhaustive all(100, 100);
  const auto r = e.explore(all, {.schedules = 1000});
  EXPECT(r.failure.kind == explorer::verdict::clean, r.failure.what);
  EXPECT(r.complete && r.schedules == 2, r.schedules << " schedules");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  explorer::catch_crashes();
  for (const bool integer_keys : {true, false})
    tests.test("reads of live entries write nothing that another reads (G6)" +
                   std::string(integer_keys ? "" : ", keys as objects"),
               [=] { reads_write_nothing_shared(integer_keys, false); });
  tests.test("reads of live entries write nothing that another reads (G6), values assigned in place",
             [] { reads_write_nothing_shared(true, true); });
  const unsigned preemptions = is_deep() ? 3 : 2;
  for (const bounds b : {bounds{preemptions, 0}, bounds{preemptions, 1}}) {
    const std::string memory = b.stale == 0 ? "" : " in relaxed memory";
    for (const condition& c : conditions())
      tests.test("any two calls on one key that is " + std::string(c.name) + " are linearizable" + memory,
                 [&] { on_one_key(c, b); });
    tests.test("changes of neighbours do not disturb each other" + memory,
               [&] { on_two_keys("neighbours", 1, 2, {}, b); });
    tests.test("changes of keys of one hash do not disturb each other" + memory,
               [&] { on_two_keys("keys of one hash", 1, 17, {}, b); });
    tests.test("changes on both sides of a new bucket do not disturb each other" + memory, [&] {
      // The table has doubled twice and nobody has split a bucket yet.
      on_two_keys("untouched buckets", 7, 8, {.before = {reserve(), reserve()}}, b);
    });
  }
  return tests.result();
}
