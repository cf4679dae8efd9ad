// SPDX-License-Identifier: BSL-1.0
// The policy of a map: which hash, equality, reclaimer, clock, tick, listener, pages and environment it is made of.
//
//   struct my_policy : wane::policy<std::string> {
//     using clock = wane::manual_clock;
//     using listener = my_listener;
//   };
//   wane::map<std::string, int, my_policy> m({.expected_entries = 1000}, {.clock = clock, .listener = listener});
#pragma once

#include <chrono>
#include <functional>

#include <wane/cause.hpp>
#include <wane/clock.hpp>
#include <wane/environment.hpp>
#include <wane/hash.hpp>
#include <wane/pages.hpp>
#include <wane/reclaim/epoch.hpp>

namespace wane {

/// The default listener: nobody listens, and nothing is paid.
struct no_listener {};

/// The defaults; derive from it and override what you need.
template <class Key>
struct policy {
  using hash = wane::hash<Key>;
  using key_equal = std::equal_to<>;
  using reclaimer = epoch;
  using clock = coarse_clock;
  /// Length of a tick. Deadlines are kept in 40 bits of ticks counted from the map's construction: 34 years at 1 ms.
  using tick = std::chrono::milliseconds;
  /// Called as listener(const Key&, const T&, cause) once for every entry that leaves the map, by the thread that made
  /// it leave, after it is gone and before that thread's call returns; it may call back into the map. What it throws
  /// leaves that call; the removal stands. On the sweeper's thread what it throws is counted in stats and dropped.
  /// The map's destructor calls it for every entry that is left, cause `destroyed`; then it must not use the map, and what
  /// it throws is dropped. An entry whose deadline has passed unmet is no exception: `destroyed` is how a listener that
  /// renews what has expired knows that there is no map any more.
  /// It is called under a guard, for key and value must stay. One that takes its time holds no other call up (but, under
  /// `versioned`, one that comes to a worn link); while it does, `epoch` and `rcu` free nothing, and a sweeper that has
  /// called it does nothing else: for slow work there is wane::removal_queue.
  using listener = no_listener;
  /// Where slots and buckets come from: map(bytes, huge) -> pointer or nullptr, unmap(pointer, bytes).
  using pages = os_pages;
  using environment = std_environment;
};

/// The parts of a policy that are objects, for maps whose parts carry state.
template <class Policy>
struct components {
  typename Policy::hash hash{};
  typename Policy::key_equal key_equal{};
  typename Policy::clock clock{};
  typename Policy::listener listener{};
  typename Policy::pages pages{};
  /// The reclamation domain, which several maps may share; it must outlive them.
  typename Policy::reclaimer::domain* domain = &Policy::reclaimer::default_domain();
};

}  // namespace wane
