// SPDX-License-Identifier: BSL-1.0
// Stress: sweeps, by hand and by a sweeper's thread, against everything that changes a deadline or a slot.
#include <wane/sweeper.hpp>

#include <array>
#include <functional>
#include <stdexcept>

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

/// A sweeper left alone removes what is due, and stops promptly even in the middle of a pass: sets the end of a pass against stop.
template <class Kind>
void a_pass_races_stop() {
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

/// What a listener throws on the sweeper's thread is counted, and costs nothing else: sets kills against unwinding.
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

struct parking_policy : wane::policy<std::uint64_t> {
  using clock = wane::manual_clock;
  using listener = std::function<void(std::uint64_t, int, wane::cause)>;
};
using parking_map = wane::map<std::uint64_t, int, parking_policy>;

/// Waits until a sweeper says that it misses its target for this reason.
void expect_shortfall(const wane::sweeper& sweeper, wane::shortfall why) {
  const auto give_up = std::chrono::steady_clock::now() + 20s;
  wane::sweeper_stats s = sweeper.stats();
  while (s.window.why != why && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(1ms);
    s = sweeper.stats();
  }
  EXPECT(s.window.why == why && !s.window.met() && s.window.missed_by > 0ns, "no " << to_string(why) << ":\n"
                                                                                   << s.to_string());
}

/// A sweeper that is kept from its work tells by what: sets a pass against its pace, against a guard that lasts, and against
/// another's pass.
void a_sweeper_says_why_it_is_late() {
  const auto expired_map = [](
                               wane::manual_clock& clock, parking_policy::listener listener = [](auto...) {}) {
    auto map = std::make_unique<parking_map>(wane::options{},
                                             wane::components<parking_policy>{.clock = clock, .listener = listener});
    for (std::uint64_t k = 0; k < 20'000; ++k) map->insert(k, 0, 1ms);
    map->insert(20'000, 0);
    clock.advance(1s);
    return map;
  };
  {
    wane::manual_clock clock;
    const auto map = expired_map(clock);
    wane::sweeper sweeper({.lateness = 1ms, .cpu_share = 0.0001});
    sweeper.attach(*map);
    sweeper.start();
    expect_shortfall(sweeper, wane::shortfall::cpu_share);
  }
  {
    wane::manual_clock clock;
    const auto map = expired_map(clock);
    wane::sweeper sweeper({.lateness = 1ms, .cpu_share = 1.0, .garbage_bytes = 4096});
    map->visit(20'000, [&](auto&, auto&) {
      std::thread([&] {
        sweeper.attach(*map);
        sweeper.start();
        expect_shortfall(sweeper, wane::shortfall::garbage);
        const auto s = sweeper.stats();
        EXPECT(s.garbage_limited > 0 && s.garbage_bytes > 4000 && s.garbage_bytes <= 4096, s.to_string());
      }).join();
    });
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (map->size() > 1 && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(1ms);
    EXPECT(map->size() == 1, "when the reader is gone the sweeper goes on");
  }
  {
    wane::manual_clock clock;
    std::atomic<bool> sweeping{false}, judged{false};
    const auto map = expired_map(clock, [&](auto...) {
      sweeping.store(true, std::memory_order_release);
      while (!judged.load(std::memory_order_acquire)) std::this_thread::yield();
    });
    std::thread by_hand([&] { map->sweep_some({.removals = 1}); });
    while (!sweeping.load(std::memory_order_acquire)) std::this_thread::yield();
    wane::sweeper sweeper({.lateness = 1ms, .cpu_share = 1.0});
    sweeper.attach(*map);
    sweeper.start();
    expect_shortfall(sweeper, wane::shortfall::another_sweep);
    EXPECT(sweeper.stats().busy > 0, sweeper.stats().to_string());
    judged.store(true, std::memory_order_release);
    by_hand.join();
  }
}

/// Sets the start of one run of a sweeper against the end of the last, in turn.
void a_sweeper_keeps_its_totals_when_it_is_restarted() {
  wane::manual_clock clock;
  parking_map map({}, {.clock = clock, .listener = [](auto...) {}});
  wane::sweeper sweeper({.lateness = 1ms, .cpu_share = 1.0});
  sweeper.attach(map);
  wane::sweeper_stats last;
  for (std::uint64_t turn = 1; turn <= 3; ++turn) {
    for (std::uint64_t k = 0; k < 60'000 / turn; ++k) map.insert(k, 0, 1ms);
    clock.advance(1s);
    sweeper.start();
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (!map.empty() && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(1ms);
    sweeper.stop();
    const auto s = sweeper.stats();
    EXPECT(s.removed == last.removed + 60'000 / turn && s.lateness.count() == s.removed, s.to_string());
    EXPECT(s.cpu_time > last.cpu_time && s.passes >= last.passes, s.to_string());
    EXPECT(s.window.lateness.count() <= 60'000 / turn, "the window goes back behind the start:\n" << s.to_string());
    EXPECT(s.pass_max >= s.pass_last && s.blocks_scanned > last.blocks_scanned, s.to_string());
    last = s;
  }
}

/// One map, one sweeper: a second is refused. Sets attaching against being attached, in turn.
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

/// Of sweepers that are given one map at the same time one gets it.
void attach_races_attach() {
  constexpr unsigned threads = 3;
  for (rounds r; r.go_on();) {
    wane::map<int, int> map;
    std::array<wane::sweeper, threads> sweepers;
    barrier all(threads);
    std::atomic<unsigned> got{0};
    together(threads, [&](unsigned i) {
      all.arrive_and_wait();
      try {
        sweepers[i].attach(map);
        // [AT1] relaxed: read after the threads have been joined.
        got.fetch_add(1, std::memory_order_relaxed);
      } catch (const std::logic_error&) {
      }
    });
    // [AT2] relaxed: as [AT1].
    EXPECT(got.load(std::memory_order_relaxed) == 1, got.load(std::memory_order_relaxed) << " sweepers have the map");
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
  test_over(main_kinds{}, tests, "a_pass_races_stop", []<class K>() { a_pass_races_stop<K>(); });
  test_over(main_kinds{}, tests, "map_destruction_races_sweep", []<class K>() { a_map_dies_under_its_sweeper<K>(); });
  tests.test("a_sweeper_survives_a_listener_that_throws", a_sweeper_survives_a_listener_that_throws);
  tests.test("a_sweeper_says_why_it_is_late", a_sweeper_says_why_it_is_late);
  tests.test("a_sweeper_keeps_its_totals_when_it_is_restarted", a_sweeper_keeps_its_totals_when_it_is_restarted);
  tests.test("a_map_has_at_most_one_sweeper", a_map_has_at_most_one_sweeper);
  tests.test("attach_races_attach", attach_races_attach);
  return tests.result();
}
