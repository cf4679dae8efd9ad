// SPDX-License-Identifier: BSL-1.0
// Calls of a map as the vocabulary of histories has them: what is asked, in the map's terms, and what it answers.
#pragma once

#include <wane/map.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include "history.hpp"

namespace proptest {

/// What a call returned.
struct answer {
  bool ok = false;
  bool saw = false;
  std::uint64_t seen = 0;
};

/// Makes the calls of one map. `Unit` is a tick, as a duration of the map's clock, which moves only by `advance`.
template <class Map, class Unit>
class caller {
  using value = typename Map::mapped_type;

 public:
  explicit caller(Map& map) noexcept : map_(map) {}

  /// erase_if refuses values for which refuses(value). Where a call has a callable, that does meanwhile() too: between what
  /// the call has read and its compare-and-swap. Not for `advance`.
  template <class Refuses, class Meanwhile>
  answer operator()(const call& c, Refuses&& refuses, Meanwhile&& meanwhile) const;

 private:
  template <class Lifetime>
  static Lifetime lifetime_of(const call& c) {
    if (c.life == life::ttl) return Unit(c.ticks);
    if (c.life == life::until) return typename Map::time_point(Unit(c.ticks));
    if constexpr (std::is_constructible_v<Lifetime, wane::keep_ttl_t>)
      if (c.life == life::keep) return wane::keep_ttl;
    return wane::forever;
  }
  static answer value_or_no(const std::optional<value>& v) {
    return v ? answer{true, true, static_cast<std::uint64_t>(*v)} : answer{};
  }

  Map& map_;
};

template <class Map, class Unit>
template <class Refuses, class Meanwhile>
answer caller<Map, Unit>::operator()(const call& c, Refuses&& refuses, Meanwhile&& meanwhile) const {
  Map& map = map_;
  const auto lifetime = [&] { return lifetime_of<typename Map::lifetime>(c); };
  const auto assigned = [&] { return lifetime_of<typename Map::assigned_lifetime>(c); };
  answer a;
  const auto look_at = [&](const value& v) {
    a.saw = true;
    a.seen = static_cast<std::uint64_t>(v);
  };
  const auto changed = [&](const value& old) {
    look_at(old);
    meanwhile();
    return value(c.argument);
  };
  switch (c.what) {
    case verb::find: return value_or_no(map.find(c.key));
    case verb::contains: return {map.contains(c.key)};
    case verb::ttl: {
      const auto left = map.ttl(c.key);
      if (!left) return {};
      const auto ticks = std::chrono::duration_cast<Unit>(*left).count();
      return {true, true, *left == wane::no_deadline ? forever_left : static_cast<std::uint64_t>(ticks)};
    }
    case verb::insert: return {map.insert(c.key, value(c.argument), lifetime())};
    case verb::get_or_emplace: {
      const auto [there, inserted] = map.get_or_emplace_for(lifetime(), c.key, c.argument);
      return {inserted, true, static_cast<std::uint64_t>(there)};
    }
    case verb::insert_or_assign: return {map.insert_or_assign(c.key, value(c.argument), assigned())};
    case verb::upsert:
      a.ok = map.upsert(c.key, value(c.argument), changed, assigned());
      if (a.ok) a.saw = false;
      return a;
    case verb::replace: return value_or_no(map.replace(c.key, value(c.argument), assigned()));
    case verb::compare_exchange: return {map.compare_exchange(c.key, value(c.expected), value(c.argument), assigned())};
    case verb::update:
      a.ok = map.update(c.key, changed, assigned());
      if (!a.ok) a.saw = false;
      return a;
    case verb::erase: return {map.erase(c.key)};
    case verb::erase_if: {
      bool refused = false;
      a.ok = map.erase_if(c.key, [&](std::uint64_t, const value& v) {
        look_at(v);
        refused = refuses(a.seen);
        meanwhile();
        return !refused;
      });
      if (!a.ok && !refused) a.saw = false;
      return a;
    }
    case verb::take: return value_or_no(map.take(c.key));
    case verb::touch: return {map.touch(c.key, Unit(c.ticks), c.condition)};
    case verb::expire_at: return {map.expire_at(c.key, typename Map::time_point(Unit(c.ticks)), c.condition)};
    case verb::persist: return {map.persist(c.key, c.condition)};
    case verb::find_and_touch: return value_or_no(map.find_and_touch(c.key, Unit(c.ticks), c.condition));
    case verb::clear: map.clear(); return {};
    case verb::sweep: map.sweep_some(); return {};
    case verb::advance:
    case verb::expiry: break;
  }
  throw std::invalid_argument("caller: not a call of a map");
}

}  // namespace proptest
