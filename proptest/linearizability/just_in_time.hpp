// SPDX-License-Identifier: BSL-1.0
// Linearizability of long histories: millions of calls by some threads, checked key by key in the order of their stamps.
//
// G. Lowe, "Testing for linearizability", Concurrency and Computation 29(4), 2017 (just-in-time linearization).
//
// Kept is the set of configurations: what the key may hold, and which of the calls under way have taken effect. A call
// takes effect when it has to: when one returns, each configuration goes on by every sequence of calls under way that ends
// with it. With none left the history is not linearizable. As in small_history.hpp calls that only read take place as soon
// as they can, and the clock is not part of the search; of two configurations that differ in their clocks only, the one
// that is earlier throughout can do what the other can, which is dropped.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "contract.hpp"
#include "history.hpp"
#include "visited.hpp"

namespace proptest {

/// What the checker found.
struct long_verdict {
  bool linearizable = true;
  std::uint64_t key = 0;         ///< whose history is not
  const char* broken = nullptr;  ///< a rule that is broken whatever the order, if that is the reason
  std::size_t call = 0;          ///< otherwise, the call by whose return no order was left
  std::size_t most_configurations = 0;
  explicit operator bool() const noexcept { return linearizable; }
};

class just_in_time {
 public:
  static constexpr std::size_t most_pending = 64;

  /// Calls may come in any sequence; their stamps order them. Moves of the clock must not overlap each other, and at most
  /// `most_pending` calls may be under way at a time for one key: std::invalid_argument otherwise. With `deaths_recorded`
  /// every removal must be among `deaths` (C7).
  [[nodiscard]] long_verdict check(std::span<const call> calls, std::span<const death> deaths = {},
                                   bool deaths_recorded = false) {
    calls_ = calls;
    result_ = {};
    deaths_recorded_ = deaths_recorded || !deaths.empty();
    set_clock();
    if (!place_deaths(deaths)) return result_;
    sort_by_key();
    for (std::size_t i = 0; i < items_.size() && result_.linearizable;) {
      std::size_t end = i + 1;
      while (end < items_.size() && items_[end].key == items_[i].key) ++end;
      check_key(i, end);
      i = end;
    }
    return result_;
  }

  /// Where a check failed, as a short history that begins when the key was last at rest: for timeline.hpp. Nothing if it
  /// does not fit.
  [[nodiscard]] std::optional<small_history> excerpt() const {
    if (result_.linearizable || result_.broken != nullptr || next_ - quiet_item_ > small_history::capacity) return {};
    small_history h;
    const std::uint64_t end = the(result_.call).responded;
    entry at = quiet_;
    std::uint32_t move = std::max(at.clock, first_after(the(items_[quiet_item_].index).invoked, 0));
    h.begin_with({times_[move], at.value, at.deadline});
    if (deaths_recorded_) h.record_deaths();
    for (std::size_t i = quiet_item_; i < next_; ++i) {
      call c = the(items_[i].index);
      if (c.responded > end) c.responded = still_running;
      const std::size_t index = h.add(c);
      if (items_[i].index < victims_.size() && victims_[items_[i].index].kills)
        h.died({c.key, victims_[items_[i].index].value, displaces(c), index});
    }
    while (move < begun_.size() && begun_[move] <= end) {
      if (h.size() == small_history::capacity) return {};
      h.add(moves_at_rest(move, end));
    }
    h.order_by_stamps();
    return h;
  }

 private:
  using set = std::uint64_t;  // of calls under way, by slot
  struct item {
    std::uint64_t key;
    std::uint64_t invoked;
    std::size_t index;
  };
  struct victim {
    bool kills = false;
    std::uint64_t value = 0;
  };

  static constexpr set bit(std::size_t i) noexcept { return set{1} << i; }
  /// A call of the history, or an expiry that was made of a death.
  [[nodiscard]] const call& the(std::size_t index) const noexcept {
    return index < calls_.size() ? calls_[index] : expiries_[index - calls_.size()];
  }

  /// The move of the clock, made one with those that follow it while no call of the excerpt is under way: nobody can tell
  /// them apart. `move` goes on to the next.
  [[nodiscard]] call moves_at_rest(std::uint32_t& move, std::uint64_t end) const noexcept {
    call all = calls_[moves_[move++]];
    const auto nobody_meanwhile = [&](std::uint64_t until) {
      for (std::size_t i = quiet_item_; i < next_; ++i)
        if (the(items_[i].index).invoked <= until && the(items_[i].index).responded >= all.invoked) return false;
      return true;
    };
    while (move < moved_.size() && begun_[move] <= end && nobody_meanwhile(moved_[move])) {
      const call& next = calls_[moves_[move++]];
      all.ticks += next.ticks;
      all.responded = next.responded;
    }
    return all;
  }

  // ---- Laying out the history --------------------------------------------------------------------------------------

  void set_clock() {
    moves_.clear();
    for (std::size_t i = 0; i < calls_.size(); ++i)
      if (calls_[i].what == verb::advance) moves_.push_back(i);
    std::sort(moves_.begin(), moves_.end(),
              [&](std::size_t a, std::size_t b) { return calls_[a].invoked < calls_[b].invoked; });
    times_.assign(1, 0);
    begun_.clear();
    moved_.clear();
    for (std::size_t m = 0; m < moves_.size(); ++m) {
      const call& c = calls_[moves_[m]];
      if (m > 0 && moved_.back() >= c.invoked) throw std::invalid_argument("just_in_time: moves of the clock overlap");
      times_.push_back(times_.back() + c.ticks);
      begun_.push_back(c.invoked);
      moved_.push_back(c.responded);
    }
    rules_ = contract(times_, ordering::real_time, deaths_recorded_);
  }
  /// How many moves are over by `stamp`, given that `least` are.
  [[nodiscard]] std::uint32_t first_after(std::uint64_t stamp, std::uint32_t least) const noexcept {
    std::size_t stride = 1;
    std::size_t low = least;
    while (low + stride <= moved_.size() && moved_[low + stride - 1] < stamp) {
      low += stride;
      stride *= 2;
    }
    const auto from = moved_.begin() + static_cast<std::ptrdiff_t>(low);
    const auto to = moved_.begin() + static_cast<std::ptrdiff_t>(std::min(moved_.size(), low + stride));
    return static_cast<std::uint32_t>(std::lower_bound(from, to, stamp) - moved_.begin());
  }

  bool place_deaths(std::span<const death> deaths) {
    expiries_.clear();
    victims_.clear();
    if (!deaths_recorded_) return true;
    victims_.resize(calls_.size());
    for (const death& d : deaths) {
      const call& by = calls_[d.call];
      if (d.cause == wane::cause::expired) {
        expiries_.push_back({.what = verb::expiry,
                             .thread = by.thread,
                             .ok = true,
                             .key = d.key,
                             .argument = d.value,
                             .invoked = by.invoked,
                             .responded = by.responded});
        continue;
      }
      if (d.key != by.key || d.cause != displaces(by))
        return breaks("a removal is reported by a call that cannot have caused it", d);
      victim& v = victims_[d.call];
      if (v.kills) return breaks("a call reports two removals that only one can be its own", d);
      v = {true, d.value};
    }
    return true;
  }
  bool breaks(const char* rule, const death& d) noexcept {
    result_.linearizable = false;
    result_.broken = rule;
    result_.key = d.key;
    result_.call = d.call;
    return false;
  }

  void sort_by_key() {
    items_.clear();
    items_.reserve(calls_.size() + expiries_.size());
    for (std::size_t i = 0; i < calls_.size() + expiries_.size(); ++i) {
      const call& c = the(i);
      if (c.what != verb::advance && c.what != verb::sweep) items_.push_back({c.key, c.invoked, i});
    }
    std::sort(items_.begin(), items_.end(),
              [](const item& a, const item& b) { return a.key != b.key ? a.key < b.key : a.invoked < b.invoked; });
  }

  // ---- One key -----------------------------------------------------------------------------------------------------

  void check_key(std::size_t begin, std::size_t end) {
    now_.assign(1, {});
    under_way_ = 0;
    latest_floor_ = 0;
    quiet_item_ = next_ = begin;
    quiet_ = {};
    for (;;) {
      const std::size_t first = first_to_return();
      const std::uint64_t returns = first < most_pending ? returns_[first] : still_running;
      if (next_ < end && items_[next_].invoked <= returns)
        invoke(items_[next_++].index);
      else if (returns == still_running)
        return;
      else if (!respond(first))
        return;
    }
  }
  [[nodiscard]] std::size_t first_to_return() const noexcept {
    std::size_t first = most_pending;
    for (set s = under_way_; s != 0; s &= s - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(s));
      if (first == most_pending || returns_[i] < returns_[first]) first = i;
    }
    return first;
  }

  void invoke(std::size_t index) {
    if (under_way_ == ~set{0}) throw std::invalid_argument("just_in_time: too many calls at a time");
    const call& c = the(index);
    const auto i = static_cast<std::size_t>(std::countr_one(under_way_));
    latest_floor_ = first_after(c.invoked, latest_floor_);
    std::uint32_t latest = latest_floor_;
    while (latest < begun_.size() && begun_[latest] <= c.responded) ++latest;
    slot_[i] = {&c, latest_floor_, latest, false, 0};
    if (index < victims_.size()) {
      slot_[i].kills = victims_[index].kills;
      slot_[i].victim = victims_[index].value;
    }
    index_[i] = index;
    returns_[i] = c.responded;
    under_way_ |= bit(i);
    readers_ = only_reads(c) ? readers_ | bit(i) : readers_ & ~bit(i);
  }

  /// The call in slot i returns: every configuration in which it has not taken effect goes on until it has.
  bool respond(std::size_t i) {
    then_.clear();
    seen_.clear();
    for (const position& p : now_) {
      if ((p.done & bit(i)) != 0)
        keep(p, i);
      else
        extend(p, i);
    }
    under_way_ &= ~bit(i);
    now_.swap(then_);
    if (now_.empty()) {
      result_.linearizable = false;
      result_.key = the(index_[i]).key;
      result_.call = index_[i];
      return false;
    }
    result_.most_configurations = std::max(result_.most_configurations, now_.size());
    if (under_way_ == 0 && now_.size() == 1) {
      quiet_item_ = next_;
      quiet_ = now_.front().at;
    }
    return true;
  }

  /// Adds to `then_` what comes of p by sequences of calls that end with the one in slot i.
  void extend(position p, std::size_t i) {
    for (bool settled = false; !settled;) {
      rules_.settle(p.at, floor_of(p));
      settled = true;
      for (set s = readers_ & under_way_ & ~p.done; s != 0; s &= s - 1) {
        const auto reader = static_cast<std::size_t>(std::countr_zero(s));
        rules_.step(p.at, slot_[reader], [&](const entry& next) {
          if (next != p.at) return;
          p.done |= bit(reader);
          settled = false;
        });
      }
      if ((p.done & bit(i)) != 0) return keep(p, i);
    }
    if (!seen_.add(p)) return;
    for (set s = under_way_ & ~p.done; s != 0; s &= s - 1) {
      const auto other = static_cast<std::size_t>(std::countr_zero(s));
      rules_.step(p.at, slot_[other], [&](const entry& next) {
        const position after{p.done | bit(other), next};
        if (other == i)
          keep(after, i);
        else
          extend(after, i);
      });
    }
  }
  /// The least index of the time that any call may still take effect at.
  [[nodiscard]] std::uint32_t floor_of(const position& p) const noexcept {
    std::uint32_t floor = latest_floor_;  // calls yet to come are invoked after the latest
    for (set s = under_way_ & ~p.done; s != 0; s &= s - 1)
      floor = std::min(floor, slot_[static_cast<std::size_t>(std::countr_zero(s))].earliest);
    return floor;
  }

  /// Adds p to the configurations that the return of the call in slot i leaves, unless one does as well.
  void keep(position p, std::size_t i) {
    rules_.settle(p.at, floor_of(p));
    p.done &= ~bit(i);
    const auto no_later = [](const entry& a, const entry& b) { return a.clock <= b.clock && a.set_at <= b.set_at; };
    for (position& other : then_) {
      if (other.done != p.done || other.at.value != p.at.value || other.at.deadline != p.at.deadline) continue;
      if (no_later(other.at, p.at)) return;
      if (no_later(p.at, other.at)) {
        other = p;
        return;
      }
    }
    then_.push_back(p);
  }

  std::span<const call> calls_;
  bool deaths_recorded_ = false;
  long_verdict result_;
  contract rules_;
  std::vector<std::size_t> moves_;    // the calls that move the clock, in order
  std::vector<std::uint64_t> begun_;  // when they are invoked
  std::vector<std::uint64_t> moved_;  // when they return
  std::vector<std::uint64_t> times_;
  std::vector<call> expiries_;
  std::vector<victim> victims_;  // by call, if deaths are recorded
  std::vector<item> items_;

  // The key that is looked into.
  std::array<placed_call, most_pending> slot_;
  std::array<std::size_t, most_pending> index_{};
  std::array<std::uint64_t, most_pending> returns_{};
  set under_way_ = 0;
  set readers_ = 0;
  std::uint32_t latest_floor_ = 0;  // of the calls invoked so far
  std::size_t next_ = 0;            // the item that is invoked next
  std::vector<position> now_, then_;
  visited seen_;
  // When it was last certain what the key holds.
  std::size_t quiet_item_ = 0;
  entry quiet_;
};

}  // namespace proptest
