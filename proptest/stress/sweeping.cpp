// SPDX-License-Identifier: BSL-1.0
// Stress: sweeps, by hand and by a sweeper's thread, against everything that changes a deadline or a slot.
#include <wane/sweeper.hpp>

#include "support/contest.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

/// Deadlines stored while a sweep empties and refills summaries are not lost: in the end a pass finds every one.
template <class Kind>
void no_deadline_is_lost() {
  for (rounds r; r.go_on();) {
    constexpr unsigned writers = 3, each = 2000;
    arena<Kind> a({}, writers * (each + 128) + 64);
    std::atomic<unsigned> writing{writers};
    together(writers + 1, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      if (i == writers) {
        while (writing.load(std::memory_order_acquire) != 0) {
          a.map.sweep_some({.blocks = 1 + me.random.below(16)});
          if (me.random.once_in(16)) a.clock.advance(1ms);
          me.rest();
        }
        return;
      }
      for (std::uint64_t n = 0; n < each; ++n) {
        const std::uint64_t key = n * writers + i;
        // A third has its deadline from the start, a third gets it by touch, a third has it moved sooner.
        if (n % 3 == 0)
          me.insert(key, std::chrono::milliseconds(1 + me.random.below(5)));
        else if (me.insert(key, n % 3 == 1 ? wane::forever : wane::lifetime<wane::manual_clock>(1h)))
          a.map.touch(key, std::chrono::milliseconds(1 + me.random.below(5)));
        me.rest();
      }
      writing.fetch_sub(1, std::memory_order_release);
    });
    a.clock.advance(1s);
    const attendance<typename Kind::reclaimer> present;
    for (int passes = 0; passes < 2;) passes += a.map.sweep_some().pass_ended ? 1 : 0;
    EXPECT(a.map.empty(), a.map.size() << " expired entries escaped the sweeps");
    a.audit();
  }
}

/// A sweeper that is started, stopped and woken in the middle of everything.
template <class Kind>
void a_sweeper_comes_and_goes() {
  for (rounds r; r.go_on();) {
    arena<Kind> a({.minimum_buckets = 1}, 40'000);
    wane::sweeper sweeper({.lateness = 1ms, .cpu_share = 1.0});
    sweeper.attach(a.map);
    together(4, [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      for (int turn = 0; turn < 2000; ++turn) {
        const std::uint64_t key = me.random.below(500);
        switch (i) {
          case 0:
            switch (me.random.below(8)) {
              case 0: sweeper.start(); break;
              case 1: sweeper.stop(); break;
              case 2: sweeper.wake(); break;
              case 3: (void)sweeper.stats(); break;
              default: a.clock.advance(1ms); break;
            }
            break;
          case 1: me.erase(key); break;
          case 2: a.map.touch(key, std::chrono::milliseconds(me.random.below(20) + 1)); break;
          default: me.insert(key, std::chrono::milliseconds(me.random.below(20) + 1)); break;
        }
        me.rest();
      }
    });
    sweeper.stop();
    EXPECT(!sweeper.is_running(), "stopped, and running");
    a.audit();
  }
}

/// A sweeper left alone removes what is due, and stops promptly even in the middle of a pass.
template <class Kind>
void a_sweeper_removes_what_nobody_meets() {
  arena<Kind> a({}, 200'000);
  wane::sweeper sweeper({.lateness = 2ms, .cpu_share = 1.0});
  {
    actor<Kind> me(a, 1);
    for (std::uint64_t k = 0; k < 20'000; ++k)
      me.insert(k, k % 2 == 0 ? wane::forever : wane::lifetime<wane::manual_clock>(5ms));
  }
  sweeper.attach(a.map);
  sweeper.start();
  a.clock.advance(1s);
  sweeper.wake();
  const auto give_up = std::chrono::steady_clock::now() + 20s;
  while (a.map.size() > 10'000 && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(1ms);
  EXPECT(a.map.size() == 10'000, a.map.size() << " entries left");
  const auto begin = std::chrono::steady_clock::now();
  sweeper.stop();
  EXPECT(std::chrono::steady_clock::now() - begin < 2s, "stopping takes long");
  // A batch is accounted for when it is over, its garbage collected.
  EXPECT(sweeper.stats().removed == 10'000, sweeper.stats().removed << " removed, it says");
  a.audit();
}

/// Maps are destroyed while their sweeper is at work on them and their garbage waits.
template <class Kind>
void a_map_dies_under_its_sweeper() {
  for (rounds r; r.go_on();) {
    wane::sweeper sweeper({.lateness = 1ms, .cpu_share = 1.0});
    sweeper.start();
    {
      std::vector<std::unique_ptr<arena<Kind>>> maps;
      for (int i = 0; i < 4; ++i) {
        maps.push_back(std::make_unique<arena<Kind>>(wane::options{}, 4096));
        sweeper.attach(maps.back()->map);
        actor<Kind> me(*maps.back(), r.number());
        for (std::uint64_t k = 0; k < 1000; ++k) me.insert(k, 1ms);
        for (std::uint64_t k = 0; k < 100; ++k) me.erase(k);
        maps.back()->clock.advance(1s);
        sweeper.wake();
        if (r.number() % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50 * i));
      }
      if (r.number() % 3 == 0) sweeper.detach(maps[1]->map);
    }
    sweeper.stop();
    if constexpr (std::is_same_v<typename Kind::value, tracked>)
      EXPECT(tracked::alive() == 0, tracked::alive() << " values outlived their maps");
  }
}

/// What a listener throws on the sweeper's thread is counted, and costs nothing else.
void a_sweeper_survives_a_listener_that_throws() {
  struct refuse {
    void operator()(std::uint64_t, int, wane::cause) const { throw std::runtime_error("no"); }
  };
  struct policy : wane::policy<std::uint64_t> {
    using clock = wane::manual_clock;
    using listener = refuse;
  };
  wane::manual_clock clock;
  wane::map<std::uint64_t, int, policy> map({}, {.clock = clock});
  wane::sweeper sweeper({.lateness = 1ms, .cpu_share = 1.0});
  for (std::uint64_t k = 0; k < 1000; ++k) map.insert(k, 0, 1ms);
  sweeper.attach(map);
  sweeper.start();
  clock.advance(1s);
  sweeper.wake();
  const auto give_up = std::chrono::steady_clock::now() + 20s;
  while (!map.empty() && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(1ms);
  sweeper.stop();
  EXPECT(map.empty() && map.stats().listener_errors == 1000, map.stats().listener_errors << " errors counted");
  EXPECT(map.check().ok(), listed(map.check().problems));
}

/// One map, one sweeper: a second is refused.
void a_map_has_at_most_one_sweeper() {
  wane::map<std::uint64_t, int> map;
  wane::sweeper first, second;
  first.attach(map);
  bool refused = false;
  try {
    second.attach(map);
  } catch (const std::logic_error&) {
    refused = true;
  }
  EXPECT(refused, "a second sweeper was accepted");
  first.detach(map);
  second.attach(map);
  for (const auto& [lateness, share] : {std::pair(0ms, 0.5), std::pair(1ms, 0.0), std::pair(1ms, 1.5)}) {
    try {
      const wane::sweeper impossible({.lateness = lateness, .cpu_share = share});
    } catch (const std::invalid_argument&) {
      continue;
    }
    EXPECT(false, "a sweeper with impossible options was made");
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  const auto contest = [&](const std::string& name, auto cast) {
    test_over(main_kinds{}, tests, name,
              [&, cast]<class Kind>() { contend<Kind>({.keys = 200, .turns = 2000}, cast(roles<Kind>{})); });
  };
  contest("sweep_races_erase", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::sweep, play::insert_briefly, play::erase, play::time};
  });
  contest("sweep_races_touch", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::sweep, play::insert_briefly, play::touch, play::time};
  });
  contest("sweep_races_replace", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::sweep, play::assign_briefly, play::assign, play::time};
  });
  contest("sweep_races_sweep", []<class K>(roles<K>) {
    using play = roles<K>;
    return std::vector<role<K>>{play::sweep, play::sweep, play::insert_briefly, play::time};
  });
  test_over(main_kinds{}, tests, "sweep_races_stored_deadline", []<class K>() { no_deadline_is_lost<K>(); });
  test_over(main_kinds{}, tests, "sweeper_start_races_stop_and_wake", []<class K>() { a_sweeper_comes_and_goes<K>(); });
  test_over(main_kinds{}, tests, "a_sweeper_removes_what_nobody_meets",
            []<class K>() { a_sweeper_removes_what_nobody_meets<K>(); });
  test_over(main_kinds{}, tests, "map_destruction_races_sweep", []<class K>() { a_map_dies_under_its_sweeper<K>(); });
  tests.test("a_sweeper_survives_a_listener_that_throws", a_sweeper_survives_a_listener_that_throws);
  tests.test("a_map_has_at_most_one_sweeper", a_map_has_at_most_one_sweeper);
  return tests.result();
}
