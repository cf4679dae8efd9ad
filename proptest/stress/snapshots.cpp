// SPDX-License-Identifier: BSL-1.0
// Stress: a snapshot is what was in the map at one moment. Sets two looks at everything against entries that move from key
// to key, so that a walk would miss some and meet others twice. And, with nothing against it, a snapshot of a quiet map is the map.
#include <wane/map.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/harness.hpp"
#include "support/jitter.hpp"
#include "support/reclaimers.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

template <class Key, class R, class Env = wane::std_environment>
struct timed : wane::policy<Key> {
  using reclaimer = R;
  using clock = wane::manual_clock;
  using environment = Env;
};

constexpr unsigned movers = 3, places = 12;

/// Every mover has an entry that goes from place to place, and is at two while it goes. The map may grow.
template <class R, class Env>
void snapshot_races_entries_that_move() {
  std::uint64_t taken = 0;
  for (rounds r; r.go_on();) {
    wane::map<std::uint64_t, unsigned, timed<std::uint64_t, R, Env>> map({.minimum_buckets = 1});
    {
      const attendance<R> present;
      for (unsigned m = 0; m < movers; ++m) map.insert(m * places, m);
    }
    std::atomic<bool> done{false};
    together(movers + 1, [&](unsigned thread) {
      const attendance<R> present;
      if (thread < movers) {
        random_source random(r.number() * (movers + 1) + thread);
        for (std::uint64_t from = 0, to; !done.load(std::memory_order_relaxed); from = to) {
          to = (from + 1 + random.below(places - 1)) % places;
          map.insert(thread * places + to, thread);
          map.erase(thread * places + from);
          spin(random.below(2000));  // or no moment is quiet
          present.quiescent();
        }
        return;
      }
      for (unsigned i = 0; i < 200; ++i) {
        if (const auto moment = map.snapshot()) {
          ++taken;
          unsigned at[movers] = {};
          for (const auto& [key, value] : *moment) ++at[value];
          for (unsigned m = 0; m < movers; ++m)
            EXPECT(at[m] == 1 || at[m] == 2,
                   "the entry of mover " << m << " is at " << at[m] << " places at one moment");
        }
        present.quiescent();
      }
      done.store(true, std::memory_order_relaxed);
    });
    const attendance<R> present;
    EXPECT(map.snapshot()->size() == movers, "a snapshot of a quiet map is not the map");
    EXPECT(map.check().ok(), "check() complains");
  }
  EXPECT(taken != 0, "no snapshot was ever taken");
}

template <class R>
void a_quiet_map_is_its_snapshot() {
  const attendance<R> present;
  random_source random(0);
  for (unsigned round = 0; round < 20; ++round) {
    wane::manual_clock clock;
    wane::map<std::string, std::string, timed<std::string, R>> map({}, {.clock = clock});
    std::map<std::string, std::string> model;
    for (auto n = random.below(300); n > 0; --n) {
      const std::string key = std::to_string(random.below(500)), value = "value " + std::to_string(n);
      const bool expires = random.once_in(3);
      using lifetime = typename decltype(map)::assigned_lifetime;
      map.insert_or_assign(key, value, expires ? lifetime(1ms) : lifetime(wane::forever));
      if (expires)
        model.erase(key);
      else
        model[key] = value;
    }
    clock.advance(1ms);
    EXPECT(!map.snapshot(0), "a snapshot comes of no attempt");
    const auto moment = map.snapshot();
    EXPECT(moment.has_value(), "nobody is in the way of a snapshot");
    if (!moment) return;
    EXPECT((std::map<std::string, std::string>(moment->begin(), moment->end()) == model),
           "the snapshot is another map");
    EXPECT(moment->size() == model.size(), "a key is there twice");
    EXPECT(map.check().ok(), "check() complains");
  }
}

/// Copies of it throw when told to.
struct reluctant {
  explicit reluctant(int v) noexcept : value(v) {}
  reluctant(const reluctant& other) : value(other.value) {
    if (--patience == 0) throw std::runtime_error("no more copies");
  }
  reluctant& operator=(const reluctant&) = default;
  int value;
  static inline int patience = 0;
};

void a_copy_that_throws_leaves_the_map_alone() {
  wane::map<int, reluctant> map;
  for (int k = 0; k < 50; ++k) map.try_emplace(k, k);
  for (int patience = 1; patience <= 50; patience += 7) {
    reluctant::patience = patience;
    bool thrown = false;
    try {
      static_cast<void>(map.snapshot());
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT(thrown, "what a copy throws is not let out");
    EXPECT(map.check().ok(), "check() complains");
  }
  reluctant::patience = 0;
  EXPECT(map.snapshot()->size() == 50, "entries are gone");
}

template <class R>
concept takes_snapshots = requires(wane::map<int, int, timed<int, R>> map) { map.snapshot(); };
static_assert(takes_snapshots<wane::epoch> && takes_snapshots<wane::rcu<wane::memb>>);
static_assert(!takes_snapshots<wane::hazard> && !takes_snapshots<wane::ibr> && !takes_snapshots<wane::versioned>);

template <class... Rs>
void tests_over(suite& tests, reclaimers<Rs...>) {
  const auto named = [](const char* name, const char* reclaimer) { return std::string(name) + " [" + reclaimer + "]"; };
  (tests.test(named("snapshot_races_entries_that_move", reclaimer_name<Rs>),
              snapshot_races_entries_that_move<Rs, wane::std_environment>),
   ...);
  (tests.test(named("a_quiet_map_is_its_snapshot", reclaimer_name<Rs>), a_quiet_map_is_its_snapshot<Rs>), ...);
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests_over(tests, main_reclaimers{});
  tests.test("snapshot_races_entries_that_move [epoch, delayed]",
             snapshot_races_entries_that_move<wane::basic_epoch<jittery_environment>, jittery_environment>);
  tests.test("a_copy_that_throws_leaves_the_map_alone", a_copy_that_throws_leaves_the_map_alone);
  return tests.result();
}
