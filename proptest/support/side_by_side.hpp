// SPDX-License-Identifier: BSL-1.0
// A map and its model next to each other, with one clock, and every comparison of the two that needs no command.
#pragma once

#include <wane/map.hpp>

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "command.hpp"
#include "faults.hpp"
#include "model.hpp"
#include "recorder.hpp"

namespace proptest {

/// To which hardly any table is small, so that what large ones do is tried with few entries.
struct small_caches : wane::std_environment {
  static constexpr unsigned cached_table_bits = 2;
};

/// A policy in which nothing happens that a command did not ask for.
template <class Codec, class Reclaimer, class Hash = wane::hash<typename Codec::key>>
struct driven : wane::policy<typename Codec::key> {
  using hash = Hash;
  using reclaimer = Reclaimer;
  using clock = wane::manual_clock;
  using listener = recorder<Codec>;
  using pages = failing_pages;
  using environment = small_caches;
};

template <class Codec, class Reclaimer, class Hash = wane::hash<typename Codec::key>>
class side_by_side {
 public:
  using policy = driven<Codec, Reclaimer, Hash>;
  using map = wane::map<typename Codec::key, typename Codec::value, policy>;

  explicit side_by_side(const wane::options& opts, bool hashes_collide = false, const Hash& hash = {})
      : options_(opts), hashes_collide_(hashes_collide), map_(opts, parts(hash)) {
    // What a thread keeps in a map is made at its first change. What that needs is looked into by a test of its own.
    (void)map_.erase(Codec::sought(0));
  }

 protected:
  using ticks = model::ticks;

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

  // ---- What commands hand to the map.

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

  // ---- Comparing.

  void compare_value(unsigned key, const std::optional<unsigned>& got) {
    const auto* const entry = model_.meet(key);
    REQUIRE(got.has_value() == (entry != nullptr), "key " << key << (got ? " should be absent" : " is missing"));
    REQUIRE(!got || *got == entry->value, "key " << key << " has " << *got << ", not " << entry->value);
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
    REQUIRE(swept.blocks_scanned + swept.blocks_skipped / 16 <= budget.blocks,
            "a sweep looked at more than its budget");
    const auto near = [&](std::chrono::nanoseconds a, std::chrono::nanoseconds b, std::size_t n) {
      return std::chrono::abs(a - b) <= model_.tick() * static_cast<std::int64_t>(n);
    };
    const auto& late = swept.lateness;
    REQUIRE(late.count() == removed, late.count() << " latenesses of " << removed << " entries");
    REQUIRE(near(late.max(), latest, 1) && near(std::chrono::round<std::chrono::nanoseconds>(late.sum()), sum, removed),
            "lateness " << late.max().count() << ", not " << latest.count());
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

 private:
  wane::components<policy> parts(const Hash& hash) {
    wane::components<policy> made;
    made.hash = hash;
    made.clock = clock_;
    made.listener = heard_;
    return made;
  }
};

}  // namespace proptest
