// SPDX-License-Identifier: BSL-1.0
// Linearizability of short histories: a depth-first search for an order of the calls that the contract allows, which
// remembers the positions it has failed from.
//
// J. M. Wing, C. Gong, "Testing and verifying concurrent objects", JPDC 17, 1993; the memory: G. Lowe, "Testing for
// linearizability", Concurrency and Computation 29(4), 2017.
//
// A set of calls is a word. Two things make it fast. Calls that only read, once they are possible without an effect, take
// place at once, so the search branches over calls that change something. And the clock's moves are not part of the search
// (see contract.hpp). In the steady state nothing is allocated.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include "contract.hpp"
#include "history.hpp"
#include "visited.hpp"

namespace proptest {

/// What a checker found. The rest describes a history that is not linearizable.
struct verdict {
  bool linearizable = true;
  std::uint64_t key = 0;         ///< whose history it is
  const char* broken = nullptr;  ///< a rule that is broken whatever the order, if that is the reason
  std::uint64_t done = 0;        ///< otherwise, a largest set of calls that can be ordered,
  entry left;                    ///< what they leave behind,
  std::uint64_t time = 0;        ///< and the time then
  explicit operator bool() const noexcept { return linearizable; }
};

/// Checks histories one after another, reusing its memory.
class small_checker {
 public:
  using set = small_history::set;

  /// Whether each key's history is linearizable.
  [[nodiscard]] verdict check(const small_history& h) {
    history_ = &h;
    result_ = {};
    if (!place_deaths()) return result_;
    gather();
    for (std::size_t i = 0; i < keys_; ++i) {
      // What was remembered of one order of the moves holds for that order only.
      if (each_clock(key_[i])) continue;
      result_.linearizable = false;
      result_.key = key_[i].key;
      return result_;
    }
    return {};
  }

  /// How many positions the last check has failed from, in the last key's last search: a measure of its work.
  [[nodiscard]] std::size_t failures() const noexcept { return failed_.size(); }

 private:
  static constexpr std::size_t capacity = small_history::capacity;
  struct key_calls {
    std::uint64_t key;
    set calls;
  };

  static constexpr set bit(std::size_t i) noexcept { return set{1} << i; }
  template <class F>
  static void each(set s, F&& f) {
    for (; s != 0; s &= s - 1) f(static_cast<std::size_t>(std::countr_zero(s)));
  }

  // ---- Laying out the history --------------------------------------------------------------------------------------

  /// Gives each death to the call that caused it, or makes it an expiry in the call that reported it (C7).
  bool place_deaths() {
    const small_history& h = *history_;
    calls_ = h.size();
    for (std::size_t i = 0; i < calls_; ++i) {
      placed_[i] = {&h[i], 0, 0, false, 0};
      before_[i] = h.before(i);
    }
    if (!h.deaths_recorded()) return true;
    for (const death& d : h.deaths()) {
      placed_call& by = placed_[d.call];
      if (d.cause == wane::cause::expired) {
        assert(calls_ < capacity);
        expiry_[calls_] = {.what = verb::expiry,
                           .thread = by.what->thread,
                           .ok = true,
                           .key = d.key,
                           .argument = d.value,
                           .invoked = by.what->invoked,
                           .responded = by.what->responded};
        placed_[calls_] = {&expiry_[calls_], 0, 0, false, 0};
        before_[calls_] = before_[d.call];
        for (std::size_t i = 0; i < calls_; ++i)
          if ((before_[i] & bit(d.call)) != 0) before_[i] |= bit(calls_);
        ++calls_;
        continue;
      }
      if (d.key != by.what->key || d.cause != displaces(*by.what))
        return breaks("a removal is reported by a call that cannot have caused it", d.key);
      if (by.kills) return breaks("a call reports two removals that only one can be its own", d.key);
      by.kills = true;
      by.victim = d.value;
    }
    return true;
  }
  bool breaks(const char* rule, std::uint64_t key) noexcept {
    result_.linearizable = false;
    result_.broken = rule;
    result_.key = key;
    return false;
  }
  /// Sorts the calls by key; the moves of the clock belong to all.
  void gather() noexcept {
    keys_ = 0;
    moves_ = optional_ = 0;
    for (std::size_t i = 0; i < calls_; ++i) {
      const call& c = *placed_[i].what;
      if (c.responded == still_running && history_->order() == ordering::real_time) optional_ |= bit(i);
      if (c.what == verb::advance) {
        moves_ |= bit(i);
        continue;
      }
      if (c.what == verb::sweep) continue;  // what it did are expiries
      std::size_t k = 0;
      while (k < keys_ && key_[k].key != c.key) ++k;
      if (k == keys_) key_[keys_++] = {c.key, 0};
      key_[k].calls |= bit(i);
    }
    readers_ = 0;
    each(~moves_ & all(), [&](std::size_t i) { readers_ |= set{only_reads(*placed_[i].what)} << i; });
  }
  [[nodiscard]] set all() const noexcept { return calls_ == capacity ? ~set{0} : bit(calls_) - 1; }

  // ---- The clock ---------------------------------------------------------------------------------------------------

  /// Searches with the clock's moves in each order that they can have; mostly there is one.
  bool each_clock(const key_calls& of) {
    subject_ = of.calls;
    result_ = {};
    times_[0] = history_->start().time;
    return order_moves(0, 0);
  }
  bool order_moves(set ordered, std::size_t count) {
    if (ordered == moves_) return search_with(count);
    for (set rest = moves_ & ~ordered; rest != 0; rest &= rest - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(rest));
      if ((before_[i] & moves_ & ~ordered) != 0) continue;
      move_[count] = i;
      times_[count + 1] = times_[count] + placed_[i].what->ticks;
      if (order_moves(ordered | bit(i), count + 1)) return true;
    }
    return false;
  }
  bool search_with(std::size_t moves) {
    each(subject_, [&](std::size_t i) {
      std::size_t earliest = moves;
      std::size_t latest = 0;
      while (earliest > 0 && (before_[i] & bit(move_[earliest - 1])) == 0) --earliest;
      while (latest < moves && (before_[move_[latest]] & bit(i)) == 0) ++latest;
      placed_[i].earliest = static_cast<std::uint32_t>(earliest);
      placed_[i].latest = static_cast<std::uint32_t>(latest);
    });
    rules_ = contract({times_.data(), moves + 1}, history_->order(), history_->deaths_recorded());
    failed_.clear();
    return search({0, {history_->start().value, history_->start().deadline, 0, 0}});
  }

  // ---- The search --------------------------------------------------------------------------------------------------

  /// Whether the calls that are left can be ordered.
  bool search(position p) {
    set ready = 0;
    const entry before = p.at;
    for (bool settled = false; !settled;) {
      const set left = subject_ & ~p.done;
      if ((left & ~optional_) == 0) return true;
      std::uint32_t floor = ~std::uint32_t{0};
      ready = 0;
      each(left, [&](std::size_t i) {
        floor = std::min(floor, placed_[i].earliest);
        if ((before_[i] & left) == 0) ready |= bit(i);
      });
      rules_.settle(p.at, floor);
      settled = true;
      each(ready & readers_, [&](std::size_t i) {
        rules_.step(p.at, placed_[i], [&](const entry& next) {
          if (next != p.at) return;
          p.done |= bit(i);
          settled = false;
        });
      });
    }
    if (failed_.contains(p)) return false;
    bool found = false;
    for (; ready != 0 && !found; ready &= ready - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(ready));
      rules_.step(p.at, placed_[i], [&](const entry& next) { found = found || search({p.done | bit(i), next}); });
    }
    if (found) return true;
    failed_.add(p);
    if (std::popcount(p.done) >= std::popcount(result_.done)) {
      result_.done = p.done;
      // An expiry that is nobody's doing is better shown as what it is.
      result_.left = p.at.is_present() ? p.at : before;
      result_.time = times_[p.at.clock];
    }
    return false;
  }

  const small_history* history_ = nullptr;
  verdict result_;
  contract rules_;
  visited failed_;

  // Calls by index: those of the history, then expiries.
  std::size_t calls_ = 0;
  std::array<placed_call, capacity> placed_;
  std::array<set, capacity> before_{};
  std::array<call, capacity> expiry_;
  std::array<key_calls, capacity> key_{};
  std::size_t keys_ = 0;
  std::array<std::uint64_t, capacity + 1> times_{};  // the first is the beginning, then after each move
  std::array<std::size_t, capacity> move_{};         // the calls that move the clock, in order
  set moves_ = 0;
  set optional_ = 0;  // still running: they may be left out
  set readers_ = 0;
  set subject_ = 0;  // the calls of the key that is looked into
};

}  // namespace proptest
