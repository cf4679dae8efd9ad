// SPDX-License-Identifier: BSL-1.0
// The bed on which maps and their reclaimer are tortured: more threads than cores, that come and go and stall.
//
//   readers   visit, and look again and again at what they visit, spinning, yielding and sleeping between looks; now and
//             then they use other maps meanwhile, or take away the very entry they stand on
//   stallers  the same, but sometimes they sleep for tens of milliseconds inside a visit
//   updaters  insert, replace and erase, a few hot keys most of the time, thousands of others in bursts: tables grow
//   keepers   raise maps of the same domain and destroy them full of garbage; shrink tables; collect
//   a reaper  waits for grace periods and ages what was removed (elements.hpp)
//   a sweeper removes what has expired and shrinks tables
//
//   T1  What is visited stays intact and the same from the first look to the last.
//   T2  It is under its own key.
//   T3  No element is visited that was removed a grace period ago or more.
//   T4  No grace period that begins in a visit ends in it.
//   T5  Every element that enters a map leaves it once.
//
// Not every reclaimer can be held to all of that:
//   hazard     has no grace periods, which T3 and T4 are about; an entry that is visited may have been removed any time ago
//   ibr        begins an era at every stamp, so how many begin in a visit says nothing; T4 is asked for all the same
//   versioned  has values copied before they are visited, so T1 is about the copy: torn, or of two incarnations
#pragma once

#include <wane/map.hpp>
#include <wane/sweeper.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "elements.hpp"
#include "support/reclaimers.hpp"
#include "support/threads.hpp"
#include "tally.hpp"
#include "values.hpp"

namespace proptest {

/// One kind of map to torture, with its reclaimer, its values and its environment.
template <class R, class V, class Env>
struct tortured {
  using reclaimer = R;
  using value = V;
  struct told {
    elements* all = nullptr;
    bool complains = true;
    void operator()(std::uint64_t key, const V& v, wane::cause) const {
      const sight seen = look_at(v);
      const bool right = seen.is_intact && seen.who.key() == key;
      EXPECT(right || !complains,
             "key " << key << ": " << reclaimed_under_guard << ", before its removal was reported");
      if (right && (complains || all->age_of(seen.who) == 0)) all->retire(seen.who);
    }
  };
  struct policy : wane::policy<std::uint64_t> {
    using reclaimer = R;
    using listener = told;
    using environment = Env;
  };
  using map = wane::map<std::uint64_t, V, policy>;
};

/// What is looked for. All of it, unless a test wants to know that one part does not hang on another.
struct watch {
  bool values = true;   ///< T1, T2
  bool ages = true;     ///< T3
  bool periods = true;  ///< T4
};

template <class Kind>
class torture_bed {
  using map = typename Kind::map;
  using value = typename Kind::value;
  using reclaimer = typename Kind::reclaimer;
  using steady = std::chrono::steady_clock;
  using us = std::chrono::microseconds;
  static constexpr bool has_periods = reclaimer::has_grace_period;
  static constexpr bool counts_periods = has_periods && reclaimer::kind != wane::protection::interval;

 public:
  /// `mortal`: the reclaimer is known to be wrong. The process ends with the first failure, before the map takes harm.
  explicit torture_bed(typename reclaimer::domain& domain, bool mortal = false, watch what = {})
      : domain_(domain), mortal_(mortal), watch_(what) {}

  tally run(std::chrono::duration<double> length) {
    end_ = steady::now() + std::chrono::duration_cast<steady::duration>(length);
    sweeper_.start();
    for (auto& m : maps_) sweeper_.attach(*(m = make_map()));
    together(workers + 1, [&](unsigned i) { i == workers ? reap() : relieve(i); });
    for (auto& m : maps_) end_of(*m, true);
    for (auto& m : maps_) m.reset();
    sweeper_.stop();
    all_.settle(domain_);
    if constexpr (std::is_same_v<value, poisoned>)
      EXPECT(poisoned::alive() == 0, poisoned::alive() << " values outlived their maps");
    total_.swept = sweeper_.stats().removed;
    return total_;
  }

 private:
  static constexpr unsigned workers = 8;
  static constexpr std::uint64_t hot_keys = 16;
  static constexpr std::uint64_t keys = 4096;

  /// One life of a worker: a thread of its own.
  class worker {
   public:
    worker(torture_bed& bed, std::uint64_t stream) : bed_(bed), random_(stream), supply_(bed.all_) {}
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker() {
      ++mine_.threads;
      const std::lock_guard one_at_a_time(bed_.mutex_);
      bed_.total_ += mine_;
    }

    void live(unsigned post) {
      const auto death = steady::now() + us(2000 + random_.below(60000));
      while (!bed_.over() && steady::now() < death) {
        switch (post) {
          case 0:
          case 1: read(any_map()); break;
          case 2: stall(any_map()); break;
          case 3: keep(); break;
          default: update(any_map()); break;
        }
        present_.quiescent();
      }
    }
    void visit_temporary(map& m) {
      for (int turn = 0; turn < 200 && !bed_.over(); ++turn) {
        turn % 4 == 0 ? read(m) : update(m);
        present_.quiescent();
      }
    }

   private:
    map& any_map() noexcept { return *bed_.maps_[random_.below(bed_.maps_.size())]; }
    std::uint64_t any_key() noexcept { return random_.below(random_.once_in(4) ? keys : hot_keys); }
    typename map::assigned_lifetime any_lifetime() {
      if (random_.once_in(2)) return wane::forever;
      return us(1000 + random_.below(20000));
    }
    typename map::lifetime some_lifetime() { return any_lifetime().when_inserting(); }

    // ---- Reading -----------------------------------------------------------------------------------------------------

    void pause() {
      const auto dice = random_.below(1000);
      if (dice < 650)
        spin(random_.below(3000));
      else if (dice < 950)
        std::this_thread::yield();
      else if (dice < 995)
        std::this_thread::sleep_for(us(random_.below(200)));
      else
        std::this_thread::sleep_for(us(1000 + random_.below(2000)));
    }

    void read(map& m) {
      if (random_.once_in(64)) {
        wane::cursor at;
        const std::uint64_t looks = 1 + random_.below(3);
        do
          at = m.scan(at, 1 + random_.below(32),
                      [&](std::uint64_t key, const value& v) { linger(m, key, v, random_.once_in(8) ? looks : 0); });
        while (!at.at_end() && !bed_.over());
        return;
      }
      const std::uint64_t looks = random_.once_in(2) ? 0 : random_.below(12);
      m.visit(any_key(), [&](std::uint64_t key, const value& v) { linger(m, key, v, looks); });
    }
    void stall(map& m) {
      m.visit(any_key(), [&](std::uint64_t key, const value& v) {
        linger(m, key, v, 4 + random_.below(4), random_.once_in(30) ? us(20000 + random_.below(20000)) : us(0));
      });
    }

    /// Looks at a value for as long as `looks` more looks take, and a sleep of `longer` before the last.
    void linger(map& m, std::uint64_t key, const value& v, std::uint64_t looks, us longer = us(0)) {
      const auto began = steady::now();
      const bool with_stamps = has_periods && bed_.watch_.periods && random_.once_in(4);
      const std::uint64_t stamp = with_stamps ? bed_.domain_.stamp() : 0;
      const sight first = look_at(v);
      if (bed_.watch_.values) {
        EXPECT(first.is_intact, "key " << key << ": " << reclaimed_under_guard << ", before the first look");
        EXPECT(!first.is_intact || first.who.key() == key, "key " << key << " has a value of key " << first.who.key());
      }
      if (bed_.over()) return;
      unsigned age = bed_.all_.age_of(first.who);
      for (std::uint64_t n = 1; n <= looks && !failures::any(); ++n) {
        if (n == looks && longer.count() != 0) {
          ++mine_.stalls;
          std::this_thread::sleep_for(longer);
        }
        pause();
        if (random_.once_in(64)) meddle(m, key);
        const sight again = look_at(v);
        EXPECT(!bed_.watch_.values || (again.is_intact && again.who.bits == first.who.bits),
               "key " << key << ": " << reclaimed_under_guard << ", before look " << n);
        age = std::max(age, bed_.all_.age_of(first.who));
      }
      EXPECT(!has_periods || !bed_.watch_.ages || age <= 1, "key " << key << ": " << age << " " << too_old);
      if constexpr (has_periods) {
        if (with_stamps) {
          const bool passed = bed_.domain_.passed(stamp);
          EXPECT(!passed, "key " << key << ": " << period_too_short);
          if (counts_periods) ++mine_.batch[std::min<std::uint64_t>(2, bed_.domain_.stamp() - stamp)];
        }
      }
      ++mine_.pipe[age];
      mine_.looks += looks + 1;
      mine_.longest_visit = std::max<std::chrono::nanoseconds>(mine_.longest_visit, steady::now() - began);
      if (failures::any()) static_cast<void>(bed_.over());
    }
    /// What may be done inside a visit.
    void meddle(map& m, std::uint64_t key) {
      switch (random_.below(4)) {
        case 0: m.erase(key); break;
        case 1: replace(m, key); break;
        case 2: any_map().visit(any_key(), [&](std::uint64_t k, const value& v) { linger(m, k, v, 1); }); break;
        default: m.collect(); break;
      }
    }

    // ---- Updating ----------------------------------------------------------------------------------------------------

    void update(map& m) {
      ++mine_.updates;
      const std::uint64_t key = any_key();
      if (!supply_.ready()) {
        ++mine_.out_of_elements;
        std::this_thread::yield();
        m.erase(key);
        return;
      }
      switch (random_.below(12)) {
        case 0: burst(m); break;
        case 1:
        case 2: insert(m, key); break;
        case 3: m.erase(key); break;
        case 4:
          if (const auto taken = m.take(key)) check_copy(key, *taken);
          break;
        case 5: m.erase_if(key, [&](std::uint64_t k, const value& v) { return linger(m, k, v, 1), true; }); break;
        case 6: m.touch(key, us(1000 + random_.below(20000))); break;
        case 7: alter(m, key); break;
        case 8:
        case 9: replace(m, key); break;
        default: m.insert_or_assign(key, value(supply_.next(key)), any_lifetime()); break;
      }
    }
    void check_copy(std::uint64_t key, const value& copy) {
      const sight s = look_at(copy);
      EXPECT(s.is_intact && s.who.key() == key, "key " << key << ": " << reclaimed_under_guard << ", as it was copied");
    }
    void insert(map& m, std::uint64_t key) {
      const identity who = supply_.next(key);
      if (!m.insert(key, value(who), some_lifetime())) supply_.put_back(who);
    }
    void replace(map& m, std::uint64_t key) {
      if (!supply_.ready()) return;
      const identity who = supply_.next(key);
      if (const auto old = m.replace(key, value(who), any_lifetime()))
        check_copy(key, *old);
      else
        supply_.put_back(who);
    }
    /// update or upsert, with a look at the old value from inside.
    void alter(map& m, std::uint64_t key) {
      const identity who = supply_.next(key);
      const auto f = [&](const value& old) {
        linger(m, key, old, random_.below(2));
        return value(who);
      };
      if (random_.once_in(2)) {
        if (!m.update(key, f, any_lifetime())) supply_.put_back(who);
      } else {
        m.upsert(key, value(who), f, any_lifetime());
      }
    }
    /// A table's worth of entries comes, or goes.
    void burst(map& m) {
      if (!random_.once_in(40)) return;
      const std::uint64_t from = random_.below(keys), n = 100 + random_.below(1000);
      const bool come = random_.once_in(2);
      for (std::uint64_t i = 0; i < n && !bed_.over(); ++i) {
        const std::uint64_t key = (from + i) % keys;
        if (!come)
          m.erase(key);
        else if (supply_.ready())
          insert(m, key);
        present_.quiescent();
      }
    }

    // ---- Keeping -----------------------------------------------------------------------------------------------------

    void keep() {
      switch (random_.below(4)) {
        case 0:
          if constexpr (has_periods) {
            any_map().shrink_to_fit();
            break;
          }
          [[fallthrough]];
        case 1: any_map().collect(); break;
        case 2: std::this_thread::sleep_for(us(random_.below(2000))); break;
        default: raise_a_map(); break;
      }
    }
    /// A map of the same domain is raised, used and destroyed, with its garbage.
    void raise_a_map() {
      ++mine_.maps;
      const bool swept = random_.once_in(2);
      const auto m = bed_.make_map();
      if (swept) bed_.sweeper_.attach(*m);
      together(2, [&](unsigned i) { worker(bed_, random_stream(i)).visit_temporary(*m); });
      bed_.end_of(*m, swept);
    }
    std::uint64_t random_stream(unsigned i) const noexcept {
      random_source copy = random_;
      return copy() + i;
    }

    torture_bed& bed_;
    attendance<reclaimer> present_;
    random_source random_;
    elements::supply supply_;
    tally mine_;
  };

  [[nodiscard]] bool over() const noexcept {
    if (mortal_ && failures::any()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // whoever found it has yet to say so
      std::_Exit(1);
    }
    return failures::any() || steady::now() >= end_;
  }
  [[nodiscard]] std::unique_ptr<map> make_map() {
    wane::components<typename Kind::policy> parts;
    parts.listener = {&all_, watch_.values};
    parts.domain = &domain_;
    return std::make_unique<map>(wane::options{.minimum_buckets = 1}, std::move(parts));
  }

  /// One thread after the other on post `i`.
  void relieve(unsigned i) {
    for (std::uint64_t n = 0; !over(); ++n)
      std::thread([&] {
        try {
          worker(*this, n * 100 + i).live(i);
        } catch (const std::exception& error) {
          EXPECT(false, "a worker threw: " << error.what());
        }
      }).join();
    working_.fetch_sub(1, std::memory_order_release);
  }
  void reap() {
    while (working_.load(std::memory_order_acquire) != 0) {
      all_.wait_and_age(domain_);
      std::this_thread::sleep_for(us(50));
    }
  }

  /// Before a map is destroyed, which tells of what is left.
  void end_of(map& m, bool swept) {
    if (swept) sweeper_.detach(m);
    const attendance<reclaimer> present;
    if (!failures::any()) {
      const auto report = m.check();
      EXPECT(report.ok(), report.problems.front());
    }
    m.for_each([&](std::uint64_t key, const value& v) {
      const sight s = look_at(v);
      EXPECT(s.is_intact && s.who.key() == key, "key " << key << " has come to ruin");
    });
    const auto s = m.stats();
    const std::lock_guard one_at_a_time(mutex_);
    total_.growths += s.growths;
    total_.shrinks += s.shrinks;
  }

  typename reclaimer::domain& domain_;
  const bool mortal_;
  const watch watch_;
  steady::time_point end_;
  elements all_;
  wane::sweeper sweeper_{{.lateness = std::chrono::milliseconds(1), .cpu_share = 0.3}};
  std::array<std::unique_ptr<map>, 2> maps_;
  std::atomic<unsigned> working_{workers};
  std::mutex mutex_;
  tally total_;
};

}  // namespace proptest
