// SPDX-License-Identifier: BSL-1.0
// Calls of a map as the vocabulary of histories has them (linearizability/history.hpp), made by real threads. A tick is a
// millisecond of the manual clock, which no one moves but `advance`.
#pragma once

#include <wane/map.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>

#include "linearizability/history.hpp"

namespace proptest {

/// A value on the heap, for tools that watch the heap.
class boxed {
 public:
  explicit boxed(std::uint64_t n) : number_(std::make_unique<std::uint64_t>(n)) {}
  boxed(const boxed& other) : boxed(*other.number_) {}
  boxed& operator=(const boxed&) = delete;
  explicit operator std::uint64_t() const noexcept { return *number_; }
  friend bool operator==(const boxed& a, const boxed& b) noexcept { return *a.number_ == *b.number_; }

 private:
  std::unique_ptr<std::uint64_t> number_;
};

/// What a call returned.
struct answer {
  bool ok = false;
  bool saw = false;
  std::uint64_t seen = 0;
};

/// erase_if refuses some values.
[[nodiscard]] constexpr bool is_refused(std::uint64_t value) noexcept { return value % 4 == 0; }

namespace impl {

template <class Lifetime>
Lifetime lifetime_of(const call& c) {
  using std::chrono::milliseconds;
  if (c.life == life::ttl) return milliseconds(c.ticks);
  if (c.life == life::until) return wane::manual_clock::time_point(milliseconds(c.ticks));
  if constexpr (std::is_constructible_v<Lifetime, wane::keep_ttl_t>)
    if (c.life == life::keep) return wane::keep_ttl;
  return wane::forever;
}

}  // namespace impl

/// Makes the call. Where it has a callable, that does `meanwhile()` too: between what the call has read and its
/// compare-and-swap.
template <class Map, class Meanwhile>
answer make(Map& map, const call& c, Meanwhile&& meanwhile) {
  using value = typename Map::mapped_type;
  using std::chrono::milliseconds;
  const auto lifetime = [&] { return impl::lifetime_of<typename Map::lifetime>(c); };
  const auto assigned = [&] { return impl::lifetime_of<typename Map::assigned_lifetime>(c); };
  const auto value_or_no = [](const std::optional<value>& v) {
    return v ? answer{true, true, static_cast<std::uint64_t>(*v)} : answer{};
  };
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
      const auto ticks = std::chrono::duration_cast<milliseconds>(*left).count();
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
        refused = is_refused(a.seen);
        meanwhile();
        return !refused;
      });
      if (!a.ok && !refused) a.saw = false;
      return a;
    }
    case verb::take: return value_or_no(map.take(c.key));
    case verb::touch: return {map.touch(c.key, milliseconds(c.ticks), c.condition)};
    case verb::expire_at:
      return {map.expire_at(c.key, wane::manual_clock::time_point(milliseconds(c.ticks)), c.condition)};
    case verb::persist: return {map.persist(c.key, c.condition)};
    case verb::find_and_touch: return value_or_no(map.find_and_touch(c.key, milliseconds(c.ticks), c.condition));
    case verb::clear: map.clear(); return {};
    case verb::sweep: map.sweep_some(); return {};
    case verb::advance:
    case verb::expiry: break;
  }
  throw std::invalid_argument("make: not a call of a map");
}

}  // namespace proptest
