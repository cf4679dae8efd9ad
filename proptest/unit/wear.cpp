// SPDX-License-Identifier: BSL-1.0
// Counters that are about to come round, under the reclaimer that rests on them (papers/decisions/0006): a slot waits in
// quarantine, an entry that is touched too often moves, a link passes a quarter of its tags only when nobody can hold one of
// the quarter before.
#include <wane/map.hpp>
#include <wane/reclaim/versioned.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <new>
#include <thread>

#include "support/harness.hpp"

using namespace proptest;
using wane::impl::handle;
using word = wane::impl::link;
using wane::impl::never;
using wane::impl::state;

namespace {

using namespace std::chrono_literals;

struct counting_listener {
  std::size_t* told;
  void operator()(std::uint64_t, std::uint64_t, wane::cause) const { ++*told; }
};
struct worn_policy : wane::policy<std::uint64_t> {
  using reclaimer = wane::versioned;
  using listener = counting_listener;
};
using domain = wane::versioned::domain;
using worn_map = wane::map<std::uint64_t, std::uint64_t, worn_policy>;
using core = wane::impl::map_core<std::uint64_t, std::uint64_t, worn_policy>;

constexpr std::uint32_t versions = 1u << 22;
constexpr std::uint32_t quarter = 1u << 27;

void words_know_when_they_are_worn() {
  EXPECT(!word().is_worn() && !state().is_worn(), "fresh words are worn");
  word l = word::to_node(7);
  std::uint32_t changes = 0;
  // Up to the end of the first quarter, the way a thread with no time would go.
  l = word(std::uint64_t{quarter - 100} << 35 | l.bits());
  for (; !l.is_worn(); ++changes) l = l.pointing_to(l);
  EXPECT(changes > 0 && changes < 100 && l.tag() < quarter, "worn at tag " << l.tag());
  EXPECT(l.renewed().tag() == quarter && l.renewed().target() == 7 && !l.renewed().is_worn(), l.renewed().tag());
  const word last(~std::uint64_t{0} << 35 | 7);
  EXPECT(last.is_worn() && last.renewed().tag() == 0 && last.renewed().target() == 7, last.renewed().tag());
  const state s(std::uint64_t{versions - 1} << 40);
  EXPECT(s.is_worn() && s.renewed().version() == 0 && s.renewed().is_dead(), s.renewed().version());
}

/// More changes of one state than there are versions: the entry moves from slot to slot, and nobody is told.
void an_entry_touched_too_often_moves() {
  domain d;
  std::size_t told = 0;
  worn_map map({}, {.listener = {&told}, .domain = &d});
  map.insert(1, 10, 1h);
  std::size_t gone = 0;
  for (std::uint32_t i = 0; i < 2 * versions; ++i)
    if (!map.touch(1, 1h + std::chrono::milliseconds(i % 1000))) ++gone;
  EXPECT(gone == 0, gone << " touches have found it gone");
  EXPECT(map.find(1) == 10u, "the value has changed");
  EXPECT(told == 0 && map.size() == 1 && map.stats().replaced == 0, "somebody was told of " << told << " removals");
  const auto r = map.check();
  EXPECT(r.problems.empty(), r.problems.front());
  map.erase(1);
  EXPECT(told == 1, "told of " << told << " removals");
}

/// The slot that an entry has worn out does not serve while a guard lasts that was there before, and serves then.
void a_worn_slot_waits_for_readers() {
  domain d;
  std::size_t told = 0;
  worn_map map({}, {.listener = {&told}, .domain = &d});
  map.insert(1, 10);
  for (std::uint32_t i = 0; i < versions; ++i) map.touch(1, 1h);
  map.visit(1, [&](std::uint64_t, std::uint64_t) {
    for (std::uint64_t k = 2; k < 10; ++k) map.insert(k, k);  // the first is offered the worn slot
    EXPECT(map.stats().retired == 1, map.stats().retired << " slots wait");
    map.collect();
    EXPECT(map.stats().retired == 1, "it has been let go under a guard");
  });
  map.collect();
  EXPECT(map.stats().retired == 0, "it is kept for ever");
  const auto r = map.check();
  EXPECT(r.problems.empty(), r.problems.front());
}

/// A core, for its words.
struct opened {
  domain d;
  std::size_t told = 0;
  core map{{.growth = false, .minimum_buckets = 1}, {.listener = {&told}, .domain = &d}};
  /// Each of these goes before those inserted earlier: the first link changes.
  std::array<std::uint64_t, 8> keys = [this] {
    std::array<std::uint64_t, 8> k{1, 2, 3, 4, 5, 6, 7, 8};
    std::sort(k.begin(), k.end(), [this](auto a, auto b) { return map.hash_of(a) > map.hash_of(b); });
    return k;
  }();

  [[nodiscard]] auto& head() { return map.entries().table()[0]; }
  void wear() {
    const auto l = head().peek();
    head().prepare(word(std::uint64_t{quarter - 1} << 35 | (l.bits() & ((std::uint64_t{1} << 35) - 1))));
  }
  void insert(std::uint64_t key) {
    core::operation op(map.entries());
    core::prepared fresh(map, op);
    fresh.construct(map.hash_of(key), key, key);
    fresh.enliven(never);
    while (!map.insert(op, map.locate(op, map.hash_of(key), key), fresh)) {
    }
  }
  bool erase(std::uint64_t key) {
    core::operation op(map.entries());
    for (;;) {
      const auto f = map.find(op.held(), map.hash_of(key), key);
      if (f.node == nullptr) return false;
      if (map.kill(op, map.hash_of(key), f, wane::cause::erased)) return true;
    }
  }
  [[nodiscard]] bool is_sound() { return wane::impl::checker(map).run().problems.empty(); }
};

void a_worn_link_passes_when_nobody_is_there() {
  opened o;
  for (int i = 0; i < 3; ++i) {
    o.wear();
    o.insert(o.keys[0]);
    EXPECT(o.head().peek().tag() == quarter, "insert: tag " << o.head().peek().tag());
    o.wear();
    EXPECT(o.erase(o.keys[0]), "it was not there");
    EXPECT(o.head().peek().tag() == quarter, "erase: tag " << o.head().peek().tag());
    EXPECT(o.is_sound(), "check() finds something");
  }
}

/// Two passages while one guard lasts: the second waits for it.
void a_second_passage_waits_for_readers() {
  opened o;
  std::atomic<bool> passed{false};
  std::jthread writer;
  {
    const auto held = o.map.entries().enter();
    writer = std::jthread([&] {
      for (std::size_t i = 0; i < 2; ++i) {
        o.wear();
        o.insert(o.keys.at(i));
      }
      // [1] relaxed: a flag, and nothing else.
      passed.store(true, std::memory_order_relaxed);
    });
    std::this_thread::sleep_for(50ms);
    // [2] relaxed: as [1].
    EXPECT(!passed.load(std::memory_order_relaxed), "it did not wait");
  }
  writer.join();
  EXPECT(o.is_sound(), "check() finds something");
}

/// Inside a guard of its own a thread cannot wait for what that guard holds up.
void a_nested_passage_is_refused() {
  opened o;
  {
    const auto held = o.map.entries().enter();
    bool refused = false;
    // The first may pass, if it is the domain's first for long; the next cannot.
    for (std::size_t i = 0; i < 2 && !refused; ++i) {
      o.wear();
      try {
        o.insert(o.keys.at(i));
      } catch (const std::bad_alloc&) {
        refused = true;
      }
    }
    EXPECT(refused, "two passages within one guard");
  }
  EXPECT(o.is_sound(), "check() finds something");
  o.wear();
  o.insert(o.keys[7]);
  EXPECT(o.is_sound(), "check() finds something");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("words_know_when_they_are_worn", words_know_when_they_are_worn);
  tests.test("an_entry_touched_too_often_moves", an_entry_touched_too_often_moves);
  tests.test("a_worn_slot_waits_for_readers", a_worn_slot_waits_for_readers);
  tests.test("a_worn_link_passes_when_nobody_is_there", a_worn_link_passes_when_nobody_is_there);
  tests.test("a_second_passage_waits_for_readers", a_second_passage_waits_for_readers);
  tests.test("a_nested_passage_is_refused", a_nested_passage_is_refused);
  return tests.result();
}
