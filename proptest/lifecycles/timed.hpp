// SPDX-License-Identifier: BSL-1.0
// What the tests of lifecycles share: maps whose time moves by hand, the reclaimers they run under, and waiting.
#pragma once

#include <wane/map.hpp>

#include <chrono>
#include <thread>
#include <type_traits>

#include "support/harness.hpp"
#include "support/reclaimers.hpp"

namespace proptest {

/// One of each way to hold memory back: epochs, hazards, intervals, and RCU whose threads have to be online. Under a sanitizer
/// epochs and hazards.
using lifecycle_reclaimers =
    std::conditional_t<is_sanitized, reclaimers<wane::epoch, wane::hazard>,
                       reclaimers<wane::epoch, wane::hazard, wane::ibr, wane::rcu<wane::qsbr>>>;

template <class R, class Key, class Listener = wane::no_listener>
struct timed : wane::policy<Key> {
  using reclaimer = R;
  using clock = wane::manual_clock;
  using listener = Listener;
};

/// Whether `holds()` does before long.
template <class F>
[[nodiscard]] bool before_long(F&& holds) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Frees everything that was removed. Precondition: nobody else is at the map.
template <class Map, class R>
[[nodiscard]] bool drain(Map& map, const attendance<R>& present) {
  return before_long([&] {
    map.collect();
    present.quiescent();
    return map.stats().retired == 0;
  });
}

}  // namespace proptest
