// SPDX-License-Identifier: BSL-1.0
// What the functions of both kinds of map share. A `Map` is a wane::map; a caller's function comes as a callable on keys and
// values that returns an int, as the function does.
#pragma once

#include <bit>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "boundary.hpp"
#include "sweeper.hpp"
#include "values.hpp"

#include <wane/map.hpp>

namespace wane::c_api {

/// What a handle points to: a map, and the clock it runs on.
template <class Map>
struct handle {
  handle(const wane_options& given, typename Map::policy_type::listener listener)
      : clock{given.clock, given.clock_context}, map(to_options(given), {.clock = clock, .listener = listener}) {}

  chosen_clock clock;
  Map map;
};

template <class Handle>
int attach(wane_sweeper* sweeper, Handle* map) {
  return bounded([&] {
    try {
      the(sweeper).attach(the(map).map);
    } catch (const std::logic_error& e) {
      remember(e.what());
      return WANE_IN_USE;
    }
    return WANE_OK;
  });
}

template <class Handle>
int detach(wane_sweeper* sweeper, Handle* map) {
  return bounded([&] { the(sweeper).detach(the(map).map); });
}

/// Makes a `Handle` and stores it in `*out`.
template <class Handle, class Listener>
void create(const wane_options* options, Listener listener, Handle** out) {
  Handle*& made = the(out);  // before there is something to lose
  made = std::make_unique<Handle>(complete(options), listener).release();
}

/// Calls `f` for each entry until it returns other than 0.
template <class F>
auto until_stopped(F f) {
  return [f](const auto& key, const auto& value) {
    if (f(key, value) != 0) throw stopped;
  };
}

template <class F>
auto as_predicate(F f) {
  return [f](const auto& key, const auto& value) { return f(key, value) != 0; };
}

template <class Map, class K>
int expire_at(Map& map, const K& key, std::int64_t deadline, int when) {
  return answer(map.expire_at(key, reading(deadline), condition(when)));
}

template <class Map, class K>
int touch(Map& map, const K& key, std::int64_t ttl, int when) {
  return answer(map.touch(key, std::chrono::nanoseconds(ttl), condition(when)));
}

template <class Map, class K>
int time_left(Map& map, const K& key, std::int64_t* out) {
  std::int64_t& wanted = the(out);
  const auto left = map.ttl(key);
  if (left) wanted = left->count();
  return answer(left.has_value());
}

inline cursor to_cursor(const wane_cursor& position) noexcept { return std::bit_cast<cursor>(position); }

template <class Map, class F>
void scan(Map& map, wane_cursor* position, std::size_t n, F f) {
  wane_cursor& reached = the(position);  // before it is read: an assignment evaluates its right side first
  reached = std::bit_cast<wane_cursor>(map.scan(to_cursor(reached), n, until_stopped(f)));
}

template <class Map, class F>
int snapshot(Map& map, unsigned attempts, F f) {
  const auto entries = map.snapshot(attempts);
  if (!entries) return WANE_NO;
  for (const auto& [key, value] : *entries) until_stopped(f)(key, value);
  return WANE_OK;
}

template <class Map>
int sweep(Map& map, std::size_t max_removals, std::size_t* removed) {
  const auto done = map.sweep_some({.removals = max_removals});
  hand_out(removed, done.removed);
  return answer(!done.busy);
}

template <class Map>
int check(Map& map) {
  const auto report = map.check();
  if (report) return WANE_OK;
  std::string all;
  for (const std::string& problem : report.problems) all += (all.empty() ? "" : "; ") + problem;
  remember(all.c_str());
  return WANE_CORRUPT;
}

template <class Map>
void dump(Map& map, wane_write write, void* context) {
  std::ostringstream out;
  map.dump(out);
  const std::string text = std::move(out).str();
  the(write)(context, text.data(), text.size());
}

}  // namespace wane::c_api
