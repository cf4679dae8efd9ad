// SPDX-License-Identifier: BSL-1.0
// wane::near_cache: a map in front of a backing store, read-through and write-through, that never serves what the store has let
// expire. Keys and values are strings.
//
//   wane::lmdb_store store("/var/lib/app");            // or a store of one's own: the concept is below
//   wane::near_cache cache(store, {.staleness = 1s});
//   cache.put("key", "value", 10min);                  // in the store when it returns
//   cache.find("key");                                 // from the map, or fetched: one fetch a key, however many ask
//
// How it stays right. Whoever is about to ask the store for a key, or to change it there, first puts a *flight* in its place in the
// map, and when it has its answer puts the value in the place of that very flight (compare_exchange). So
//   N1  there is one fetch for a key at a time: who finds a flight waits for what it brings;
//   N2  a value that was fetched before a change is not kept after it: the change has displaced the flight;
//   N3  a change whose flight was displaced by another change removes the key from the map when it is done, for the order in which
//       the two came to the store is not known: the next who asks fetches;
//   N4  an entry's deadline is counted from before the store was asked, less what the map's clock and ticks may add: it is never
//       later than the store's.
// As long as all changes go through one near_cache its histories are linearizable for each key; a change made elsewhere is seen after
// `staleness` at the latest.
//
// Progress: not lock-free. A call waits for the store, or for another's call to it; a hit waits for nobody.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wane/map.hpp>

namespace wane {

/// What a store has under a key.
struct stored {
  std::string value;
  /// The time it has left; `no_deadline` if it never expires.
  std::chrono::nanoseconds ttl = no_deadline;
};

/// What a near_cache asks of a store; all of it may be called by several threads at once. What it throws goes to whoever waits for
/// the answer; after a change that threw nothing is known of the store, and nothing is kept.
template <class S>
concept backing_store =
    requires(S& store, std::string_view key, std::chrono::nanoseconds ttl, std::span<const std::string_view> keys) {
      /// What it has under each key, in as few round trips as it takes.
      { store.get_many(keys) } -> std::same_as<std::vector<std::optional<stored>>>;
      /// Stores it, for a time or for ever (`no_deadline`), and returns when it will stay.
      { store.put(key, key, ttl) };
      /// Returns whether there was something to remove.
      { store.erase(key) } -> std::same_as<bool>;
    };

struct near_cache_options {
  /// How long at most a value is served without asking the store again; no_deadline where nobody else changes the store.
  std::chrono::nanoseconds staleness = std::chrono::seconds(1);
  /// Of the map.
  std::size_t expected_entries = 0;
};

/// How often the map did not have the answer.
struct near_cache_stats {
  std::uint64_t waits = 0;    ///< waited for another's call to the store
  std::uint64_t fetches = 0;  ///< keys asked of the store
};

template <backing_store Store, class Clock = coarse_clock>
class near_cache {
 public:
  /// `store` and the clock's source must outlive the cache.
  /// Throws: std::invalid_argument on a staleness <= 0; std::bad_alloc.
  explicit near_cache(Store& store, const near_cache_options& opts = {}, Clock clock = {})
      : store_(store),
        staleness_(opts.staleness),
        clock_(clock),
        entries_({.expected_entries = opts.expected_entries}, {.clock = clock}) {
    if (staleness_ <= staleness_.zero()) throw std::invalid_argument("wane: a staleness must be positive");
  }

  /// Returns: the value, or nothing. Throws: what the store throws, to everybody who waits for the same answer; std::bad_alloc.
  [[nodiscard]] std::optional<std::string> find(std::string_view key) {
    auto there = entries_.find(key);
    if (there && !there->under_way) return std::move(there->value);
    std::optional<std::string> value;
    look_up(std::span(&key, 1), std::span(&there, 1), std::span(&value, 1));
    return value;
  }

  /// values[i] = find(keys[i]), for each i: the waits for memory overlap, and one call to the store brings all that have to be fetched.
  /// Throws: as find, and std::invalid_argument, having done nothing, if the ranges differ in length.
  void find_many(std::span<const std::string_view> keys, std::span<std::optional<std::string>> values) {
    if (keys.size() != values.size()) throw std::invalid_argument("wane: as many values as keys are needed");
    std::vector<std::optional<entry>> there(keys.size());
    entries_.find_many(keys, there);
    look_up(keys, there, values);
  }

  /// Effects: stores it in the store, for `ttl`, and keeps it. Throws: std::invalid_argument on a TTL <= 0; what the store throws.
  void put(std::string_view key, std::string_view value, std::chrono::nanoseconds ttl = no_deadline) {
    if (ttl <= ttl.zero()) throw std::invalid_argument("wane: a TTL must be positive");
    change(key, [&] {
      store_.put(key, value, ttl);
      return std::optional<stored>({std::string(value), ttl});
    });
  }

  /// Effects: removes it from the store, too. Returns: whether the store had it. Throws: what the store throws.
  bool erase(std::string_view key) {
    bool had = false;
    change(key, [&] {
      had = store_.erase(key);
      return std::optional<stored>();
    });
    return had;
  }

  /// Effects: forgets what is kept under the key, for who knows that the store has something else by now.
  void invalidate(std::string_view key) { entries_.erase(key); }

  /// Each figure is exact when the cache is quiet.
  [[nodiscard]] near_cache_stats stats() const noexcept {
    // [NC1] relaxed: figures, with nothing behind them; pairs with nothing.
    const std::uint64_t waits = waits_.load(std::memory_order_relaxed);
    // [NC4] relaxed: as [NC1].
    const std::uint64_t fetches = fetches_.load(std::memory_order_relaxed);
    return {waits, fetches};
  }

  /// The map, for a sweeper, and for its size.
  [[nodiscard]] auto& entries() noexcept { return entries_; }

 private:
  using answer = std::optional<std::string>;

  /// One call to the store, under way.
  struct flight {
    std::promise<answer> arrival;
    std::shared_future<answer> result = arrival.get_future().share();
  };
  /// What the map has under a key: a value, or the flight that brings one.
  struct entry {
    std::string value;
    std::shared_ptr<flight> under_way;
    friend bool operator==(const entry& e, const std::shared_ptr<flight>& f) noexcept { return e.under_way == f; }
  };
  struct policy : wane::policy<std::string> {
    using clock = Clock;
  };
  using time_point = typename Clock::time_point;

  /// A flight of ours, from its place in the map to its landing. One that does not land, because something was thrown, or its thread
  /// ended, leaves the map and has its waiters throw.
  class own_flight {
   public:
    own_flight(near_cache& cache, std::string_view key)
        : cache_(cache), key_(key), flight_(std::make_shared<flight>()) {}
    own_flight(const own_flight&) = delete;
    own_flight& operator=(const own_flight&) = delete;
    ~own_flight() {
      if (!under_way_) return;
      leave();
      flight_->arrival.set_exception(std::make_exception_ptr(std::runtime_error("wane: the store did not answer")));
    }

    /// Takes the key's place in the map; false if somebody has it.
    bool take_off() { return under_way_ = cache_.entries_.insert(key_, entry{{}, flight_}); }
    /// Takes it from whoever has it (N2).
    void displace() {
      cache_.entries_.insert_or_assign(key_, entry{{}, flight_});
      under_way_ = true;
    }

    /// Whether the flight was still in its place, where the value is now, or nothing if it cannot be kept.
    bool arrive(const std::optional<stored>& found, time_point asked) {
      const auto until = found ? cache_.deadline_of(found->ttl, asked) : std::nullopt;
      if (!until) return leave();
      return cache_.entries_.compare_exchange(key_, flight_, entry{found->value, nullptr}, *until);
    }
    void fail(std::exception_ptr why) {
      leave();
      under_way_ = false;
      flight_->arrival.set_exception(std::move(why));
    }
    void tell(answer value) {
      under_way_ = false;
      flight_->arrival.set_value(std::move(value));
    }

   private:
    bool leave() {
      return cache_.entries_.erase_if(key_, [&](const auto&, const entry& e) { return e == flight_; });
    }

    near_cache& cache_;
    std::string key_;
    std::shared_ptr<flight> flight_;
    bool under_way_ = false;
  };

  using own_flights = std::vector<std::pair<std::size_t, std::unique_ptr<own_flight>>>;

  /// values[i] for keys[i], under which `there` was in the map a moment ago.
  void look_up(std::span<const std::string_view> keys, std::span<std::optional<entry>> there,
               std::span<std::optional<std::string>> values) {
    own_flights ours;
    std::vector<std::string_view> wanted;
    std::vector<std::pair<std::size_t, std::shared_ptr<flight>>> others;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      for (; !there[i]; there[i] = entries_.find(keys[i])) {
        auto mine = std::make_unique<own_flight>(*this, keys[i]);
        if (!mine->take_off()) continue;  // somebody was faster
        ours.emplace_back(i, std::move(mine));
        wanted.push_back(keys[i]);
        break;
      }
      if (!there[i]) continue;
      if (there[i]->under_way)
        others.emplace_back(i, std::move(there[i]->under_way));
      else
        values[i] = std::move(there[i]->value);
    }
    // Ours first: others wait for them, and so do we, for a key that is there twice.
    if (!ours.empty()) fetch(wanted, ours, values);
    for (const auto& [i, another] : others) values[i] = wait(*another);
  }

  void fetch(std::span<const std::string_view> keys, const own_flights& flights,
             std::span<std::optional<std::string>> values) {
    // [NC2] relaxed: as [NC1].
    fetches_.fetch_add(keys.size(), std::memory_order_relaxed);
    const auto asked = clock_.now();
    std::vector<std::optional<stored>> found;
    try {
      found = store_.get_many(keys);
      if (found.size() != keys.size()) throw std::logic_error("wane: the store answered for another number of keys");
    } catch (...) {
      for (const auto& [i, mine] : flights) mine->fail(std::current_exception());
      throw;
    }
    for (std::size_t n = 0; n < keys.size(); ++n) {
      const auto& [i, mine] = flights[n];
      mine->arrive(found[n], asked);
      values[i] = found[n] ? answer(std::move(found[n]->value)) : std::nullopt;
      mine->tell(values[i]);
    }
  }

  answer wait(const flight& another) {
    // [NC3] relaxed: as [NC1].
    waits_.fetch_add(1, std::memory_order_relaxed);
    return another.result.get();
  }

  /// Until when a value may be served that had `ttl` left at `asked` or later (N4); nothing if it is too late already.
  [[nodiscard]] std::optional<assigned_lifetime<Clock>> deadline_of(std::chrono::nanoseconds ttl,
                                                                    time_point asked) const {
    const auto life = std::min(ttl, staleness_);
    if (life == no_deadline) return forever;
    // A deadline is rounded up to a tick, and a sample is as old as the clock's resolution.
    const auto kept = life - (typename policy::tick(1) + resolution());
    if (kept <= kept.zero()) return std::nullopt;
    return time_point(std::chrono::duration_cast<typename Clock::duration>(
        std::min<std::chrono::nanoseconds>(kept, no_deadline - asked.time_since_epoch()) + asked.time_since_epoch()));
  }
  [[nodiscard]] static std::chrono::nanoseconds resolution() noexcept {
    if constexpr (requires { Clock::resolution(); })
      return Clock::resolution();
    else
      return std::chrono::nanoseconds(0);
  }

  /// N2, N3: displaces whatever is there, makes the change, and keeps its result if nothing has displaced us.
  template <class Change>
  void change(std::string_view key, Change&& make) {
    own_flight mine(*this, key);
    mine.displace();
    const auto asked = clock_.now();
    std::optional<stored> result;
    try {
      result = make();
      if (!mine.arrive(result, asked)) entries_.erase(key);
    } catch (...) {
      entries_.erase(key);
      mine.fail(std::current_exception());
      throw;
    }
    mine.tell(result ? answer(std::move(result->value)) : std::nullopt);
  }

  Store& store_;
  std::chrono::nanoseconds staleness_;
  Clock clock_;
  std::atomic<std::uint64_t> waits_ = 0;
  std::atomic<std::uint64_t> fetches_ = 0;
  wane::map<std::string, entry, policy> entries_;
};

}  // namespace wane
