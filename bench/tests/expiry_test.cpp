// SPDX-License-Identifier: BSL-1.0
// The picture of expiry: its timeline, the timing wheel, and the caches that wane is compared with, each against a
// model as simple as can be.
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <source_location>

#include "../expiry/wheel.hpp"
// wheel.hpp binds liburcu's names to a flavour, so it comes first.
#include "../expiry/heap.hpp"
#include "../expiry/ticker.hpp"
#include "../samples.hpp"

namespace {

using namespace bench;
using namespace bench::expiry;
using namespace std::chrono_literals;

void expect(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::cerr << where.function_name() << ", line " << where.line() << ": does not hold" << std::endl;
  std::exit(EXIT_FAILURE);
}

// ---- The timeline
// -----------------------------------------------------------------------------------------------------

void the_population_is_as_large_as_asked_for_and_stays_so() {
  for (const std::size_t entries : {2'000u, 600'000u, 12'000'000u}) {
    const timeline when(entries, never);
    std::size_t there = 0;
    for (const auto& kind : when.kinds()) {
      there += kind.population;
      expect(kind.born_by(seconds(0)) == kind.population);
      for (const double time : {0.5, 17.0, 1000.0}) {
        const auto now = kind.born_by(seconds(time)) - kind.ended_by(seconds(time));
        expect(now <= kind.population + 1 && now + 1 >= kind.population);
      }
    }
    expect(there == entries);
  }
}

void the_picture_has_the_rates_that_are_told_of_it() {
  const timeline when(12'000'000, never);
  double sessions = 0, all = 0;
  for (const auto& kind : when.kinds()) {
    sessions += kind.ttl == 5min ? kind.per_second : 0;
    all += kind.per_second;
  }
  expect(sessions == 8000 && all == 10'426);
  expect(when.kinds()[timeline::sessions].ttl == 5min && !when.kinds()[timeline::sessions].touched);
}

void deadlines_follow_births_by_a_ttl_and_touches_extend_them_by_another() {
  const timeline when(12'000'000, never);
  for (std::size_t of = 0; of != when.kinds().size(); ++of) {
    const auto& kind = when.kinds()[of];
    if (!kind.expires()) continue;
    for (const std::size_t k : {std::size_t{0}, kind.population, kind.population + 7}) {
      const auto birth = kind.end(k) - kind.life();
      expect(abs(kind.first_deadline(k) - birth - kind.ttl) < 1us);
      expect(when.end(timeline::number(of, k)) == at(kind.end(k)));
      if (!kind.touched) continue;
      const auto touch = birth + kind.ttl / 2;
      expect(kind.touched_by(touch - 1ms) <= k && kind.touched_by(touch + 1ms) > k);
      expect(abs(kind.end(k) - touch - kind.ttl) < 1us);
    }
  }
}

void a_storm_takes_a_twelfth_at_one_instant() {
  const time_point instant(7s);
  const timeline calm(1'200'000, never), storm(1'200'000, instant);
  expect(storm.ended_by(instant) - calm.ended_by(instant) == 100'000);
  expect(storm.ended_by(instant - 1ns) == calm.ended_by(instant - 1ns));
  expect(storm.end(timeline::number(timeline::of_storm, 5)) == instant);
}

void quantiles_are_samples_by_rank() {
  samples all;
  for (int i = 1000; i != 0; --i) all.add(i * 1ms);
  std::map<std::string, double> figures;
  all.report("x", figures);
  expect(figures["x_count"] == 1000 && figures["x_p50_seconds"] == 0.5 && figures["x_p99_seconds"] == 0.99);
  expect(figures["x_p999_seconds"] == 0.999 && figures["x_max_seconds"] == 1.0);
}

// ---- The wheel
// --------------------------------------------------------------------------------------------------------

template <class Wheel>
void a_timer_goes_off_at_its_tick(typename Wheel::tick start, typename Wheel::tick away) {
  const auto wheel = std::make_unique<Wheel>();
  expect(wheel->pop(start) == nullptr);
  typename Wheel::timer t;
  wheel->arm(t, start + away);
  if (away != 0) expect(wheel->pop(start + away - 1) == nullptr && t.is_armed());
  expect(wheel->pop(start + away) == &t && !t.is_armed());
  expect(wheel->pop(start + away + 300) == nullptr);
}

void timers_cascade_from_every_level() {
  for (const unsigned start : {0u, 1u, 255u, 256u, 65'535u, 70'000u})
    for (const unsigned away : {0u, 1u, 255u, 256u, 257u, 65'535u, 65'536u, 65'793u, 1u << 24, (1u << 24) + 7})
      a_timer_goes_off_at_its_tick<timing_wheel>(start, away);
}

/// On a wheel so small that every turn of its last level can be waited for.
void a_timer_beyond_the_last_level_waits_for_its_turn() {
  for (unsigned start = 0; start != 70; ++start)
    for (unsigned away = 0; away != 300; ++away) a_timer_goes_off_at_its_tick<basic_timing_wheel<3, 2>>(start, away);
}

template <class Wheel>
void timers_keep_to_a_model() {
  std::mt19937_64 random(1);
  const auto wheel = std::make_unique<Wheel>();
  std::vector<typename Wheel::timer> timers(100);
  std::map<typename Wheel::timer*, typename Wheel::tick> due;
  typename Wheel::tick now = 0;
  for (int step = 0; step != 20'000; ++step) {
    auto& t = timers[random() % timers.size()];
    switch (random() % 3) {
      case 0:
        t.disarm();
        due[&t] = now + random() % (1u << random() % 20);
        wheel->arm(t, due[&t]);
        break;
      case 1:
        t.disarm();
        due.erase(&t);
        break;
      default:
        now += random() % 500;
        while (auto* const gone = wheel->pop(now)) {
          expect(due.at(gone) <= now);
          due.erase(gone);
        }
        for (const auto& [left, when] : due) expect(when > now && left->is_armed());
    }
  }
}

// ---- The caches
// -------------------------------------------------------------------------------------------------------

struct obituaries final : mourner {
  void expired(value_type value) noexcept override { ++of[value]; }
  std::map<value_type, int> of;
};

template <cache Cache>
class tried_cache {
 public:
  tried_cache() { scene_clock::stand_at({}); }

  [[nodiscard]] bool has(key_type key) {
    value_type value{};
    const bool hit = session_.find(key, value);
    expect(!hit || value == ~key);
    return hit;
  }
  bool insert(key_type key, time_point deadline) { return session_.insert(key, ~key, deadline); }
  void pass(scene_clock::duration time) { scene_clock::stand_at(scene_clock::now().time_since_epoch() + time); }
  auto& session() { return session_; }
  int deaths(key_type key) { return told_.of[~key]; }
  static time_point in(scene_clock::duration time) { return scene_clock::now() + time; }

 private:
  obituaries told_;
  Cache cache_{100, told_};
  typename Cache::session session_{cache_};
};

template <cache Cache>
void an_entry_expires_at_its_deadline_and_is_removed_by_the_cleaner() {
  tried_cache<Cache> tried;
  expect(tried.insert(7, tried.in(5min)) && !tried.insert(7, tried.in(1h)));
  tried.pass(5min - 1ms);
  tried.session().clean();
  expect(tried.has(7) && tried.deaths(7) == 0);
  tried.pass(1ms);
  expect(!tried.has(7) && !tried.session().touch(7, tried.in(1h)) && !tried.session().erase(7));
  expect(tried.deaths(7) == 0);
  tried.session().clean();
  expect(!tried.has(7) && tried.deaths(7) == 1);
}

template <cache Cache>
void no_cleaner_comes_a_fraction_of_a_tick_too_early() {
  tried_cache<Cache> tried;
  tried.insert(7, tried.in(1s + 300us));
  tried.pass(1s + 200us);
  tried.session().clean();
  expect(tried.has(7) && tried.deaths(7) == 0);
  tried.pass(1ms);
  tried.session().clean();
  expect(!tried.has(7) && tried.deaths(7) == 1);
}

template <cache Cache>
void a_touch_moves_the_deadline_both_ways() {
  tried_cache<Cache> tried;
  tried.insert(7, tried.in(10s));
  tried.insert(8, tried.in(1h));
  expect(tried.session().touch(7, tried.in(20s)) && tried.session().touch(8, tried.in(5s)));
  tried.pass(19s);
  tried.session().clean();
  expect(tried.has(7) && !tried.has(8) && tried.deaths(7) == 0 && tried.deaths(8) == 1);
  tried.pass(1s);
  tried.session().clean();
  expect(!tried.has(7) && tried.deaths(7) == 1);
}

template <cache Cache>
void an_erased_entry_is_gone_and_does_not_expire() {
  tried_cache<Cache> tried;
  tried.insert(7, tried.in(10s));
  expect(tried.session().erase(7) && !tried.has(7) && !tried.session().erase(7));
  expect(tried.insert(7, tried.in(1h)));  // its old deadline does not hold for the new entry
  tried.pass(10s);
  tried.session().clean();
  expect(tried.has(7) && tried.deaths(7) == 0);
}

template <cache Cache>
void an_entry_without_a_deadline_stays() {
  tried_cache<Cache> tried;
  tried.insert(7, never);
  tried.insert(8, tried.in(1s));
  expect(tried.session().touch(8, never));
  tried.pass(1h);
  tried.session().clean();
  expect(tried.has(7) && tried.has(8));
}

template <cache Cache>
void an_expired_entry_makes_room_before_the_cleaner_has_come() {
  tried_cache<Cache> tried;
  tried.insert(7, tried.in(1s));
  tried.pass(1s);
  expect(tried.insert(7, tried.in(10s)) && tried.has(7) && tried.deaths(7) == 1);
  tried.session().clean();
  expect(tried.has(7) && tried.deaths(7) == 1);
}

/// Operations and time at random: what the cache answers is what a map of deadlines answers, and each entry that
/// expires is told of once, by the time the cleaner has been there.
template <cache Cache>
void a_cache_keeps_to_a_model() {
  tried_cache<Cache> tried;
  std::mt19937_64 random(2);
  std::map<key_type, time_point> model;
  std::map<key_type, int> deaths;
  const auto is_live = [&](key_type key) { return model.contains(key) && model[key] > scene_clock::now(); };
  const auto deadline = [&] {
    return random() % 8 == 0 ? never : tried.in(1ms * (1 + random() % (1u << random() % 17)));
  };
  const auto bury = [&](key_type key) { deaths[key] += model.erase(key) != 0; };
  for (int step = 0; step != 50'000; ++step) {
    const key_type key = random() % 50;
    const bool live = is_live(key);
    expect(tried.has(key) == live);
    switch (random() % 6) {
      case 0:
      case 1: {
        const auto when = deadline();
        expect(tried.insert(key, when) == !live);
        if (!live) bury(key), model[key] = when;
        break;
      }
      case 2: {
        const auto when = deadline();
        expect(tried.session().touch(key, when) == live);
        if (live) model[key] = when;
        break;
      }
      case 3:
        expect(tried.session().erase(key) == live);
        if (live) model.erase(key);
        break;
      case 4: tried.pass(1ms * (random() % 3'000)); break;
      default:
        tried.session().clean();
        for (key_type k = 0; k != 50; ++k) {
          if (!is_live(k)) bury(k);
          expect(tried.deaths(k) == deaths[k]);
        }
    }
  }
}

template <cache Cache>
void a_cache_does_what_the_scenes_take_for_granted() {
  an_entry_expires_at_its_deadline_and_is_removed_by_the_cleaner<Cache>();
  no_cleaner_comes_a_fraction_of_a_tick_too_early<Cache>();
  a_touch_moves_the_deadline_both_ways<Cache>();
  an_erased_entry_is_gone_and_does_not_expire<Cache>();
  an_entry_without_a_deadline_stays<Cache>();
  an_expired_entry_makes_room_before_the_cleaner_has_come<Cache>();
  a_cache_keeps_to_a_model<Cache>();
}

}  // namespace

int main() {
  the_population_is_as_large_as_asked_for_and_stays_so();
  the_picture_has_the_rates_that_are_told_of_it();
  deadlines_follow_births_by_a_ttl_and_touches_extend_them_by_another();
  a_storm_takes_a_twelfth_at_one_instant();
  quantiles_are_samples_by_rank();
  timers_cascade_from_every_level();
  a_timer_beyond_the_last_level_waits_for_its_turn();
  timers_keep_to_a_model<timing_wheel>();
  timers_keep_to_a_model<basic_timing_wheel<3, 2>>();
  a_cache_does_what_the_scenes_take_for_granted<ticker>();
  a_cache_does_what_the_scenes_take_for_granted<heap>();
  a_cache_does_what_the_scenes_take_for_granted<wheel>();
}
