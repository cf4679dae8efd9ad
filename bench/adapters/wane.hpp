// SPDX-License-Identifier: BSL-1.0
// wane::map under each of its reclaimers.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>
#include <wane/map.hpp>
#include <wane/reclaim/controls.hpp>
#include <wane/reclaim/hazard.hpp>
#include <wane/reclaim/ibr.hpp>
#include <wane/reclaim/rcu.hpp>
#include <wane/reclaim/versioned.hpp>
#include <wane/sweeper.hpp>

#include "../expiry/concept.hpp"
#include "../replay_clock.hpp"
#include "concept.hpp"

/// The study's hash is as cheap as wane's own: nodes need not keep it.
template <>
inline constexpr bool wane::hash_is_recomputed<bench::hash, bench::key_type> = true;

namespace bench {

template <class Reclaimer, class Clock, class Listener, class Key>
struct wane_policy : wane::policy<Key> {
  using hash = bench::hash;
  using reclaimer = Reclaimer;
  using clock = Clock;
  using listener = Listener;
};

/// A map, with or without a sweeper. What the workloads need of it is the same for all reclaimers and clocks.
template <class Reclaimer, class Clock, class Listener = wane::no_listener, class Key = key_type>
class basic_wane {
  using map_type = wane::map<Key, value_type, wane_policy<Reclaimer, Clock, Listener, Key>>;

 public:
  using key = Key;
  using clock = Clock;
  static constexpr bool stores = true;
  static constexpr std::string_view expiry = "native, sweeper on";

  explicit basic_wane(std::size_t expected = 0, Listener listener = {})
      : map_({.expected_entries = expected}, {.listener = listener}) {}

  void start_sweeper(const wane::sweeper_options& opts = {}) {
    sweeper_.emplace(opts);
    sweeper_->attach(map_);
    sweeper_->start();
    sweeping_since_ = std::chrono::steady_clock::now();
  }

  /// Entries that are linked, expired ones that nobody has met included.
  [[nodiscard]] std::size_t resident() const { return map_.stats().size; }

  /// For the workloads that look at the reclaimer.
  static constexpr bool frees = !std::same_as<Reclaimer, wane::leak>;
  /// Without the bags that list them, four bytes a node.
  [[nodiscard]] std::size_t retired_bytes() const {
    const wane::stats s = map_.stats();
    return s.retired * s.node_bytes;
  }

  /// Figures by the names of wane::stats, and of wane::sweeper_stats where there is a sweeper.
  [[nodiscard]] facts describe() const {
    const wane::stats s = map_.stats();
    facts all{
        {"buckets", static_cast<double>(s.buckets)},         {"growths", static_cast<double>(s.growths)},
        {"node_bytes", static_cast<double>(s.node_bytes)},   {"slots", static_cast<double>(s.slots)},
        {"retired", static_cast<double>(s.retired)},         {"mapped_bytes", static_cast<double>(s.mapped_bytes)},
        {"heap_bytes", static_cast<double>(s.heap_bytes)},   {"huge_pages", s.huge_pages ? 1.0 : 0.0},
        {"met_expired", static_cast<double>(s.met_expired)},
    };
    if (sweeper_) {
      using seconds = std::chrono::duration<double>;
      const wane::sweeper_stats w = sweeper_->stats();
      all["sweeper_cpu_share"] = seconds(w.cpu_time) / seconds(std::chrono::steady_clock::now() - sweeping_since_);
      all["sweeper_removed"] = static_cast<double>(w.removed);
      all["sweeper_passes"] = static_cast<double>(w.passes);
      all["sweeper_blocks_scanned"] = static_cast<double>(w.blocks_scanned);
      all["sweeper_pass_max_seconds"] = seconds(w.pass_max).count();
      all["sweeper_lateness_mean_seconds"] = seconds(w.lateness.mean()).count();
      all["sweeper_lateness_p50_seconds"] = seconds(w.lateness.quantile(0.5)).count();
      all["sweeper_lateness_p99_seconds"] = seconds(w.lateness.quantile(0.99)).count();
      all["sweeper_lateness_max_seconds"] = seconds(w.lateness.max()).count();
      all["sweeper_target_seconds"] = seconds(w.target).count();
      all["sweeper_target_missed_seconds"] = seconds(w.window.missed_by).count();
    }
    return all;
  }

  class session {
   public:
    explicit session(basic_wane& map) : map_(map.map_) {}

    bool find(key_argument<Key> key, value_type& out) {
      const auto found = map_.find(key);
      if (found) out = *found;
      return found.has_value();
    }
    std::size_t find_many(const std::vector<Key>& keys, std::vector<std::optional<value_type>>& values) {
      return map_.find_many(keys, values);
    }
    bool insert(key_argument<Key> key, value_type value) { return map_.insert(key, value); }
    bool erase(key_argument<Key> key) { return map_.erase(key); }
    void assign(key_argument<Key> key, value_type value) { map_.insert_or_assign(key, value); }
    void quiescent() {
      if constexpr (requires { Reclaimer::quiescent(); }) Reclaimer::quiescent();
    }
    std::size_t size() { return map_.size(); }

    /// For the workloads that look at the reclaimer.
    void collect() { map_.collect(); }
    template <class F>
    bool visit(key_argument<Key> key, F&& f) {
      return map_.visit(key, std::forward<F>(f));
    }
    /// As the map's own operations enter theirs.
    [[nodiscard]] auto enter() {
      return typename Reclaimer::guard(map_.domain(), wane::std_environment::thread_slot());
    }

    /// For `expire`.
    bool insert(key_argument<Key> key, value_type value, typename clock::time_point deadline) {
      return map_.insert(key, value, deadline);
    }
    /// For the scenes.
    bool touch(key_argument<Key> key, typename clock::time_point deadline) { return map_.expire_at(key, deadline); }

    /// For `replay`.
    bool get(key_argument<Key> key) { return map_.find(key).has_value(); }
    void set(key_argument<Key> key, std::uint32_t ttl_s) {
      if (ttl_s == 0)
        map_.insert_or_assign(key, value_of(key));
      else
        map_.insert_or_assign(key, value_of(key), std::chrono::seconds(ttl_s));
    }
    void add(key_argument<Key> key, std::uint32_t ttl_s) {
      if (ttl_s == 0)
        map_.insert(key, value_of(key));
      else
        map_.insert(key, value_of(key), std::chrono::seconds(ttl_s));
    }
    void increment(key_argument<Key> key) {
      map_.update(key, [](value_type value) { return value + 1; });
    }

   private:
    map_type& map_;
    [[no_unique_address]] typename Reclaimer::participant participant_;
  };

 private:
  map_type map_;
  std::optional<wane::sweeper> sweeper_;  // after the map, so that it ends before it
  std::chrono::steady_clock::time_point sweeping_since_;
};

/// Passes on which entries have expired.
struct wane_listener {
  expiry::mourner* told = nullptr;
  void operator()(const key_type&, const value_type& value, wane::cause why) const {
    if (why == wane::cause::expired) told->expired(value);
  }
};

/// What the scenes ask of a cache. The sweeper is told their target for lateness.
template <class Reclaimer>
class wane_in_scene : public basic_wane<Reclaimer, expiry::scene_clock, wane_listener> {
 public:
  static constexpr bool limits_garbage = true;

  wane_in_scene(std::size_t expected, expiry::mourner& told)
      : basic_wane<Reclaimer, expiry::scene_clock, wane_listener>(expected, wane_listener{&told}) {}

  void start_cleaner(std::size_t garbage_bytes) {
    this->start_sweeper({.lateness = std::chrono::seconds(1), .garbage_bytes = garbage_bytes});
  }
};

template <class Reclaimer>
class wane_map : public basic_wane<Reclaimer, wane::coarse_clock> {
 public:
  using expiring = basic_wane<Reclaimer, wane::coarse_clock>;
  using replaying = basic_wane<Reclaimer, replay_clock>;
  using in_scene = wane_in_scene<Reclaimer>;
  /// A reclaimer that hands out copies holds none.
  using with_strings = std::conditional_t<Reclaimer::value_only, void,
                                          basic_wane<Reclaimer, wane::coarse_clock, wane::no_listener, std::string>>;
  using basic_wane<Reclaimer, wane::coarse_clock>::basic_wane;
};

using wane_epoch = wane_map<wane::epoch>;
using wane_rcu_memb = wane_map<wane::rcu<wane::memb>>;
using wane_rcu_qsbr = wane_map<wane::rcu<wane::qsbr>>;
using wane_rcu_mb = wane_map<wane::rcu<wane::mb>>;
using wane_rcu_bp = wane_map<wane::rcu<wane::bp>>;
using wane_versioned = wane_map<wane::versioned>;
using wane_hazard = wane_map<wane::hazard>;
using wane_ibr = wane_map<wane::ibr>;
/// Its garbage would outgrow memory where entries expire for long: it has no part in that.
using wane_leak = basic_wane<wane::leak, wane::coarse_clock>;

}  // namespace bench
