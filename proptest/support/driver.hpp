// SPDX-License-Identifier: BSL-1.0
// Runs a program of commands on a map and on its model, and compares what each call returns.
#pragma once

#include <algorithm>
#include <bit>
#include <new>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "any_options.hpp"
#include "codecs.hpp"
#include "command.hpp"
#include "faults.hpp"
#include "reclaimers.hpp"
#include "side_by_side.hpp"

namespace proptest {

template <class Codec, class Reclaimer, class Hash = wane::hash<typename Codec::key>>
class driver : private side_by_side<Codec, Reclaimer, Hash> {
  using base = side_by_side<Codec, Reclaimer, Hash>;

 public:
  using typename base::map;
  static constexpr bool copyable = std::copy_constructible<typename Codec::value>;
  using base::base;

  /// Runs the program, and then looks at everything there is to see. Throws mismatch.
  void run(const std::vector<command>& program) {
    for (const auto& c : program) {
      step(c);
      model_.settle(heard_.take());
      compare_sizes();
      forget_passers_by();
    }
    compare_entries();
    compare_counts();
  }

  [[nodiscard]] recorder<Codec>& heard() { return heard_; }
  /// What the listener is to be told when the map is destroyed.
  [[nodiscard]] std::vector<removal> left() const {
    std::vector<removal> all;
    for (const auto& [key, value] : model_.alive()) all.push_back({key, value, wane::cause::destroyed});
    return all;
  }

 private:
  using op = operation;
  using base::buckets_asked_for_;
  using base::clock_;
  using base::compare_check;
  using base::compare_counts;
  using base::compare_entries;
  using base::compare_sizes;
  using base::compare_sweep;
  using base::compare_ttl;
  using base::compare_value;
  using base::compare_visits;
  using base::condemned;
  using base::hashes_collide_;
  using base::heard_;
  using base::map_;
  using base::model_;
  using base::next;
  using base::options_;
  using base::reader_into;
  using base::successor;
  using base::ticks_of;
  using typename base::ticks;

  template <class Lifetime>
  [[nodiscard]] Lifetime lifetime_of(const term& t) const {
    return base::template lifetime_of<Lifetime>(t);
  }

  // ---- Faults.

  /// Calls the map under the command's fault. Returns false when the fault came through, in which case the map must be
  /// as it was, unless it was get_or_emplace that could not move the value out to its caller.
  template <class F>
  bool attempt(const command& c, F call) {
    return attempt(
        c, [](void* f) { (*static_cast<F*>(f))(); }, &call);
  }
  /// Apart, because this is long and there are many calls: compiling it for each took a fifth of the properties' time.
  bool attempt(const command& c, void (*make)(void*), void* call) {
    try {
      const armed_fault armed(c.fails);
      make(call);
      return true;
    } catch (const injected_fault& thrown) {
      REQUIRE(c.fails.what == fault::kind::user, "an injected fault that was not injected");
      const bool moving = dynamic_cast<const fault_in_move<typename Codec::value>*>(&thrown) != nullptr;
      if (moving && (c.what == op::get_or_emplace || c.what == op::get_or_emplace_for) && model_.meet(c.key) == nullptr)
        model_.insert(c.key, c.value, c.what == op::get_or_emplace ? model::never : ticks_of(c.life));
    } catch (const std::bad_alloc&) {
      REQUIRE(c.fails.what == fault::kind::heap || c.fails.what == fault::kind::pages, "bad_alloc without cause");
      REQUIRE(may_exhaust(c, Codec::allocates), "bad_alloc from an operation that needs no memory");
    }
    if (c.what == op::clear || c.what == op::erase_if_all)
      model_.settle_in_part(heard_.take(), c.what == op::clear ? wane::cause::cleared : wane::cause::erased);
    else
      model_.settle(heard_.take());
    compare_entries();
    return false;
  }

  // ---- One command.

  void step(const command& c) {
    const bool lives_by_ttl = c.life.what == term::kind::ttl;
    try {
      call(c);
    } catch (const std::invalid_argument&) {
      REQUIRE(lives_by_ttl && c.life.ns <= 0, "invalid_argument for a valid lifetime");
    }
  }

  /// Each case calls the map first, and the model only if that returned.
  void call(const command& c) {
    auto key = Codec::key_of(c.key);
    auto value = Codec::value_of(c.value);
    const auto sought = Codec::sought(c.key);
    const bool flip = c.amount % 2 == 0;
    switch (c.what) {
      case op::advance: {
        const std::chrono::nanoseconds step = flip ? std::chrono::microseconds(c.amount) : model_.tick();
        clock_.advance(step);
        model_.advance(step);
        return;
      }
      case op::insert: {
        const auto life = lifetime_of<typename map::lifetime>(c.life);
        bool inserted = false;
        const bool done = attempt(c, [&] {
          inserted = flip ? map_.insert(std::move(key), std::move(value), life)
                          : map_.insert(std::as_const(key), std::move(value), life);
        });
        if (done) inserts(c, inserted, ticks_of(c.life));
        return;
      }
      case op::try_emplace: {
        bool inserted = false;
        const bool done = attempt(c, [&] {
          inserted = flip ? map_.try_emplace(std::move(key), std::move(value))
                          : map_.try_emplace(sought, Codec::ingredient(c.value));
        });
        if (done) inserts(c, inserted, model::never);
        return;
      }
      case op::try_emplace_for: {
        const auto life = lifetime_of<typename map::lifetime>(c.life);
        bool inserted = false;
        const bool done =
            attempt(c, [&] { inserted = map_.try_emplace_for(life, std::move(key), Codec::ingredient(c.value)); });
        if (done) inserts(c, inserted, ticks_of(c.life));
        return;
      }
      case op::insert_or_assign: {
        const auto life = lifetime_of<typename map::assigned_lifetime>(c.life);
        bool inserted = false;
        const bool done = attempt(c, [&] { inserted = map_.insert_or_assign(std::move(key), std::move(value), life); });
        if (!done) return;
        if (const auto* const entry = model_.meet(c.key)) {
          REQUIRE(!inserted, "insert_or_assign inserted over a live entry");
          model_.assign(c.key, c.value, ticks_of(c.life, entry->deadline));
        } else {
          inserts(c, inserted, ticks_of(c.life));
        }
        return;
      }
      case op::get_or_emplace:
      case op::get_or_emplace_for: return get_or_emplace(c, std::move(key));
      case op::find: return find(c, sought);
      case op::visit: {
        std::optional<unsigned> seen;
        bool visited = false;
        const bool done = attempt(c, [&] {
          visited = map_.visit(sought, [&](const auto& k, const auto& v) {
            user_code();
            // A callable may call back into the map: here, for the entry that it is looking at.
            seen = map_.contains(k) && Codec::number_of(k) == c.key ? Codec::number_of(v) : 0xBAD;
          });
        });
        if (!done) return;
        const auto* const entry = model_.meet(c.key);
        REQUIRE(visited == (entry != nullptr) && visited == seen.has_value(), "visit of key " << c.key);
        REQUIRE(!visited || *seen == entry->value, "visit saw " << *seen << ", not " << entry->value);
        return;
      }
      case op::contains: {
        bool there = false;
        if (attempt(c, [&] { there = map_.contains(sought); }))
          REQUIRE(there == (model_.meet(c.key) != nullptr), "contains says " << there);
        return;
      }
      case op::replace: return replace(c, std::move(key), std::move(value));
      case op::compare_exchange: {
        const auto life = lifetime_of<typename map::assigned_lifetime>(c.life);
        const auto expected = Codec::expected(c.amount % 4);
        bool changed = false;
        const bool done =
            attempt(c, [&] { changed = map_.compare_exchange(std::move(key), expected, std::move(value), life); });
        if (!done) return;
        const auto* const entry = model_.meet(c.key);
        REQUIRE(changed == (entry != nullptr && entry->value == c.amount % 4), "compare_exchange says " << changed);
        if (changed) model_.assign(c.key, c.value, ticks_of(c.life, entry->deadline));
        return;
      }
      case op::update: {
        const auto life = lifetime_of<typename map::assigned_lifetime>(c.life);
        bool there = false;
        const bool done = attempt(c, [&] { there = map_.update(sought, successor, life); });
        if (!done) return;
        const auto* const entry = model_.meet(c.key);
        REQUIRE(there == (entry != nullptr), "update says " << there);
        if (there) model_.assign(c.key, next(entry->value), ticks_of(c.life, entry->deadline));
        return;
      }
      case op::upsert: {
        const auto life = lifetime_of<typename map::assigned_lifetime>(c.life);
        bool inserted = false;
        const bool done =
            attempt(c, [&] { inserted = map_.upsert(std::move(key), std::move(value), successor, life); });
        if (!done) return;
        if (const auto* const entry = model_.meet(c.key)) {
          REQUIRE(!inserted, "upsert inserted over a live entry");
          model_.assign(c.key, next(entry->value), ticks_of(c.life, entry->deadline));
        } else {
          inserts(c, inserted, ticks_of(c.life));
        }
        return;
      }
      case op::erase: {
        bool erased = false;
        if (attempt(c, [&] { erased = map_.erase(sought); })) removes(c, erased, true);
        return;
      }
      case op::erase_if_key: {
        bool erased = false;
        const bool done = attempt(c, [&] { erased = map_.erase_if(sought, condemned); });
        if (done) removes(c, erased, false);
        return;
      }
      case op::erase_if_all: {
        std::size_t erased = 0;
        if (!attempt(c, [&] { erased = map_.erase_if(condemned); })) return;
        std::size_t expected = 0;
        for (const auto k : model_.keys())
          if (const auto* const entry = model_.meet(k); entry != nullptr && entry->value % 2 == 0) {
            model_.remove(k, wane::cause::erased);
            ++expected;
          }
        REQUIRE(erased == expected, "erase_if erased " << erased << ", not " << expected);
        return;
      }
      case op::take: return take(c, sought);
      case op::clear: {
        if (!attempt(c, [&] { map_.clear(); })) return;
        for (const auto k : model_.keys())
          if (model_.meet(k) != nullptr) model_.remove(k, wane::cause::cleared);
        return;
      }
      case op::touch: {
        bool touched = false;
        const std::chrono::nanoseconds ttl(c.life.what == term::kind::ttl ? c.life.ns : 1'000'000);
        if (attempt(c, [&] { touched = map_.touch(sought, ttl, c.condition); }))
          moves(c, touched, model_.deadline_after(ttl));
        return;
      }
      case op::expire_at: {
        bool moved = false;
        const auto offset = std::chrono::nanoseconds(c.life.what == term::kind::deadline ? c.life.ns : 0);
        if (attempt(c, [&] { moved = map_.expire_at(sought, clock_.now() + offset, c.condition); }))
          moves(c, moved, model_.deadline_at(model_.now() + offset));
        return;
      }
      case op::persist: {
        bool moved = false;
        if (attempt(c, [&] { moved = map_.persist(sought, c.condition); })) moves(c, moved, model::never);
        return;
      }
      case op::ttl: {
        std::optional<std::chrono::nanoseconds> left;
        if (!attempt(c, [&] { left = map_.ttl(sought); })) return;
        const auto* const entry = model_.meet(c.key);
        REQUIRE(left.has_value() == (entry != nullptr), "ttl of key " << c.key);
        if (left) compare_ttl(*left, *entry);
        return;
      }
      case op::find_and_touch: return find_and_touch(c, sought);
      case op::for_each: {
        std::vector<std::pair<unsigned, unsigned>> seen;
        const bool done = attempt(c, [&] { map_.for_each(reader_into(seen)); });
        if (!done) return;
        model_.meet_all();
        compare_visits(seen);
        return;
      }
      case op::scan: return scan(c);
      case op::size: return;  // compared after every command
      case op::reserve: {
        const auto before = map_.bucket_count();
        if (!attempt(c, [&] { map_.reserve(c.amount); })) {
          REQUIRE(map_.bucket_count() == before, "reserve failed half way: " << before << " buckets grew");
          return;
        }
        buckets_asked_for_ = map_.bucket_count();
        const double room = static_cast<double>(buckets_asked_for_) * options_.max_load_factor;
        REQUIRE(!options_.growth || room >= c.amount, "reserve made room for " << room);
        return;
      }
      case op::shrink_to_fit: return shrink(c);
      case op::sweep_some: {
        const wane::sweep_budget budget{.blocks = c.amount % 5,
                                        .removals = c.amount % 7 == 0 ? SIZE_MAX : c.amount % 7};
        wane::sweep_result swept;
        if (attempt(c, [&] { swept = map_.sweep_some(budget); })) compare_sweep(swept, budget);
        return;
      }
      case op::sweep_everything: {
        // The first pass may have begun before the clock last moved; the second is whole.
        int passes = 0;
        for (int calls = 0; passes < 2; ++calls) {
          REQUIRE(calls < 10'000, "sweeping comes to no end");
          passes += map_.sweep_some().pass_ended ? 1 : 0;
        }
        model_.meet_all();
        return;
      }
      case op::collect: {
        const auto before = map_.stats().retired;
        std::size_t freed = 0;
        if (attempt(c, [&] { freed = map_.collect(); }))
          REQUIRE(map_.stats().retired + freed == before, "collect freed " << freed << " of " << before);
        return;
      }
      case op::stats: return compare_counts();
      case op::check: return compare_check();
      case op::dump: {
        std::ostringstream out;
        map_.dump(out);
        REQUIRE(!out.str().empty(), "dump wrote nothing");
        return;
      }
    }
  }

  // ---- Cases that are there only for copyable values.

  template <class Key>
  void get_or_emplace(const command& c, Key&& key) {
    if constexpr (copyable) {
      const bool plain = c.what == op::get_or_emplace;
      const auto life = plain ? typename map::lifetime(wane::forever) : lifetime_of<typename map::lifetime>(c.life);
      std::optional<unsigned> got;
      bool inserted = false;
      const bool done = attempt(c, [&] {
        auto result = plain ? map_.get_or_emplace(std::move(key), Codec::ingredient(c.value))
                            : map_.get_or_emplace_for(life, std::move(key), Codec::ingredient(c.value));
        got = Codec::number_of(result.first);
        inserted = result.second;
      });
      if (!done) return;
      const auto* const entry = model_.meet(c.key);
      REQUIRE(*got == (entry != nullptr ? entry->value : c.value), "get_or_emplace got " << *got);
      inserts(c, inserted, plain ? model::never : ticks_of(c.life));
    }
  }

  template <class Sought>
  void find(const command& c, const Sought& sought) {
    if constexpr (copyable) {
      std::optional<unsigned> got;
      const bool done = attempt(c, [&] {
        const auto result = map_.find(sought);
        if (result) got = Codec::number_of(*result);
      });
      if (done) compare_value(c.key, got);
    }
  }

  template <class Key, class Value>
  void replace(const command& c, Key&& key, Value&& value) {
    if constexpr (copyable) {
      const auto life = lifetime_of<typename map::assigned_lifetime>(c.life);
      std::optional<unsigned> got;
      const bool done = attempt(c, [&] {
        const auto result = map_.replace(std::move(key), std::move(value), life);
        if (result) got = Codec::number_of(*result);
      });
      if (!done) return;
      compare_value(c.key, got);
      if (const auto* const entry = model_.meet(c.key))
        model_.assign(c.key, c.value, ticks_of(c.life, entry->deadline));
    }
  }

  template <class Sought>
  void take(const command& c, const Sought& sought) {
    if constexpr (copyable) {
      std::optional<unsigned> got;
      const bool done = attempt(c, [&] {
        const auto result = map_.take(sought);
        if (result) got = Codec::number_of(*result);
      });
      if (!done) return;
      compare_value(c.key, got);
      if (got) model_.remove(c.key, wane::cause::erased);
    }
  }

  template <class Sought>
  void find_and_touch(const command& c, const Sought& sought) {
    if constexpr (copyable) {
      const std::chrono::nanoseconds ttl(c.life.what == term::kind::ttl ? c.life.ns : 1'000'000);
      std::optional<unsigned> got;
      const bool done = attempt(c, [&] {
        const auto result = map_.find_and_touch(sought, ttl, c.condition);
        if (result) got = Codec::number_of(*result);
      });
      if (!done) return;
      compare_value(c.key, got);
      const auto to = model_.deadline_after(ttl);
      if (auto* const entry = model_.meet(c.key); entry != nullptr && model::permits(c.condition, entry->deadline, to))
        entry->deadline = to;
    }
  }

  // ---- What several cases have in common.

  void inserts(const command& c, bool inserted, ticks deadline) {
    REQUIRE(inserted == (model_.meet(c.key) == nullptr), "insertion of key " << c.key << " says " << inserted);
    if (inserted) model_.insert(c.key, c.value, deadline);
  }
  void removes(const command& c, bool removed, bool unconditionally) {
    const auto* const entry = model_.meet(c.key);
    const bool expected = entry != nullptr && (unconditionally || entry->value % 2 == 0);
    REQUIRE(removed == expected, "removal of key " << c.key << " says " << removed);
    if (removed) model_.remove(c.key, wane::cause::erased);
  }
  void moves(const command& c, bool moved, ticks to) {
    auto* const entry = model_.meet(c.key);
    const bool expected = entry != nullptr && model::permits(c.condition, entry->deadline, to);
    REQUIRE(moved == expected, "moving the deadline of key " << c.key << " says " << moved);
    if (moved) entry->deadline = to;
  }

  void scan(const command& c) {
    if (cursor_.at_end() || !scanning_) {
      scan_seen_.clear();
      scan_stable_.clear();
      for (const auto& [k, v] : model_.alive()) scan_stable_.insert(k);
      scanning_ = true;
    }
    std::vector<std::pair<unsigned, unsigned>> seen;
    const std::size_t wanted = c.amount % 7;
    if (!attempt(c, [&] { cursor_ = map_.scan(cursor_, wanted, reader_into(seen)); })) return;
    REQUIRE(hashes_collide_ || seen.size() <= std::max<std::size_t>(wanted, 1), "scan visited " << seen.size());
    for (const auto& [k, v] : seen) {
      REQUIRE(model_.is_alive(k) && model_.meet(k)->value == v, "scan saw (" << k << ", " << v << ")");
      REQUIRE(scan_seen_.insert(k).second, "scan saw key " << k << " twice");
    }
    if (!cursor_.at_end()) return;
    for (const auto k : scan_stable_) REQUIRE(scan_seen_.contains(k), "scan missed key " << k);
    scanning_ = false;
  }
  /// Keys that have left the map since the scan began are no longer owed a visit.
  void forget_passers_by() {
    std::erase_if(scan_stable_, [&](unsigned k) { return !model_.is_alive(k); });
  }

  void shrink(const command& c) {
    if constexpr (requires { map_.shrink_to_fit(); }) {
      const auto before = map_.bucket_count();
      if (!attempt(c, [&] { map_.shrink_to_fit(); })) return;
      const auto after = buckets_asked_for_ = map_.bucket_count();
      const auto least = std::bit_ceil(std::max<std::size_t>(options_.minimum_buckets, 1));
      REQUIRE(after <= before && after >= std::min(least, before), before << " buckets shrank to " << after);
      const double needed = static_cast<double>(map_.size()) / options_.max_load_factor;
      REQUIRE(after <= least || static_cast<double>(after) <= 4 * needed, after << " buckets left for " << map_.size());
    }
  }

  wane::cursor cursor_;
  bool scanning_ = false;
  std::set<unsigned> scan_seen_;
  std::set<unsigned> scan_stable_;
};

/// The property: any program does to a map what it does to the model. Instances, where the codec counts them, must be
/// as many afterwards as before, and destruction must tell the listener of what is left.
template <class Codec, class Reclaimer, class Hash = wane::hash<typename Codec::key>>
void a_map_does_what_its_model_does(const program_shape& shape, bool hashes_collide = false, const Hash& hash = {}) {
  const auto opts = *any_small_options().as("options");
  const auto program = *any_program(shape).as("program");
  const attendance<Reclaimer> present;
  recorder<Codec> heard;
  std::vector<removal> left;
  {
    driver<Codec, Reclaimer, Hash> d(opts, hashes_collide, hash);
    d.run(program);
    heard = d.heard();
    left = d.left();
  }
  auto told = heard.take();
  std::ranges::sort(told);
  REQUIRE(told == left, "destruction told the listener of " << listed(told) << ", not of " << listed(left));
  if constexpr (requires { Codec::alive(); }) REQUIRE(Codec::alive() == 0, Codec::alive() << " objects leaked");
}

}  // namespace proptest
