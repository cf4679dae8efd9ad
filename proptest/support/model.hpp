// SPDX-License-Identifier: BSL-1.0
// The sequential model of a map: a std::map from key to value and deadline, a time, and the removal events due.
//
// An entry whose deadline has passed stays in the model, as `expired`, until it is reported. An operation that meets it
// must report it (`due`); any operation may, since hashes collide and chains are shared. So the model predicts exactly
// what each call returns and, after each call, exactly which entries are left.
#pragma once

#include <wane/cause.hpp>
#include <wane/lifetime.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace proptest {

/// The map and the model disagree.
struct mismatch : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void disagree(const char* file, int line, const std::ostringstream& detail) {
  throw mismatch(std::string(file) + ":" + std::to_string(line) + ": " + detail.str());
}

#define REQUIRE(condition, detail)                                                    \
  do {                                                                                \
    if (!(condition)) {                                                               \
      std::ostringstream require_detail;                                              \
      require_detail << detail; /* NOLINT(bugprone-macro-parentheses): a << b << c */ \
      ::proptest::disagree(__FILE__, __LINE__, require_detail);                       \
    }                                                                                 \
  } while (false)

struct removal {
  unsigned key;
  unsigned value;
  wane::cause cause;
  friend auto operator<=>(const removal&, const removal&) = default;
  friend std::ostream& operator<<(std::ostream& out, const removal& r) {
    return out << "(" << r.key << ", " << r.value << ", " << wane::to_string(r.cause) << ")";
  }
};

template <class Container>
[[nodiscard]] std::string listed(const Container& items) {
  std::ostringstream out;
  for (const auto& item : items) out << item << " ";
  return items.size() == 0 ? "none" : out.str();
}

class model {
 public:
  using ticks = std::uint64_t;
  using nanoseconds = std::chrono::nanoseconds;
  static constexpr ticks never = (ticks{1} << 40) - 1;

  struct entry {
    unsigned value;
    ticks deadline;
  };
  struct totals {
    std::uint64_t inserted = 0, erased = 0, expired = 0, replaced = 0, cleared = 0;
  };

  explicit model(nanoseconds tick) : tick_(tick) {}

  // Time, in nanoseconds since the map was made.

  void advance(nanoseconds step) { now_ += step; }
  [[nodiscard]] nanoseconds now() const { return now_; }
  [[nodiscard]] nanoseconds tick() const { return tick_; }
  /// The first tick that begins at or after `since_start`: where a deadline takes effect.
  [[nodiscard]] ticks deadline_at(nanoseconds since_start) const {
    if (since_start <= nanoseconds::zero()) return 0;
    const auto whole = static_cast<ticks>((since_start - nanoseconds(1)) / tick_) + 1;
    return std::min(whole, never - 1);
  }
  [[nodiscard]] ticks deadline_after(nanoseconds ttl) const {
    return deadline_at(ttl > nanoseconds::max() - now_ ? nanoseconds::max() : now_ + ttl);
  }
  [[nodiscard]] nanoseconds time_of(ticks deadline) const { return static_cast<std::int64_t>(deadline) * tick_; }

  // Entries.

  [[nodiscard]] bool is_expired(const entry& e) const {
    return e.deadline != never && static_cast<ticks>(now_ / tick_) >= e.deadline;
  }
  [[nodiscard]] bool is_alive(unsigned key) const {
    const auto at = entries_.find(key);
    return at != entries_.end() && !is_expired(at->second);
  }
  [[nodiscard]] std::map<unsigned, unsigned> alive() const {
    std::map<unsigned, unsigned> found;
    for (const auto& [key, e] : entries_)
      if (!is_expired(e)) found.emplace(key, e.value);
    return found;
  }
  /// Expired ones that nobody has reported included, as in map::size.
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] const totals& counts() const { return counts_; }
  [[nodiscard]] std::optional<ticks> earliest_deadline() const {
    std::optional<ticks> earliest;
    for (const auto& [key, e] : entries_)
      if (e.deadline != never && (!earliest || e.deadline < *earliest)) earliest = e.deadline;
    return earliest;
  }

  [[nodiscard]] const entry* find(unsigned key) const {
    const auto at = entries_.find(key);
    return at == entries_.end() ? nullptr : &at->second;
  }

  /// An operation looks at `key`. Returns its entry if it is alive; if it is not, but still there, its event is due.
  entry* meet(unsigned key) {
    const auto at = entries_.find(key);
    if (at == entries_.end()) return nullptr;
    if (!is_expired(at->second)) return &at->second;
    remove(key, wane::cause::expired);
    return nullptr;
  }
  void meet_all() {
    for (const auto key : keys()) meet(key);
  }
  void insert(unsigned key, unsigned value, ticks deadline) {
    entries_.emplace(key, entry{value, deadline});
    ++counts_.inserted;
  }
  void assign(unsigned key, unsigned value, ticks deadline) {
    const entry old = entries_.at(key);
    due_.insert({key, old.value, wane::cause::replaced});
    ++counts_.replaced;
    entries_.at(key) = entry{value, deadline};
  }
  void remove(unsigned key, wane::cause cause) {
    due_.insert({key, entries_.at(key).value, cause});
    forget(key, cause);
  }
  [[nodiscard]] std::vector<unsigned> keys() const {
    std::vector<unsigned> all;
    for (const auto& [key, e] : entries_) all.push_back(key);
    return all;
  }

  /// Whether `condition` lets the deadline of a live entry be moved to `to`.
  [[nodiscard]] static bool permits(wane::when condition, ticks from, ticks to) {
    switch (condition) {
      case wane::when::always: return true;
      case wane::when::if_later: return from != never && to > from;
      case wane::when::if_sooner: return to < from;
      case wane::when::if_none: return from == never;
      case wane::when::if_some: return from != never;
    }
    return false;
  }

  // Removal events.

  /// A call is over and has reported `events`: everything due must be among them, the rest must be entries that have
  /// expired.
  void settle(std::vector<removal> events) {
    for (const auto& expected : due_) {
      const auto at = std::find(events.begin(), events.end(), expected);
      REQUIRE(at != events.end(), "no event " << expected << "; there were: " << listed(events));
      events.erase(at);
    }
    due_.clear();
    for (const auto& event : events) {
      const auto at = entries_.find(event.key);
      REQUIRE(event.cause == wane::cause::expired && at != entries_.end() && is_expired(at->second) &&
                  at->second.value == event.value,
              "an event nobody expected: " << event);
      forget(event.key, event.cause);
    }
  }

  /// A call that works entry by entry was broken off: what it reported is what it did, as long as it did so with
  /// living entries and for the given cause.
  void settle_in_part(const std::vector<removal>& events, wane::cause cause) {
    due_.clear();
    for (const auto& event : events) {
      const auto at = entries_.find(event.key);
      REQUIRE(at != entries_.end() && at->second.value == event.value &&
                  event.cause == (is_expired(at->second) ? wane::cause::expired : cause),
              "an event nobody expected: " << event);
      forget(event.key, event.cause);
    }
  }

 private:
  void forget(unsigned key, wane::cause cause) {
    entries_.erase(key);
    switch (cause) {
      case wane::cause::erased: ++counts_.erased; break;
      case wane::cause::expired: ++counts_.expired; break;
      case wane::cause::cleared: ++counts_.cleared; break;
      case wane::cause::replaced:
      case wane::cause::destroyed: break;
    }
  }

  nanoseconds tick_;
  nanoseconds now_{0};
  std::map<unsigned, entry> entries_;
  std::multiset<removal> due_;
  totals counts_;
};

}  // namespace proptest
