// SPDX-License-Identifier: BSL-1.0
// Histories made up at random: calls run, in small steps taken in any order, on one word per key that works as the map's
// state words do (loaded, sampled, compared and swapped). Whatever comes out is allowed; what is then changed may not be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "contract.hpp"
#include "history.hpp"

namespace proptest {

struct random_shape {
  unsigned threads = 3;
  std::size_t calls = 7;  // moves of the clock included
  unsigned keys = 1;
  unsigned clock_threads = 1;   // that move the clock, beside the others
  unsigned moves_percent = 20;  // how often it is the clock's turn
  std::uint64_t longest_ttl = 4;
  bool deaths = false;
};

struct recorded {
  std::vector<call> calls;  // in the order of their stamps
  std::vector<death> deaths;
};

class random_histories {
 public:
  using generator = std::mt19937_64;

  explicit random_histories(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] generator& random() noexcept { return random_; }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  recorded run(const random_shape& shape) {
    out_ = {};
    out_.calls.reserve(shape.calls);
    words_.assign(shape.keys, {});
    clock_ = stamp_ = 0;
    values_ = 0;
    std::vector<running> threads(shape.threads + shape.clock_threads);
    std::size_t busy = 0;
    while (out_.calls.size() < shape.calls || busy > 0) {
      const bool moves = shape.clock_threads > 0 && below(100) < shape.moves_percent;
      const std::size_t t = moves ? shape.threads + below(shape.clock_threads) : below(shape.threads);
      running& r = threads[t];
      if (!r.active) {
        if (out_.calls.size() >= shape.calls) {
          // Nothing new begins; whoever is under way goes on, the clock's threads included.
          for (running& other : threads)
            if (other.active) busy -= advance(other, shape);
          continue;
        }
        begin(r, t, shape, moves);
        ++busy;
      } else {
        busy -= advance(r, shape);
      }
    }
    return std::move(out_);
  }

  /// Changes one thing about a history, so that it may be allowed or not.
  void mutate(recorded& h) {
    call& c = h.calls[below(h.calls.size())];
    switch (below(6)) {
      case 0: c.ok = !c.ok; break;
      case 1: c.seen = c.what == verb::ttl ? below(5) : 1 + below(values_ + 1); break;
      case 2: c.ticks = 1 + below(5); break;
      case 3: {
        call& other = h.calls[below(h.calls.size())];
        std::swap(c.ok, other.ok);
        std::swap(c.seen, other.seen);
        break;
      }
      case 4: c.condition = static_cast<wane::when>(below(5)); break;
      case 5:
        if (!h.deaths.empty()) {
          death& d = h.deaths[below(h.deaths.size())];
          if (below(2) == 0)
            d.value = 1 + below(values_ + 1);
          else if (d.cause == wane::cause::expired)
            d.call = below(h.calls.size());
        }
        break;
    }
  }

 private:
  struct word {
    std::uint64_t value = 0;
    std::uint64_t deadline = absent;
    std::uint64_t version = 0;
    [[nodiscard]] bool is_live() const noexcept { return deadline != absent; }
  };
  enum class step : std::uint8_t { load, sample, expire, decide, swap, move, respond };
  struct running {
    bool active = false;
    std::size_t index = 0;
    step next = step::load;
    word loaded;
    std::uint64_t deadline = 0;
    bool deadline_chosen = false;
  };

  void begin(running& r, std::size_t thread, const random_shape& shape, bool moves) {
    call c;
    c.thread = static_cast<std::uint8_t>(thread);
    c.key = below(shape.keys);
    c.invoked = ++stamp_;
    c.ticks = 1 + below(shape.longest_ttl);
    if (moves) {
      c.what = verb::advance;
      c.ticks = 1 + below(2);
    } else {
      // As many insertions as it takes for most calls to find something.
      c.what = static_cast<verb>(below(below(3) == 0 ? static_cast<std::uint64_t>(verb::insert_or_assign) + 1
                                                     : static_cast<std::uint64_t>(verb::clear) + 1));
      c.argument = ++values_;
      c.expected = 1 + below(values_);
      choose_life(c, shape);
    }
    r = {};
    r.active = true;
    r.index = out_.calls.size();
    r.next = moves ? step::move : step::load;
    out_.calls.push_back(c);
  }
  void choose_life(call& c, const random_shape& shape) {
    const bool may_keep = c.what == verb::insert_or_assign || c.what == verb::upsert || c.what == verb::replace ||
                          c.what == verb::compare_exchange || c.what == verb::update;
    c.condition = static_cast<wane::when>(below(5));
    switch (below(may_keep ? 5 : 4)) {
      case 0: c.life = life::forever; break;
      case 1: c.life = life::until; break;
      case 4: c.life = life::keep; break;
      default: c.life = life::ttl;
    }
    if (c.what == verb::touch || c.what == verb::find_and_touch) c.life = life::ttl;
    if (c.what == verb::persist) c.life = life::forever;
    if (c.what == verb::expire_at) c.life = life::until;
    if (c.life == life::until) c.ticks = clock_ + below(shape.longest_ttl + 1);
  }

  /// One step of a call. Returns 1 when it has returned.
  std::size_t advance(running& r, const random_shape& shape) {
    call& c = out_.calls[r.index];
    word& w = words_[c.key];
    switch (r.next) {
      case step::load:
        r.loaded = w;
        r.next = !w.is_live() || w.deadline == never ? step::decide : step::sample;
        break;
      case step::sample: r.next = clock_ < r.loaded.deadline ? step::decide : step::expire; break;
      case step::expire:
        if (w.version != r.loaded.version) {
          r.next = step::load;
          break;
        }
        if (shape.deaths) out_.deaths.push_back({c.key, w.value, wane::cause::expired, r.index});
        w = {0, absent, w.version + 1};
        r.loaded = w;
        r.next = step::decide;
        break;
      case step::decide: r.next = decide(r, c); break;
      case step::swap:
        if (w.version != r.loaded.version) {
          r.next = step::load;
          break;
        }
        swap(r, c, w, shape);
        r.next = step::respond;
        break;
      case step::move:
        clock_ += c.ticks;
        r.next = step::respond;
        break;
      case step::respond:
        c.responded = ++stamp_;
        r.active = false;
        return 1;
    }
    return 0;
  }

  /// Where a TTL samples the clock. As in the map, an insertion samples once.
  step decide(running& r, call& c) {
    const bool live = r.loaded.is_live();
    const auto deadline = [&] {
      switch (c.life) {
        case life::forever: return never;
        case life::until: return std::min(c.ticks, never - 1);
        case life::keep: return live ? r.loaded.deadline : never;
        case life::ttl: break;
      }
      return clock_ + c.ticks;
    };
    const auto answer = [&](bool ok) {
      c.ok = ok;
      c.saw = live && (c.what != verb::contains && c.what != verb::touch && c.what != verb::expire_at &&
                       c.what != verb::persist && c.what != verb::insert && c.what != verb::compare_exchange);
      c.seen = r.loaded.value;
      return step::respond;
    };
    switch (c.what) {
      case verb::find:
      case verb::contains: return answer(live);
      case verb::ttl:
        answer(live);
        if (live)
          c.seen =
              r.loaded.deadline == never ? forever_left : (clock_ < r.loaded.deadline ? r.loaded.deadline - clock_ : 0);
        return step::respond;
      case verb::insert:
      case verb::get_or_emplace:
        if (live) return answer(false);
        break;
      case verb::insert_or_assign:
      case verb::upsert: break;
      case verb::replace:
      case verb::update:
      case verb::erase:
      case verb::take:
        if (!live) return answer(false);
        break;
      case verb::compare_exchange:
        if (live && below(2) == 0) c.expected = r.loaded.value;
        if (!live || r.loaded.value != c.expected) return answer(false);
        break;
      case verb::erase_if:
        if (!live || below(2) == 0) return answer(false);
        break;
      case verb::touch:
      case verb::expire_at:
      case verb::persist:
      case verb::find_and_touch:
        if (!live) return answer(false);
        r.deadline = deadline();
        if (!wane::impl::allows(c.condition, r.loaded.deadline, r.deadline))
          return answer(c.what == verb::find_and_touch);
        return step::swap;
      case verb::clear:
        if (!live) return answer(false);
        break;
      case verb::sweep:
      case verb::advance:
      case verb::expiry: return step::respond;
    }
    if (live || !r.deadline_chosen) r.deadline = deadline();
    r.deadline_chosen = !live;
    return step::swap;
  }

  void swap(running& r, call& c, word& w, const random_shape& shape) {
    const bool live = w.is_live();
    const std::uint64_t old = w.value;
    const auto put = [&] { w = {c.argument, r.deadline, w.version + 1}; };
    const auto displaced = [&](wane::cause why) {
      if (shape.deaths) out_.deaths.push_back({c.key, old, why, r.index});
    };
    const auto saw = [&](std::uint64_t value) {
      c.saw = true;
      c.seen = value;
    };
    switch (c.what) {
      case verb::insert:
      case verb::get_or_emplace:
        put();
        c.ok = true;
        if (c.what == verb::get_or_emplace) saw(c.argument);
        break;
      case verb::insert_or_assign:
      case verb::upsert:
        put();
        c.ok = !live;
        if (live) displaced(wane::cause::replaced);
        if (live && c.what == verb::upsert) saw(old);
        break;
      case verb::replace:
      case verb::update:
      case verb::compare_exchange:
        put();
        c.ok = true;
        displaced(wane::cause::replaced);
        if (c.what != verb::compare_exchange) saw(old);
        break;
      case verb::clear:
      case verb::erase:
      case verb::erase_if:
      case verb::take:
        w = {0, absent, w.version + 1};
        c.ok = true;
        displaced(c.what == verb::clear ? wane::cause::cleared : wane::cause::erased);
        if (c.what == verb::erase_if || c.what == verb::take) saw(old);
        break;
      default:
        w = {old, r.deadline, w.version + 1};
        c.ok = true;
        if (c.what == verb::find_and_touch) saw(old);
    }
  }

  generator random_;
  recorded out_;
  std::vector<word> words_;
  std::uint64_t clock_ = 0;
  std::uint64_t stamp_ = 0;
  std::uint64_t values_ = 0;
};

/// The same history, for the checker of short ones.
inline small_history shortened(const recorded& h, bool deaths) {
  small_history s;
  for (const call& c : h.calls) s.add(c);
  if (deaths) s.record_deaths();
  for (const death& d : h.deaths) s.died(d);
  s.order_by_stamps();
  return s;
}

}  // namespace proptest
