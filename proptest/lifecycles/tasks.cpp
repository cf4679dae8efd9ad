// SPDX-License-Identifier: BSL-1.0
// Tasks: asked to stop by every removal, once; ended when they have been waited for; in no deadlock with the map or
// each other.
#include <wane/lifecycle/task.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "lifecycles/timed.hpp"
#include "support/harness.hpp"
#include "support/relaxed.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

template <class R>
using map_of = wane::map<int, wane::task, timed<R, int, wane::close_on_removal>>;

/// What a task has come to.
struct progress {
  relaxed<int> begun{0};
  relaxed<int> asked{0};  // to stop
  relaxed<int> ended{0};
};
/// Runs until it is asked to stop, and then for a while.
wane::task runs_until_asked(progress& p, std::chrono::milliseconds then = 0ms) {
  return wane::task([&p, then](const std::stop_token& stop) {
    const std::stop_callback note(stop, [&] { ++p.asked; });
    ++p.begun;
    while (!stop.stop_requested()) std::this_thread::yield();
    std::this_thread::sleep_for(then);
    ++p.ended;
  });
}

template <class R>
void every_removal_asks_the_task_to_stop_at_once() {
  using map = map_of<R>;
  struct ending {
    const char* name;
    std::function<void(std::unique_ptr<map>&, wane::manual_clock&)> run;
  };
  const ending endings[] = {
      {"erase", [](auto& m, auto&) { m->erase(1); }},
      {"take", [](auto& m, auto&) { m->take(1); }},
      {"clear", [](auto& m, auto&) { m->clear(); }},
      {"replacement", [](auto& m, auto&) { m->insert_or_assign(1, wane::task([](const std::stop_token&) {})); }},
      {"expiry that is met", [](auto& m, auto& clock) { clock.advance(2s), (void)m->contains(1); }},
      {"expiry that is swept", [](auto& m, auto& clock) { clock.advance(2s), m->sweep_some(); }},
      {"destruction", [](auto& m, auto&) { m.reset(); }},
      {"stop_and_erase", [](auto& m, auto&) { EXPECT(wane::stop_and_erase(*m, 1), "it is not there"); }},
      {"stop_all", [](auto& m, auto&) { wane::stop_all(*m); }},
  };
  for (const auto& end : endings) {
    const attendance<R> present;
    wane::manual_clock clock;
    progress p;
    auto m = std::make_unique<map>(wane::options{}, wane::components<typename map::policy_type>{.clock = clock});
    const wane::task t = runs_until_asked(p);
    EXPECT(wane::start_in(*m, 1, t, 1s), end.name << ": not inserted");
    EXPECT(!wane::start_in(*m, 1, wane::task([](const std::stop_token&) {}), 1s), end.name << ": inserted twice");
    EXPECT(before_long([&] { return p.begun == 1; }), end.name << ": does not begin");
    EXPECT(p.asked == 0, end.name << ": asked to stop before it was removed");
    end.run(m, clock);
    EXPECT(p.asked == 1, end.name << ": asked " << p.asked << " times when the call returned");
    EXPECT(t.wait() && p.ended == 1, end.name << ": has not ended although it was waited for");
    m.reset();
    EXPECT(p.asked == 1 && p.begun == 1, end.name << ": asked again, or run again");
  }
}

/// Nothing of a task runs on after it was waited for, whoever else waits, and what it held is gone.
void who_has_waited_sees_the_end() {
  for (const bool all : {false, true}) {
    map_of<wane::epoch> map;
    progress p;
    auto held = std::make_shared<int>(0);
    const std::weak_ptr<int> watched = held;
    const wane::task slow = runs_until_asked(p, 30ms);
    const wane::task holder([held = std::move(held), slow](const std::stop_token&) { slow.wait(); });
    wane::start_in(map, 1, slow);
    wane::start_in(map, 2, holder);
    EXPECT(before_long([&] { return p.begun == 1; }), "does not begin");
    if (all) {
      wane::stop_all(map);
      EXPECT(map.empty(), "something is left");
    } else {
      EXPECT(wane::stop_and_erase(map, 1) && !wane::stop_and_erase(map, 1), "erased twice or never");
    }
    EXPECT(p.ended == 1, "the task runs on");
    EXPECT(holder.wait() && watched.expired(), "what the task held is there");
  }
}

void a_task_that_was_removed_before_it_began_never_runs() {
  map_of<wane::epoch> map;
  progress p;
  const wane::task t = runs_until_asked(p);
  map.insert(1, t);
  map.erase(1);
  EXPECT(!t.start() && t.wait() && p.begun == 0, "it runs");
}

void who_waits_before_the_start_waits_to_the_end() {
  progress p;
  const wane::task t = runs_until_asked(p);
  relaxed<int> seen{-1};
  {
    const std::jthread waiter([&] { seen = t.wait() ? int{p.ended} : -2; });
    std::this_thread::sleep_for(10ms);
    EXPECT(seen == -1 && t.start() && !t.start(), "did not wait, or does not start");
    std::this_thread::sleep_for(10ms);
    EXPECT(seen == -1, "did not wait");
    t.close();
  }
  EXPECT(seen == 1, "it had not ended: " << seen);
}

void a_task_may_remove_itself_and_use_the_map() {
  map_of<wane::epoch> map;
  relaxed<bool> returned{false}, seen{true};
  const wane::task t([&](const std::stop_token& stop) {
    seen = map.contains(2);
    map.insert(2, wane::task([](const std::stop_token&) {}));
    returned = wane::stop_and_erase(map, 1) && stop.stop_requested();
    wane::stop_all(map);
  });
  wane::start_in(map, 1, t);
  EXPECT(t.wait() && returned && !seen, "it did not get through");
  EXPECT(map.empty(), "something is left");
}

/// Each stops the next and waits for it, in a circle: one of them is not let wait, and all get through.
void tasks_may_stop_each_other() {
  for (rounds r; r.go_on();) {
    constexpr int circle = 3;
    map_of<wane::epoch> map;
    barrier start(circle);
    relaxed<int> through{0};
    std::vector<wane::task> tasks;
    for (int i = 0; i < circle; ++i)
      tasks.emplace_back([&, i](const std::stop_token&) {
        start.arrive_and_wait();
        wane::stop_and_erase(map, (i + 1) % circle);
        ++through;
      });
    for (int i = 0; i < circle; ++i) map.insert(i, tasks[static_cast<std::size_t>(i)]);
    for (const auto& t : tasks) t.start();
    for (const auto& t : tasks) EXPECT(t.wait(), "the test is in no circle");
    EXPECT(through == circle, through << " got through");
  }
}

/// Starting, stopping, replacing, expiring and waiting race on a few keys.
template <class R>
void tasks_end_whatever_ends_their_entries() {
  constexpr unsigned starters = 2, each = 60;
  constexpr int keys = 3;
  for (rounds r; r.go_on();) {
    std::vector<progress> all(starters * each);
    std::vector<std::vector<wane::task>> made(starters);
    {
      wane::manual_clock clock;
      map_of<R> map({}, {.clock = clock});
      together(starters + 1, [&](unsigned i) {
        const attendance<R> here;
        random_source random(r.number() * 10 + i);
        for (unsigned n = 0; n < each; ++n, here.quiescent()) {
          const int key = static_cast<int>(random.below(keys));
          if (i == starters) {
            clock.advance(1ms);
            map.sweep_some();
            wane::stop_and_erase(map, key);
            continue;
          }
          made[i].push_back(runs_until_asked(all[i * each + n]));
          const wane::task& t = made[i].back();
          if (random.once_in(2)) {
            map.insert_or_assign(key, t, 3ms);
            t.start();
          } else if (!wane::start_in(map, key, t, 3ms)) {
            t.close();
          }
          if (random.once_in(3)) map.erase(key);
        }
      });
    }
    for (const auto& tasks : made)
      for (const auto& t : tasks) t.wait();
    for (std::size_t n = 0; n < all.size(); ++n)
      EXPECT(all[n].begun <= 1 && all[n].asked == all[n].begun && all[n].ended == all[n].begun,
             "task " << n << ": begun " << all[n].begun << ", asked " << all[n].asked << ", ended " << all[n].ended);
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<lifecycle_reclaimers>(
      "every_removal_asks_the_task_to_stop_at_once",
      [&]<class R>(const auto& name) { tests.test(name, every_removal_asks_the_task_to_stop_at_once<R>); });
  tests.test("who_has_waited_sees_the_end", who_has_waited_sees_the_end);
  tests.test("a_task_that_was_removed_before_it_began_never_runs", a_task_that_was_removed_before_it_began_never_runs);
  tests.test("who_waits_before_the_start_waits_to_the_end", who_waits_before_the_start_waits_to_the_end);
  tests.test("a_task_may_remove_itself_and_use_the_map", a_task_may_remove_itself_and_use_the_map);
  tests.test("tasks_may_stop_each_other", tasks_may_stop_each_other);
  for_each_reclaimer<lifecycle_reclaimers>("tasks_end_whatever_ends_their_entries", [&]<class R>(const auto& name) {
    tests.test(name, tasks_end_whatever_ends_their_entries<R>);
  });
  return tests.result();
}
