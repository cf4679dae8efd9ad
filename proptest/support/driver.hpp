// SPDX-License-Identifier: BSL-1.0
// Runs a program of commands on a map and on its model side by side and compares everything that can be seen.
#pragma once

#include <wane/map.hpp>

#include <bit>
#include <new>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "codecs.hpp"
#include "command.hpp"
#include "faults.hpp"
#include "model.hpp"
#include "reclaimers.hpp"
#include "recorder.hpp"

namespace wane {

inline void showValue(const options& o, std::ostream& out) {
  out << "{.expected_entries = " << o.expected_entries << ", .max_load_factor = " << o.max_load_factor
      << ", .growth = " << o.growth << ", .minimum_buckets = " << o.minimum_buckets << "}";
}

}  // namespace wane

namespace proptest {

/// A policy in which nothing happens that a command did not ask for.
template <class Codec, class Reclaimer, class Hash = wane::hash<typename Codec::key>>
struct driven : wane::policy<typename Codec::key> {
  using hash = Hash;
  using reclaimer = Reclaimer;
  using clock = wane::manual_clock;
  using listener = recorder<Codec>;
  using pages = failing_pages;
};

template <class Codec, class Reclaimer, class Hash = wane::hash<typename Codec::key>>
class driver {
 public:
  using policy = driven<Codec, Reclaimer, Hash>;
  using map = wane::map<typename Codec::key, typename Codec::value, policy>;
  static constexpr bool copyable = std::copy_constructible<typename Codec::value>;

  explicit driver(const wane::options& opts, bool hashes_collide = false)
      : options_(opts), hashes_collide_(hashes_collide), map_(opts, parts()) {
    // What a thread keeps in a map is made at its first call. What that needs is looked into by a test of its own.
    (void)map_.contains(Codec::sought(0));
  }

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

 private:
  using op = operation;
  using ticks = model::ticks;

  wane::components<policy> parts() {
    wane::components<policy> made;
    made.clock = clock_;
    made.listener = heard_;
    return made;
  }

  // ---- Lifetimes: what a command asks for, as the map's type and as the model's ticks.

  template <class Lifetime>
  [[nodiscard]] Lifetime lifetime_of(const term& t) const {
    switch (t.what) {
      case term::kind::ttl: return std::chrono::nanoseconds(t.ns);
      case term::kind::deadline: return clock_.now() + std::chrono::nanoseconds(t.ns);
      case term::kind::keep:
        if constexpr (std::constructible_from<Lifetime, wane::keep_ttl_t>) return wane::keep_ttl;
        break;
      case term::kind::forever: break;
    }
    return wane::forever;
  }
  [[nodiscard]] ticks ticks_of(const term& t, ticks kept = model::never) const {
    switch (t.what) {
      case term::kind::ttl: return model_.deadline_after(std::chrono::nanoseconds(t.ns));
      case term::kind::deadline: return model_.deadline_at(model_.now() + std::chrono::nanoseconds(t.ns));
      case term::kind::keep: return kept;
      case term::kind::forever: break;
    }
    return model::never;
  }

  // ---- Faults.

  /// Whether an operation may run out of memory: it makes an entry, copies a value of which copies allocate, or has to
  /// say what is wrong with a TTL.
  static bool may_exhaust(const command& c) {
    switch (c.what) {
      case op::insert:
      case op::try_emplace:
      case op::try_emplace_for:
      case op::insert_or_assign:
      case op::get_or_emplace:
      case op::get_or_emplace_for:
      case op::replace:
      case op::compare_exchange:
      case op::update:
      case op::upsert:
      case op::reserve: return true;
      case op::find:
      case op::take: return Codec::allocates;
      case op::find_and_touch: return Codec::allocates || c.life.ns <= 0;
      case op::touch: return c.life.ns <= 0;
      default: return false;
    }
  }

  /// Calls the map under the command's fault. Returns false when the fault came through, in which case the map must be
  /// as it was.
  template <class F>
  bool attempt(const command& c, F&& call) {
    try {
      const armed_fault armed(c.fails);
      call();
      return true;
    } catch (const injected_fault&) {
      REQUIRE(c.fails.what == fault::kind::user, "an injected fault that was not injected");
    } catch (const std::bad_alloc&) {
      REQUIRE(c.fails.what == fault::kind::heap || c.fails.what == fault::kind::pages, "bad_alloc without cause");
      REQUIRE(may_exhaust(c), "bad_alloc from an operation that needs no memory");
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
      if (done) compare_value(c, got);
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
      compare_value(c, got);
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
      compare_value(c, got);
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
      compare_value(c, got);
      const auto to = model_.deadline_after(ttl);
      if (auto* const entry = model_.meet(c.key); entry != nullptr && model::permits(c.condition, entry->deadline, to))
        entry->deadline = to;
    }
  }

  // ---- What several cases have in common.

  static unsigned next(unsigned value) { return (value + 1) % 8; }
  static constexpr auto successor = [](const typename Codec::value& v) {
    user_code();
    return Codec::value_of(next(Codec::number_of(v)));
  };
  static constexpr auto condemned = [](const typename Codec::key&, const typename Codec::value& v) {
    user_code();
    return Codec::number_of(v) % 2 == 0;
  };
  static auto reader_into(std::vector<std::pair<unsigned, unsigned>>& seen) {
    return [&seen](const typename Codec::key& k, const typename Codec::value& v) {
      user_code();
      const suspended_fault not_mine;
      seen.emplace_back(Codec::number_of(k), Codec::number_of(v));
    };
  }

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
    const auto before = map_.bucket_count();
    if (!attempt(c, [&] { map_.shrink_to_fit(); })) return;
    const auto after = buckets_asked_for_ = map_.bucket_count();
    const auto least = std::bit_ceil(std::max<std::size_t>(options_.minimum_buckets, 1));
    REQUIRE(after <= before && after >= std::min(least, before), before << " buckets shrank to " << after);
    const double needed = static_cast<double>(map_.size()) / options_.max_load_factor;
    REQUIRE(after <= least || static_cast<double>(after) <= 4 * needed, after << " buckets left for " << map_.size());
  }

  void compare_value(const command& c, const std::optional<unsigned>& got) {
    const auto* const entry = model_.meet(c.key);
    REQUIRE(got.has_value() == (entry != nullptr), "key " << c.key << (got ? " should be absent" : " is missing"));
    REQUIRE(!got || *got == entry->value, "key " << c.key << " has " << *got << ", not " << entry->value);
  }

  void compare_ttl(std::chrono::nanoseconds left, const model::entry& entry) {
    if (entry.deadline == model::never) {
      REQUIRE(left == wane::no_deadline, "a TTL of " << left.count() << " ns on an entry without one");
      return;
    }
    const auto exact = model_.time_of(entry.deadline) - model_.now();
    REQUIRE(left > left.zero() && left <= std::max(exact, model_.tick()) && left > exact - model_.tick(),
            "a TTL of " << left.count() << " ns, where " << exact.count() << " are left");
  }

  void compare_sweep(const wane::sweep_result& swept, const wane::sweep_budget& budget) {
    // The lateness of what this sweep removed follows from the model, which has not heard of the removals yet.
    std::size_t removed = 0;
    std::chrono::nanoseconds latest{0}, sum{0};
    const auto events = heard_.take();
    for (const auto& event : events) {
      ++removed;
      auto* const entry = model_.find(event.key);
      REQUIRE(entry != nullptr, "a sweep removed " << event);
      const auto late = model_.now() - model_.time_of(entry->deadline);
      latest = std::max(latest, late);
      sum += late;
    }
    model_.settle(events);
    REQUIRE(swept.removed == removed, "a sweep says it removed " << swept.removed << ", not " << removed);
    REQUIRE(removed <= budget.removals, "a sweep removed more than its budget");
    REQUIRE(swept.blocks_scanned + swept.blocks_skipped <= budget.blocks, "a sweep looked at more than its budget");
    const auto near = [&](std::chrono::nanoseconds a, std::chrono::nanoseconds b, std::size_t n) {
      return std::chrono::abs(a - b) <= model_.tick() * static_cast<std::int64_t>(n);
    };
    REQUIRE(near(swept.lateness_max, latest, 1) && near(swept.lateness_sum, sum, removed),
            "lateness " << swept.lateness_max.count() << ", not " << latest.count());
    REQUIRE(swept.next_due >= std::chrono::nanoseconds(0), "due " << swept.next_due.count() << " ns ago");
  }

  void compare_visits(const std::vector<std::pair<unsigned, unsigned>>& seen) {
    const std::map<unsigned, unsigned> distinct(seen.begin(), seen.end());
    REQUIRE(distinct.size() == seen.size(), "a key was visited twice");
    REQUIRE(distinct == model_.alive(), "visited " << distinct.size() << " of " << model_.alive().size());
  }

  void compare_sizes() {
    REQUIRE(map_.size() == model_.size() && map_.empty() == (model_.size() == 0),
            "size is " << map_.size() << ", not " << model_.size());
    REQUIRE(options_.growth || map_.bucket_count() == buckets_asked_for_,
            "a table that must not grow or shrink has done so");
  }

  /// Looks at every entry, so that every expired one is met.
  void compare_entries() {
    compare_check();
    std::vector<std::pair<unsigned, unsigned>> seen;
    map_.for_each(reader_into(seen));
    model_.meet_all();
    model_.settle(heard_.take());
    compare_visits(seen);
    for (const auto& [k, v] : model_.alive()) {
      bool same = false;
      map_.visit(Codec::sought(k),
                 [&, number = v](const auto&, const auto& found) { same = Codec::number_of(found) == number; });
      REQUIRE(same, "key " << k << " is in the list but not to be found");
    }
    compare_sizes();
    compare_check();
  }

  void compare_check() {
    const auto report = map_.check();
    REQUIRE(report.ok(), "check: " << listed(report.problems));
    REQUIRE(report.entries == model_.size(), "check met " << report.entries << " entries of " << model_.size());
  }

  void compare_counts() {
    const auto s = map_.stats();
    const auto& expected = model_.counts();
    REQUIRE(s.size == model_.size(), "stats.size is " << s.size);
    REQUIRE(s.inserted == expected.inserted, "stats.inserted is " << s.inserted << ", not " << expected.inserted);
    REQUIRE(s.erased == expected.erased, "stats.erased is " << s.erased << ", not " << expected.erased);
    REQUIRE(s.expired == expected.expired, "stats.expired is " << s.expired << ", not " << expected.expired);
    REQUIRE(s.replaced == expected.replaced, "stats.replaced is " << s.replaced << ", not " << expected.replaced);
    REQUIRE(s.cleared == expected.cleared, "stats.cleared is " << s.cleared << ", not " << expected.cleared);
    REQUIRE(s.listener_errors == 0 && s.buckets == map_.bucket_count(), "stats of the table");
    REQUIRE(s.retired + s.size <= s.slots, s.retired << " retired and " << s.size << " live in " << s.slots);
    REQUIRE(!s.to_string().empty(), "stats without words");
  }

  wane::options options_;
  bool hashes_collide_;
  wane::manual_clock clock_;
  recorder<Codec> heard_;
  map map_;
  std::size_t buckets_asked_for_ = map_.bucket_count();  // without growth only reserve and shrink_to_fit change it
  model model_{std::chrono::duration_cast<std::chrono::nanoseconds>(typename policy::tick(1))};

  wane::cursor cursor_;
  bool scanning_ = false;
  std::set<unsigned> scan_seen_;
  std::set<unsigned> scan_stable_;
};

/// Small tables, in which growth, initialisation and shrinking happen within a few commands.
[[nodiscard]] inline rc::Gen<wane::options> any_small_options() {
  return rc::gen::build<wane::options>(
      rc::gen::set(&wane::options::minimum_buckets, rc::gen::element<std::size_t>(1, 2, 4, 16)),
      rc::gen::set(&wane::options::max_load_factor, rc::gen::element(0.5, 1.0, 1.0, 3.0)),
      rc::gen::set(&wane::options::growth, rc::gen::element(true, true, true, false)),
      rc::gen::set(&wane::options::expected_entries, rc::gen::element<std::size_t>(0, 0, 0, 5, 100)));
}

/// The property: any program does to a map what it does to the model. Instances, where the codec counts them, must be
/// as many afterwards as before, and destruction must tell the listener nothing.
template <class Codec, class Reclaimer, class Hash = wane::hash<typename Codec::key>>
void a_map_does_what_its_model_does(const program_shape& shape, bool hashes_collide = false) {
  const auto opts = *any_small_options().as("options");
  const auto program = *any_program(shape).as("program");
  const attendance<Reclaimer> present;
  recorder<Codec> heard;
  {
    driver<Codec, Reclaimer, Hash> d(opts, hashes_collide);
    d.run(program);
    heard = d.heard();
  }
  REQUIRE(heard.take().empty(), "the listener was told of the map's destruction");
  if constexpr (requires { Codec::alive(); }) REQUIRE(Codec::alive() == 0, Codec::alive() << " objects leaked");
}

}  // namespace proptest
