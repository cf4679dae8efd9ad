// SPDX-License-Identifier: BSL-1.0
// Properties: what a sweep looks into and removes, and how large tables are.
#include <rapidcheck.h>
#include <wane/map.hpp>

#include <bit>
#include <chrono>
#include <functional>
#include <set>
#include <stdexcept>

#include "support/harness.hpp"
#include "support/model.hpp"
#include "support/reclaimers.hpp"

using namespace proptest;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

struct on_manual_clock : wane::policy<std::uint64_t> {
  using clock = wane::manual_clock;
};
using map_type = wane::map<std::uint64_t, std::uint64_t, on_manual_clock>;

wane::sweep_result one_pass(map_type& map) {
  wane::sweep_result sum;
  for (;;) {
    const auto part = map.sweep_some();
    sum.removed += part.removed;
    sum.blocks_scanned += part.blocks_scanned;
    sum.blocks_skipped += part.blocks_skipped;
    sum.lateness += part.lateness;
    if (part.pass_ended) {
      sum.next_due = part.next_due;
      return sum;
    }
  }
}

/// G3 for sweeps: a pass begun after deadlines have passed removes those entries and no others.
void a_pass_removes_exactly_what_is_due() {
  // Milliseconds to live; 0 for forever.
  const auto ttls =
      *rc::gen::resize(
           600, rc::gen::container<std::vector<unsigned>>(rc::gen::resize(100, rc::gen::inRange<unsigned>(0, 50))))
           .as("TTLs");
  const auto steps = *rc::gen::container<std::vector<unsigned>>(rc::gen::resize(100, rc::gen::inRange<unsigned>(0, 20)))
                          .as("steps in ms");
  wane::manual_clock clock;
  map_type map({}, {.clock = clock});
  for (std::size_t k = 0; k < ttls.size(); ++k)
    REQUIRE(ttls[k] == 0 ? map.insert(k, k) : map.insert(k, k, milliseconds(ttls[k])), "insert");
  milliseconds now{0};
  std::set<std::size_t> left;
  for (std::size_t k = 0; k < ttls.size(); ++k) left.insert(k);
  for (const auto step : steps) {
    clock.advance(milliseconds(step));
    now += milliseconds(step);
    const auto due = std::erase_if(left, [&](auto k) { return ttls[k] != 0 && milliseconds(ttls[k]) <= now; });
    const auto swept = one_pass(map);
    REQUIRE(swept.removed == due, "removed " << swept.removed << ", not " << due);
    REQUIRE(map.size() == left.size(), "size " << map.size() << ", not " << left.size());
    nanoseconds earliest = nanoseconds::max();
    for (const auto k : left)
      if (ttls[k] != 0) earliest = std::min<nanoseconds>(earliest, milliseconds(ttls[k]) - now);
    REQUIRE(swept.next_due <= earliest, "the sweeper would sleep " << swept.next_due.count() << " ns, past a deadline");
    REQUIRE(one_pass(map).blocks_scanned == 0, "a pass with nothing due looked into blocks");
  }
  for (const auto k : left) REQUIRE(map.find(k) == k, "key " << k << " is gone");
  REQUIRE(map.check().ok(), listed(map.check().problems));
}

/// Moving a deadline moves what the sweeper knows, sooner and later, and by every call that can.
void a_pass_follows_moved_deadlines() {
  const auto moves = *rc::gen::container<std::vector<std::tuple<unsigned, unsigned, unsigned>>>(
                          rc::gen::tuple(rc::gen::inRange(0u, 8u), rc::gen::inRange(0u, 4u), rc::gen::inRange(1u, 40u)))
                          .as("key, call, ms");
  wane::manual_clock clock;
  map_type map({}, {.clock = clock});
  std::map<unsigned, nanoseconds> deadlines;
  nanoseconds now{0};
  for (unsigned k = 0; k < 8; ++k) {
    map.insert(k, k, 20ms);
    deadlines[k] = 20ms;
  }
  for (const auto& [key, call, ms] : moves) {
    const auto to = now + milliseconds(ms);
    const bool there = deadlines.contains(key);
    switch (call) {
      case 0: REQUIRE(map.touch(key, milliseconds(ms)) == there, "touch"); break;
      case 1: REQUIRE(map.expire_at(key, wane::manual_clock::time_point(to)) == there, "expire_at"); break;
      case 2: REQUIRE(map.replace(key, key, milliseconds(ms)).has_value() == there, "replace"); break;
      default: {
        clock.advance(milliseconds(ms));
        now = to;
        const auto due = std::erase_if(deadlines, [&](const auto& d) { return d.second <= now; });
        const auto removed = one_pass(map).removed;
        REQUIRE(removed == due, "removed " << removed << ", not " << due);
        continue;
      }
    }
    if (there) deadlines[key] = to;
  }
}

/// Entries without a TTL cost the sweeper nothing but the look at a summary.
void a_pass_over_entries_without_a_ttl_scans_nothing() {
  map_type map;
  for (std::uint64_t k = 0; k < 10'000; ++k) map.insert(k, k);
  const auto swept = one_pass(map);
  EXPECT(swept.blocks_scanned == 0 && swept.removed == 0, swept.blocks_scanned << " blocks scanned");
  EXPECT(swept.blocks_skipped >= 10'000 / 32, swept.blocks_skipped << " blocks skipped");
  EXPECT(swept.next_due == nanoseconds::max(), "due in " << swept.next_due.count() << " ns");
}

/// Whoever removes an expired entry, it is counted once as expired and once for who it was.
void expired_entries_were_met_or_swept() {
  const auto ttls = *rc::gen::resize(200, rc::gen::container<std::vector<unsigned>>(rc::gen::inRange<unsigned>(1, 4)))
                         .as("TTLs in ms");
  const auto calls = *rc::gen::container<std::vector<std::pair<unsigned, unsigned>>>(
                          rc::gen::pair(rc::gen::inRange(0u, 5u), rc::gen::inRange(0u, 200u)))
                          .as("call, key");
  wane::manual_clock clock;
  map_type map({}, {.clock = clock});
  for (std::size_t k = 0; k < ttls.size(); ++k) map.insert(k, k, milliseconds(ttls[k]));
  clock.advance(2ms);
  std::set<std::size_t> due;
  for (std::size_t k = 0; k < ttls.size(); ++k)
    if (ttls[k] <= 2) due.insert(k);
  const auto all = due.size();
  std::size_t met = 0;
  for (const auto& [call, key] : calls) {
    const auto meets = due.erase(key);
    met += meets;
    const bool there = key < ttls.size() && ttls[key] > 2;
    switch (call) {
      case 0: REQUIRE(map.find(key).has_value() == there, "find"); break;
      case 1: REQUIRE(map.contains(key) == there, "contains"); break;
      case 2: REQUIRE(map.touch(key, 1h) == there, "touch"); break;
      case 3: REQUIRE(map.update(key, [](auto v) { return v; }) == there, "update"); break;
      default: REQUIRE(map.ttl(key).has_value() == there, "ttl"); break;
    }
    const auto s = map.stats();
    REQUIRE(s.met_expired == met && s.expired == met, s.met_expired << " met, not " << met);
  }
  one_pass(map);
  const auto s = map.stats();
  REQUIRE(s.met_expired == met && s.swept == all - met && s.expired == all,
          s.met_expired << " met and " << s.swept << " swept of " << all);
}

/// Advances the clock each time it is told.
struct slow_listener {
  wane::manual_clock clock;
  void operator()(std::uint64_t, std::uint64_t, wane::cause why) {
    if (why == wane::cause::expired) clock.advance(3ms);
  }
};

/// What the listener takes its time for counts as late, for the entry it was told of and for those that come after it.
void lateness_is_measured_at_each_removal() {
  struct told : wane::policy<std::uint64_t> {
    using clock = wane::manual_clock;
    using listener = slow_listener;
  };
  wane::manual_clock clock;
  wane::map<std::uint64_t, std::uint64_t, told> map({}, {.clock = clock, .listener = {clock}});
  for (std::uint64_t k = 0; k < 4; ++k) map.insert(k, k, 5ms);
  clock.advance(7ms);
  const auto late = map.sweep_some().lateness;
  EXPECT(late.count() == 4 && late.max() == 14ms, late.count() << " removed, the last " << late.max().count());
  EXPECT(late.mean() == nanoseconds(5ms + 8ms + 11ms + 14ms) / 4, "on average " << late.mean().count());
}

/// A sweep that must not leave garbage behind stops, says so, and goes on once there is room.
void a_sweep_stops_at_its_limit_of_garbage() {
  wane::manual_clock clock;
  map_type map({}, {.clock = clock});
  for (std::uint64_t k = 0; k < 50'000; ++k) map.insert(k, k, 1ms);
  clock.advance(1s);
  const std::size_t limit = 64 * 1024;
  std::size_t most = 0, removed = 0;
  for (int calls = 0; removed < 50'000 && calls < 1'000'000; ++calls) {
    const auto swept = map.sweep_some({.garbage_bytes = limit});
    const auto s = map.stats();
    most = std::max(most, s.retired * s.node_bytes);
    removed += swept.removed;
    if (swept.garbage_limited) map.collect();
  }
  EXPECT(removed == 50'000, "removed " << removed);
  EXPECT(most <= limit, "up to " << most << " bytes of garbage");
  EXPECT(map.check().ok(), listed(map.check().problems));
}

/// With a reader in the way nothing is freed: what may be garbage is, and no more.
void a_sweep_fills_its_limit_of_garbage_behind_a_reader() {
  for (const std::size_t slots : {0, 1, 63, 64, 65, 1000}) {
    wane::manual_clock clock;
    map_type map({}, {.clock = clock});
    map.insert(0, 0);
    for (std::uint64_t k = 1; k < 5'000; ++k) map.insert(k, k, 1ms);
    clock.advance(1s);
    map.visit(0, [&](auto&&...) {
      const auto s = map.stats();
      const auto swept = map.sweep_some({.garbage_bytes = slots * s.node_bytes});
      EXPECT(swept.garbage_limited, "it does not say that it was in the way");
      EXPECT(map.stats().retired == std::max<std::size_t>(slots, 1), map.stats().retired << " retired of " << slots);
    });
  }
}

/// However many it may remove: what it leaves behind is not forgotten until another deadline comes.
void what_a_budget_leaves_is_due_at_once() {
  constexpr std::size_t entries = 200;
  for (std::size_t removals = 1; removals < entries; ++removals) {
    wane::manual_clock clock;
    map_type map({}, {.clock = clock});
    for (std::uint64_t k = 0; k < entries; ++k) map.insert(k, k, 1ms);
    clock.advance(1ms);
    const auto swept = map.sweep_some({.removals = removals});
    EXPECT(swept.removed == removals, "removed " << swept.removed << ", not " << removals);
    EXPECT(!swept.pass_ended || swept.next_due <= 1ns, "the rest is due in " << swept.next_due.count() << " ns");
  }
}

/// The same where a listener throws: the caller learns of it, and the next pass of what was left.
void what_an_exception_leaves_is_due_at_once() {
  struct listening : on_manual_clock {
    using listener = std::function<void(std::uint64_t, std::uint64_t, wane::cause)>;
  };
  constexpr std::size_t entries = 200;
  wane::manual_clock clock;
  std::size_t told = 0;
  wane::map<std::uint64_t, std::uint64_t, listening> map({}, {.clock = clock, .listener = [&](auto...) {
                                                                if (++told == 63) throw std::runtime_error("enough");
                                                              }});
  for (std::uint64_t k = 0; k < entries; ++k) map.insert(k, k, 1ms);
  clock.advance(1ms);
  bool thrown = false;
  try {
    map.sweep_some();
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  EXPECT(thrown, "what the listener throws is not let out");
  const auto end = map.sweep_some();
  EXPECT(end.pass_ended && end.next_due <= 1ns, "the rest is due in " << end.next_due.count() << " ns");
  const auto rest = map.sweep_some();
  EXPECT(told == entries && rest.removed == entries - 63, told << " told, " << rest.removed << " swept afterwards");
}

/// A sweep may pass over sixteen blocks where it may look into one, and goes on where it was.
void a_sweep_keeps_to_its_budget_of_blocks() {
  wane::manual_clock clock;
  map_type map({}, {.clock = clock});
  for (std::uint64_t k = 0; k < 10'000; ++k) map.insert(k, k, k < 1'000 ? 1ms : 1h);
  clock.advance(1ms);
  std::size_t passed_over = 0, removed = 0;
  for (bool ended = false; !ended;) {
    const auto swept = map.sweep_some({.blocks = 2});
    EXPECT(swept.blocks_scanned + swept.blocks_skipped / 16 <= 2 && swept.blocks_scanned + swept.blocks_skipped > 0,
           swept.blocks_scanned << " looked into, " << swept.blocks_skipped << " passed over");
    EXPECT(swept.blocks_scanned == 2 || swept.blocks_skipped >= 16 || swept.pass_ended, "it could have gone on");
    passed_over += swept.blocks_skipped;
    removed += swept.removed;
    ended = swept.pass_ended;
  }
  EXPECT(removed == 1'000, removed << " removed");
  EXPECT(passed_over >= 9'000 / 32, passed_over << " blocks passed over");
  EXPECT(map.sweep_some({.blocks = 0}).blocks_skipped == 0, "none is none");
}

/// Load factor at most the maximum (plus what threads have not told each other yet), sizes powers of two.
void a_table_grows_with_its_entries() {
  const auto load = *rc::gen::element(0.25, 1.0, 2.0, 7.5).as("max_load_factor");
  const auto least = *rc::gen::element<std::size_t>(1, 3, 16, 1000).as("minimum_buckets");
  const auto entries = *rc::gen::inRange<std::size_t>(1, 20'000).as("entries");
  map_type map({.max_load_factor = load, .minimum_buckets = least});
  REQUIRE(map.bucket_count() == std::bit_ceil(least), "made with " << map.bucket_count() << " buckets");
  for (std::size_t k = 0; k < entries; ++k) {
    map.insert(k, k);
    REQUIRE(map.load_factor() <= 2 * load + 64.0 / static_cast<double>(map.bucket_count()),
            map.size() << " entries in " << map.bucket_count() << " buckets");
  }
  REQUIRE(std::has_single_bit(map.bucket_count()), map.bucket_count());
  const auto grown = map.bucket_count();
  map.clear();
  map.shrink_to_fit();
  REQUIRE(map.bucket_count() == std::bit_ceil(least), grown << " buckets shrank to " << map.bucket_count());
  for (std::size_t k = 0; k < entries; ++k) REQUIRE(map.insert(k, k), "insert into a table that has shrunk");
  REQUIRE(map.check().ok(), listed(map.check().problems));
}

/// Neither presized nor reserved tables grow up to the number they were told.
void room_made_is_room_kept() {
  const auto entries = *rc::gen::inRange<std::size_t>(1, 50'000).as("entries");
  const auto at_once = *rc::gen::arbitrary<bool>().as("at construction");
  const auto load = *rc::gen::element(0.5, 1.0, 3.0).as("max_load_factor");
  map_type map({.expected_entries = at_once ? entries : 0, .max_load_factor = load});
  if (!at_once) map.reserve(entries);
  const auto buckets = map.bucket_count();
  for (std::size_t k = 0; k < entries; ++k) map.insert(k, k);
  REQUIRE(map.bucket_count() == buckets, buckets << " buckets grew to " << map.bucket_count());
  REQUIRE(map.check().ok(), listed(map.check().problems));
}

void impossible_options_are_refused() {
  for (const double load : {0.0, -1.0, 65.0, std::numeric_limits<double>::quiet_NaN()}) {
    try {
      map_type map({.max_load_factor = load});
    } catch (const std::invalid_argument&) {
      continue;
    }
    EXPECT(false, "a maximum load factor of " << load << " was accepted");
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.property("a_pass_removes_exactly_what_is_due", a_pass_removes_exactly_what_is_due);
  tests.property("a_pass_follows_moved_deadlines", a_pass_follows_moved_deadlines);
  tests.test("a_pass_over_entries_without_a_ttl_scans_nothing", a_pass_over_entries_without_a_ttl_scans_nothing);
  tests.property("expired_entries_were_met_or_swept", expired_entries_were_met_or_swept);
  tests.test("lateness_is_measured_at_each_removal", lateness_is_measured_at_each_removal);
  tests.test("a_sweep_stops_at_its_limit_of_garbage", a_sweep_stops_at_its_limit_of_garbage);
  tests.test("a_sweep_fills_its_limit_of_garbage_behind_a_reader", a_sweep_fills_its_limit_of_garbage_behind_a_reader);
  tests.test("what_a_budget_leaves_is_due_at_once", what_a_budget_leaves_is_due_at_once);
  tests.test("a_sweep_keeps_to_its_budget_of_blocks", a_sweep_keeps_to_its_budget_of_blocks);
  tests.test("what_an_exception_leaves_is_due_at_once", what_an_exception_leaves_is_due_at_once);
  tests.property("a_table_grows_with_its_entries", a_table_grows_with_its_entries);
  tests.property("room_made_is_room_kept", room_made_is_room_kept);
  tests.test("impossible_options_are_refused", impossible_options_are_refused);
  return tests.result();
}
