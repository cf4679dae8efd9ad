// SPDX-License-Identifier: BSL-1.0
// The threads whose history is written down: players, who call everything at random, each succeeded by another thread now and
// then; one that moves the clock; one that sweeps; one that makes the table grow and shrink.
#pragma once

#include <wane/map.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "linearizability/calling.hpp"
#include "recording.hpp"
#include "support/arena.hpp"
#include "support/threads.hpp"

namespace proptest {

/// A value on the heap, for tools that watch the heap.
class boxed {
 public:
  explicit boxed(std::uint64_t n) : number_(std::make_unique<std::uint64_t>(n)) {}
  boxed(const boxed& other) : boxed(*other.number_) {}
  boxed& operator=(const boxed&) = delete;
  explicit operator std::uint64_t() const noexcept { return *number_; }
  friend bool operator==(const boxed& a, const boxed& b) noexcept { return *a.number_ == *b.number_; }

 private:
  std::unique_ptr<std::uint64_t> number_;
};

/// A number twice: too long to be assigned in place, and it can be torn.
class doubled {
 public:
  explicit doubled(std::uint64_t n) noexcept : number_(n), complement_(~n) {}
  explicit operator std::uint64_t() const noexcept { return complement_ == ~number_ ? number_ : ~std::uint64_t{0}; }
  friend bool operator==(const doubled&, const doubled&) noexcept = default;

 private:
  std::uint64_t number_;
  std::uint64_t complement_;
};

/// erase_if refuses some values.
[[nodiscard]] constexpr bool is_refused(std::uint64_t value) noexcept { return value % 4 == 0; }

/// A listener that writes down what it is told.
template <class V>
struct reporter {
  recording* to = nullptr;
  void operator()(std::uint64_t key, const V& value, wane::cause why) const {
    if (why != wane::cause::destroyed) to->died(key, static_cast<std::uint64_t>(value), why);
  }
};

/// One kind of map whose histories are checked.
template <class R, class V, class Env, class Hash>
struct observed {
  using reclaimer = R;
  using value = V;
  using environment = Env;
  struct policy : wane::policy<std::uint64_t> {
    using hash = Hash;
    using reclaimer = R;
    using clock = wane::manual_clock;
    using listener = reporter<V>;
    using environment = Env;
  };
  using map = wane::map<std::uint64_t, V, policy>;
};

struct play {
  std::uint64_t keys = 4;
  std::uint64_t runs = 0;  // hashes to spread them over, where the hash is one that does; 0: as many as keys
  unsigned players = 6;
  unsigned turns = 10000;  // of each player
  unsigned lives = 3;      // threads that play one player, one after the other
  std::uint64_t calls_a_tick = 100;
  std::uint64_t longest_ttl = 6;
  /// Keys that nobody removes, beside the others; every scan must visit each of them. Nobody clears the map then.
  std::uint64_t stay = 0;
};

/// One pass of a scan over the whole map, in which no key may come twice.
class scan_pass {
 public:
  explicit scan_pass(const play& p) : keys_(p.keys), came_(p.keys + p.stay) {}

  static constexpr std::uint64_t first_to_stay = std::uint64_t{1} << 32;
  void visits(std::uint64_t key) {
    if (key >= keys_ && key < first_to_stay) return;
    const std::uint64_t i = key < keys_ ? key : keys_ + key - first_to_stay;
    EXPECT(!came_[i], "a scan visits key " << key << " twice");
    came_[i] = true;
  }
  void ends() {
    for (std::uint64_t i = keys_; i < came_.size(); ++i)
      EXPECT(came_[i], "a scan misses key " << first_to_stay + i - keys_ << ", which is there all the time");
    std::fill(came_.begin(), came_.end(), false);
  }

 private:
  std::uint64_t keys_;
  std::vector<bool> came_;
};

/// Changes what a call has returned before it is written down, or does not: for tests of the test.
using liar = std::function<void(call&)>;

template <class Kind>
class ensemble {
  using map = typename Kind::map;
  using milliseconds = std::chrono::milliseconds;

 public:
  ensemble(const play& p, std::uint64_t stream, liar lies = {})
      : play_(p),
        stream_(stream),
        lies_(std::move(lies)),
        record_(p.players + helpers, p.keys, p.turns + p.turns / 4),
        map_({.expected_entries = stream % 2 == 0 ? 0u : 8u, .minimum_buckets = 1}, parts()) {
    const attendance<typename Kind::reclaimer> present;
    for (std::uint64_t i = 0; i < play_.stay; ++i)
      map_.insert(scan_pass::first_to_stay + i, typename Kind::value(0), wane::forever);
  }

  /// Plays to the end, and finds each key once more. Nothing else may be recorded then.
  recording::merged run() {
    const auto begin = std::chrono::steady_clock::now();
    together(play_.players + helpers, [&](unsigned i) {
      const recording::as_thread me(record_, i);
      switch (i - play_.players) {
        case 0: move_clock(); break;
        case 1: sweep(); break;
        case 2: resize(); break;
        default:
          for (unsigned life = 0; life < play_.lives; ++life)
            std::thread([&] { player(*this, i, life).play_on(play_.turns / play_.lives); }).join();
          playing_.fetch_sub(1, std::memory_order_release);
      }
    });
    took_ = std::chrono::steady_clock::now() - begin;
    const attendance<typename Kind::reclaimer> present;
    const recording::as_thread me(record_, 0);
    for (std::uint64_t key = 0; key < play_.keys; ++key) {
      record_.invoke({.what = verb::contains, .key = key});
      const bool there = map_.contains(key);
      record_.respond().ok = there;
    }
    auto all = record_.take();
    const auto report = map_.check();
    EXPECT(report.ok(), report.problems.front());
    return all;
  }
  [[nodiscard]] std::chrono::duration<double> took() const noexcept { return took_; }

 private:
  static constexpr unsigned helpers = 3;

  wane::components<typename Kind::policy> parts() {
    wane::components<typename Kind::policy> made;
    made.clock = clock_;
    made.listener = {&record_};
    if constexpr (std::is_same_v<typename Kind::policy::hash, spread_hash>) made.hash = {play_.runs};
    return made;
  }
  [[nodiscard]] bool over() const noexcept { return playing_.load(std::memory_order_acquire) == 0; }

  // ---- Players -----------------------------------------------------------------------------------------------------

  class player {
   public:
    player(ensemble& e, unsigned number, unsigned life)
        : e_(e), me_(e.record_, number), random_(e.stream_ * 1000 + number * 16 + life), pass_(e.play_) {
      // Values name their incarnations: no two are the same.
      next_value_ = (std::uint64_t{number} << 8 | life) << 32;
    }

    void play_on(unsigned turns) {
      for (; turns > 0; --turns) {
        const auto dice = random_.below(4000);
        if (dice == 0 && e_.play_.stay == 0 && random_.once_in(1 + e_.play_.keys / 16))
          clear();
        else if (dice < 20)
          scan();
        else
          call_something();
        present_.quiescent();
        // Or a thread would play to its end in one time slice.
        if (random_.once_in(8)) std::this_thread::yield();
      }
    }

   private:
    void call_something() {
      call c = any_call();
      e_.record_.invoke(c);
      const bool lingers = random_.once_in(4);
      const answer a = caller<map, std::chrono::milliseconds>(e_.map_)(c, is_refused, [lingers] {
        if (lingers) std::this_thread::yield();
      });
      call& written = e_.record_.respond();
      written.ok = a.ok;
      written.saw = a.saw;
      written.seen = a.seen;
      if (e_.lies_) e_.lies_(written);
      if (a.saw && c.what != verb::ttl) last_seen_[c.key % last_seen_.size()] = a.seen;
    }

    /// As many insertions as it takes for most calls to find something, and as many ends.
    call any_call() {
      static constexpr std::array often{verb::find,   verb::contains,      verb::insert, verb::insert_or_assign,
                                        verb::upsert, verb::get_or_emplace};
      static constexpr std::array calls{verb::find,     verb::contains,         verb::ttl,     verb::insert,
                                        verb::upsert,   verb::insert_or_assign, verb::update,  verb::get_or_emplace,
                                        verb::erase,    verb::compare_exchange, verb::take,    verb::replace,
                                        verb::touch,    verb::find_and_touch,   verb::persist, verb::erase_if,
                                        verb::expire_at};
      call c;
      c.what = random_.once_in(3) ? often[random_.below(often.size())] : calls[random_.below(calls.size())];
      c.key = random_.below(e_.play_.keys);
      c.argument = ++next_value_;
      c.expected = last_seen_[c.key % last_seen_.size()];
      c.condition = random_.once_in(2) ? wane::when::always : static_cast<wane::when>(random_.below(5));
      choose_life(c);
      return c;
    }
    void choose_life(call& c) {
      const bool may_keep = c.what == verb::insert_or_assign || c.what == verb::upsert || c.what == verb::replace ||
                            c.what == verb::compare_exchange || c.what == verb::update;
      switch (random_.below(may_keep ? 6 : 5)) {
        case 0: c.life = life::forever; break;
        case 1: c.life = life::until; break;
        case 5: c.life = life::keep; break;
        default: c.life = life::ttl;
      }
      if (c.what == verb::touch || c.what == verb::find_and_touch) c.life = life::ttl;
      if (c.what == verb::persist) c.life = life::forever;
      if (c.what == verb::expire_at) c.life = life::until;
      c.ticks = 1 + random_.below(e_.play_.longest_ttl);
      if (c.life == life::until) c.ticks += e_.tick() - (random_.once_in(4) ? 1 : 0);
    }

    /// One call for each key.
    void clear() {
      e_.record_.invoke({.what = verb::clear, .key = 0});
      for (std::uint64_t key = 1; key < e_.play_.keys; ++key) e_.record_.invoke_also({.what = verb::clear, .key = key});
      e_.map_.clear();
      e_.record_.respond();
    }
    /// A sweep, for the expiries it commits, and a find for each entry visited.
    void scan() {
      visited_.clear();
      const bool at_once = random_.once_in(16) && e_.play_.keys <= 16;
      scan_pass whole_pass(e_.play_);
      scan_pass& pass = at_once ? whole_pass : pass_;
      const auto visit = [&](std::uint64_t key, const typename Kind::value& v) {
        pass.visits(key);
        if (key < e_.play_.keys) visited_.push_back({key, static_cast<std::uint64_t>(v)});
      };
      e_.record_.invoke({.what = verb::sweep});
      if (at_once)
        e_.map_.for_each(visit);
      else
        at_ = e_.map_.scan(at_, 1 + random_.below(8), visit);
      const call whole = e_.record_.respond();
      for (const auto& [key, value] : visited_) {
        call hit = whole;
        hit.what = verb::find;
        hit.key = key;
        hit.ok = hit.saw = true;
        hit.seen = value;
        e_.record_.add(hit);
      }
      if (at_once || at_.at_end()) pass.ends();
    }

    ensemble& e_;
    const recording::as_thread me_;
    random_source random_;
    const attendance<typename Kind::reclaimer> present_;
    std::uint64_t next_value_ = 0;
    std::array<std::uint64_t, 64> last_seen_{};
    wane::cursor at_;
    scan_pass pass_;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> visited_;
  };

  [[nodiscard]] std::uint64_t tick() const noexcept {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<milliseconds>(clock_.now().time_since_epoch()).count());
  }

  // ---- Helpers -----------------------------------------------------------------------------------------------------

  /// Time passes with the calls, not with the seconds.
  void move_clock() {
    random_source random(stream_ * 1000 + 900);
    for (std::uint64_t next = 0; !over();) {
      if (record_.now() < next) {
        std::this_thread::yield();
        continue;
      }
      next = record_.now() + play_.calls_a_tick * (1 + random.below(3));
      const std::uint64_t ticks = 1 + random.below(2);
      record_.invoke({.what = verb::advance, .ticks = ticks});
      clock_.advance(milliseconds(ticks));
      record_.respond();
    }
  }

  /// What helpers do is recorded as sweeps: it may report deaths, and has no result.
  template <class F>
  void chore(F&& f) {
    record_.invoke({.what = verb::sweep});
    f();
    record_.respond();
  }
  void sweep() {
    const attendance<typename Kind::reclaimer> present;
    random_source random(stream_ * 1000 + 901);
    while (!over()) {
      chore([&] { map_.sweep_some({.blocks = 1 + random.below(4), .removals = 1 + random.below(8)}); });
      if (random.once_in(8)) chore([&] { map_.collect(); });
      present.quiescent();
      if (random.once_in(2)) std::this_thread::yield();
    }
  }
  /// Keys that are nobody's business come and go, and buckets with them.
  void resize() {
    const attendance<typename Kind::reclaimer> present;
    random_source random(stream_ * 1000 + 902);
    while (!over()) {
      const std::uint64_t n = 8 << random.below(7);
      for (std::uint64_t i = 0; i < n && !over(); ++i) {
        chore([&] { map_.insert(play_.keys + i, typename Kind::value(0)); });
        present.quiescent();
        if (i % 8 == 0) std::this_thread::yield();
      }
      if (random.once_in(4)) chore([&] { map_.reserve(n); });
      for (std::uint64_t i = 0; i < n; ++i) {
        chore([&] { map_.erase(play_.keys + i); });
        present.quiescent();
      }
      if constexpr (requires { map_.shrink_to_fit(); }) chore([&] { map_.shrink_to_fit(); });
    }
  }

  const play play_;
  const std::uint64_t stream_;
  const liar lies_;
  wane::manual_clock clock_;
  recording record_;
  std::atomic<unsigned> playing_{play_.players};
  std::chrono::duration<double> took_{0};
  map map_;
};

}  // namespace proptest
