// SPDX-License-Identifier: BSL-1.0
// The contract a second time, as plainly as can be, to check the checkers against: every order of the calls and the clock's
// moves is tried; the clock moves when its turn comes; expiry is an event of its own that may happen at any time; nothing
// is remembered and nothing is cut short. For histories of a handful of calls.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "history.hpp"

namespace proptest {

class brute_force {
 public:
  [[nodiscard]] static bool is_linearizable(const small_history& h) {
    for (const call& c : h.calls())
      if (c.what != verb::advance && !brute_force(h, c.key).search({})) return false;
    for (const death& d : h.deaths())
      if (!brute_force(h, d.key).search({})) return false;
    return true;
  }

 private:
  static constexpr std::uint64_t never = (std::uint64_t{1} << 40) - 1;

  struct item {
    call c;
    std::uint64_t before = 0;  // of items
    std::vector<death> deaths;
  };
  /// A refusal, or what ttl() told, that waits for a clock sample to account for it.
  struct debt {
    std::size_t by;
    std::uint64_t deadline;
  };
  struct world {
    std::uint64_t done = 0;
    std::optional<std::uint64_t> value;
    std::uint64_t deadline = 0;
    std::uint64_t written = 0;  // the time a reader of the word is sure to know of
    std::vector<std::uint64_t> times;
    std::vector<std::uint64_t> moved;  // the items done when the clock took each of the times
    std::vector<debt> debts;
  };

  brute_force(const small_history& h, std::uint64_t key) : h_(h) {
    std::vector<std::size_t> place(h.size(), ~std::size_t{0});
    std::vector<std::uint64_t> before;
    for (std::size_t i = 0; i < h.size(); ++i) {
      if (h[i].what != verb::advance && h[i].key != key) continue;
      place[i] = items_.size();
      items_.push_back({h[i], h.before(i), {}});
    }
    const std::size_t own = items_.size();
    for (const death& d : h.deaths()) {
      if (d.key != key) continue;
      if (d.cause == wane::cause::expired) {
        item e{h[d.call], h.before(d.call), {d}};
        e.c.what = verb::expiry;
        items_.push_back(e);
        place.push_back(d.call);  // whose order it shares
      } else if (place[d.call] == ~std::size_t{0}) {
        hopeless_ = true;
      } else {
        items_[place[d.call]].deaths.push_back(d);
      }
    }
    // From sets of calls to sets of items.
    for (item& it : items_) {
      std::uint64_t mapped = 0;
      for (std::size_t i = 0; i < h.size(); ++i) {
        if ((it.before >> i & 1) == 0) continue;
        if (place[i] != ~std::size_t{0}) mapped |= std::uint64_t{1} << place[i];
        for (std::size_t e = own; e < items_.size(); ++e)
          if (place[h.size() + e - own] == i) mapped |= std::uint64_t{1} << e;
      }
      it.before = mapped;
    }
  }

  [[nodiscard]] bool is_after(std::size_t a, std::size_t b) const { return (items_[a].before >> b & 1) != 0; }

  bool search(world w) {
    if (hopeless_) return false;
    if (w.times.empty()) {
      w.times = {h_.start().time};
      w.moved = {0};
      if (h_.start().deadline != absent) w.value = h_.start().value, w.deadline = h_.start().deadline;
      w.written = h_.start().time;
    }
    bool finished = w.debts.empty();
    for (std::size_t i = 0; i < items_.size(); ++i)
      if ((w.done >> i & 1) == 0 && items_[i].c.responded != still_running) finished = false;
    if (finished) return true;
    if (!h_.deaths_recorded() && w.value && w.times.back() >= w.deadline) {
      world next = w;
      next.value.reset();
      if (search(next)) return true;
    }
    for (std::size_t i = 0; i < items_.size(); ++i)
      if ((w.done >> i & 1) == 0 && (items_[i].before & ~w.done) == 0 && take(w, i)) return true;
    // Whoever is in debt may sample the clock now.
    for (std::size_t d = 0; d < w.debts.size(); ++d) {
      if (!pays(w, w.debts[d], w.times.back())) continue;
      world next = w;
      next.debts.erase(next.debts.begin() + static_cast<std::ptrdiff_t>(d));
      return search(next);
    }
    return false;
  }

  bool take(const world& w, std::size_t i) {
    const call& c = items_[i].c;
    world next = w;
    next.done |= std::uint64_t{1} << i;
    if (c.what == verb::advance) {
      // Who has returned can no longer sample the clock.
      for (const debt& d : w.debts)
        if (is_after(i, d.by)) return false;
      next.times.push_back(w.times.back() + c.ticks);
      std::uint64_t moved = 0;
      for (std::size_t j = 0; j < items_.size(); ++j)
        if (items_[j].c.what == verb::advance) moved |= next.done & std::uint64_t{1} << j;
      next.moved.push_back(moved);
      return search(next);
    }
    if (c.what == verb::expiry) {
      if (!w.value || *w.value != items_[i].deaths[0].value || w.times.back() < w.deadline) return false;
      next.value.reset();
      return search(next);
    }
    return effects(w, next, i);
  }

  /// The times that a sample inside the call can have had so far.
  std::vector<std::uint64_t> samples(const world& w, std::size_t i) const {
    std::vector<std::uint64_t> found;
    std::uint64_t preceding = 0;
    for (std::size_t j = 0; j < items_.size(); ++j)
      if (items_[j].c.what == verb::advance && is_after(i, j)) preceding |= std::uint64_t{1} << j;
    for (std::size_t t = 0; t < w.times.size(); ++t) {
      if ((preceding & ~w.moved[t]) != 0) continue;
      bool returned = false;
      for (std::size_t j = 0; j < items_.size(); ++j)
        returned = returned || ((w.moved[t] >> j & 1) != 0 && is_after(j, i));
      if (!returned) found.push_back(w.times[t]);
    }
    return found;
  }

  static bool allows(wane::when condition, std::uint64_t from, std::uint64_t to) {
    if (condition == wane::when::if_later) return from != never && (to == never || to > from);
    if (condition == wane::when::if_sooner) return from == never ? to != never : to < from;
    if (condition == wane::when::if_none) return from == never;
    if (condition == wane::when::if_some) return from != never;
    return true;
  }
  /// The deadline that the call gives when its sample is `time`.
  static std::uint64_t deadline(const call& c, std::uint64_t time, std::uint64_t kept) {
    if (c.life == life::forever) return never;
    if (c.life == life::until) return std::min(c.ticks, never - 1);
    if (c.life == life::keep) return kept;
    return std::min(time + c.ticks, never - 1);
  }
  bool pays(const world&, const debt& d, std::uint64_t time) const {
    const call& c = items_[d.by].c;
    if (c.what != verb::ttl) return !allows(c.condition, d.deadline, deadline(c, time, d.deadline));
    if (d.deadline == never) return c.seen == forever_left;
    return time < d.deadline ? c.seen == d.deadline - time : c.seen <= 1;
  }

  bool effects(const world& w, world& next, std::size_t i) {
    const call& c = items_[i].c;
    const auto drawn = samples(w, i);
    if (drawn.empty()) return false;
    const bool weak = h_.order() == ordering::happens_before;
    const bool present = w.value.has_value();
    const std::uint64_t earliest = std::max(drawn.front(), w.written);
    const bool sampled_alive = present && earliest < w.deadline;
    const bool alive = weak ? sampled_alive : present && w.times.back() < w.deadline;
    const bool as_seen = !c.saw || (present && *w.value == c.seen);
    const auto& deaths = items_[i].deaths;
    const auto unchanged = [&] { return deaths.empty() && search(next); };
    const auto indebted = [&] {
      next.debts.push_back({i, w.deadline});
      // A sample that is drawn already will do as well.
      for (const std::uint64_t t : drawn)
        if (pays(w, next.debts.back(), t)) {
          next.debts.pop_back();
          break;
        }
      return unchanged();
    };
    const auto names = [&](wane::cause why) {
      return !h_.deaths_recorded() || (deaths.size() == 1 && deaths[0].cause == why && deaths[0].value == *w.value);
    };
    const auto store = [&](std::uint64_t value, bool conditional) {
      for (const std::uint64_t t : drawn) {
        const std::uint64_t to = deadline(c, t, present ? w.deadline : never);
        if (conditional && !allows(c.condition, w.deadline, to)) continue;
        next.value = value;
        next.deadline = to;
        next.written = !weak ? w.times.back() : present ? earliest : drawn.front();
        if (search(next)) return true;
      }
      return false;
    };
    const auto insert = [&] { return !present && deaths.empty() && store(c.argument, false); };
    const auto assign = [&] {
      return sampled_alive && as_seen && names(wane::cause::replaced) && store(c.argument, false);
    };
    const auto remove = [&](wane::cause why) {
      if (!sampled_alive || !names(why)) return false;
      next.value.reset();
      return search(next);
    };
    switch (c.what) {
      case verb::find:
      case verb::contains: return c.ok ? alive && as_seen && unchanged() : !present && unchanged();
      case verb::ttl: return !c.ok ? !present && unchanged() : alive && (c.saw ? indebted() : unchanged());
      case verb::insert: return c.ok ? insert() : alive && unchanged();
      case verb::get_or_emplace:
        return c.ok ? (!c.saw || c.seen == c.argument) && insert() : alive && as_seen && unchanged();
      case verb::insert_or_assign:
        return c.ok ? insert() : sampled_alive && names(wane::cause::replaced) && store(c.argument, false);
      case verb::upsert: return c.ok ? insert() : assign();
      case verb::replace:
      case verb::update: return c.ok ? assign() : !present && unchanged();
      case verb::compare_exchange:
        if (!c.ok) return (!present || (alive && *w.value != c.expected)) && unchanged();
        return present && *w.value == c.expected && sampled_alive && names(wane::cause::replaced) &&
               store(c.argument, false);
      case verb::erase:
      case verb::take: return c.ok ? as_seen && remove(wane::cause::erased) : !present && unchanged();
      case verb::erase_if:
        if (c.ok) return as_seen && remove(wane::cause::erased);
        return (c.saw ? alive && as_seen : !present) && unchanged();
      case verb::touch:
      case verb::expire_at:
      case verb::persist:
      case verb::find_and_touch: {
        const bool both = c.what == verb::find_and_touch;
        if (!present) return !c.ok && unchanged();
        if (both && (!c.ok || !as_seen)) return false;
        world kept = next;
        if ((both || !c.ok) && alive && indebted()) return true;
        next = kept;
        return c.ok && sampled_alive && deaths.empty() && store(*w.value, true);
      }
      case verb::clear:
        if (!present) return unchanged();
        return remove(wane::cause::cleared);
      case verb::sweep:
      case verb::advance:
      case verb::expiry: break;
    }
    return unchanged();
  }

  const small_history& h_;
  std::vector<item> items_;
  bool hopeless_ = false;
};

}  // namespace proptest
