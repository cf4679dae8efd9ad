// SPDX-License-Identifier: BSL-1.0
// The bodies of map.hpp. Each operation finds its entry, tries one compare-and-swap, and starts over when it loses.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include <wane/impl/check.hpp>
#include <wane/impl/dump.hpp>
#include <wane/impl/snapshot.hpp>
#include <wane/map.hpp>

namespace wane {

template <class Key, class T, class Policy>
map<Key, T, Policy>::map(const options& opts, components<Policy> parts) : core_(opts, std::move(parts)) {}

template <class Key, class T, class Policy>
map<Key, T, Policy>::~map() = default;

// ---- Inserting -------------------------------------------------------------------------------------------------------

template <class Key, class T, class Policy>
template <class Present, class AboutToLink, class K, class... Args>
bool map<Key, T, Policy>::insert_or(Present&& present, AboutToLink&& about_to_link, const lifetime& life, K&& key,
                                    Args&&... args) {
  decltype(auto) wanted = core::lookup(key);
  operation op(core_.entries());
  return insert_hashed(op, core_.hash_of(wanted), wanted, present, about_to_link, life, std::forward<K>(key),
                       std::forward<Args>(args)...);
}

template <class Key, class T, class Policy>
template <class W, class Present, class AboutToLink, class K, class... Args>
inline bool map<Key, T, Policy>::insert_hashed(operation& op, std::uint64_t hash, const W& wanted, Present&& present,
                                               AboutToLink&& about_to_link, const lifetime& life, K&& key, Args&&... args) {
  core_.entries().slots().prefetch_allocate(hash);
  prepared fresh(core_, op);
  const auto make = [&] {
    if (!fresh) fresh.construct(hash, std::forward<K>(key), std::forward<Args>(args)...);
  };
  for (bool enlivened = false;;) {
    // Once the node is made, the caller's key may have been moved into it.
    const found at = fresh ? core_.locate(op, hash, fresh->key()) : core_.locate(op, hash, wanted);
    if (at.node != nullptr) {
      if (present(op, hash, at, fresh, make)) return false;
      enlivened = false;
      continue;
    }
    make();
    if (!enlivened) fresh.enliven(core_.time().deadline_of(life));
    enlivened = true;
    about_to_link(std::as_const(*fresh).value());
    if (core_.insert(op, at, fresh)) return true;
  }
}

template <class Key, class T, class Policy>
template <class K, class V>
bool map<Key, T, Policy>::insert(K&& key, V&& value, lifetime life) {
  return try_emplace_for(life, std::forward<K>(key), std::forward<V>(value));
}

template <class Key, class T, class Policy>
template <class K, class... Args>
bool map<Key, T, Policy>::try_emplace(K&& key, Args&&... args) {
  return try_emplace_for(forever, std::forward<K>(key), std::forward<Args>(args)...);
}

template <class Key, class T, class Policy>
template <class K, class... Args>
bool map<Key, T, Policy>::try_emplace_for(lifetime life, K&& key, Args&&... args) {
  return insert_or([](auto&&...) { return true; }, [](const T&) {}, life, std::forward<K>(key),
                   std::forward<Args>(args)...);
}

template <class Key, class T, class Policy>
template <class K, class V>
bool map<Key, T, Policy>::insert_or_assign(K&& key, V&& value, assigned_lifetime life) {
  if constexpr (core::assigns_in_place) {
    const T v(std::forward<V>(value));  // once, for an rvalue may not be what it was afterwards
    return upsert(std::forward<K>(key), v, [&](const T&) { return v; }, life);
  } else {
    return insert_or(
        [&](operation& op, std::uint64_t hash, const found& f, prepared& fresh, const auto& make) {
          make();
          return core_.replace(op, hash, f, fresh, life);
        },
        [](const T&) {}, life.when_inserting(), std::forward<K>(key), std::forward<V>(value));
  }
}

template <class Key, class T, class Policy>
template <class K, class... Args>
std::pair<T, bool> map<Key, T, Policy>::get_or_emplace(K&& key, Args&&... args)
  requires std::copy_constructible<T>
{
  return get_or_emplace_for(forever, std::forward<K>(key), std::forward<Args>(args)...);
}

template <class Key, class T, class Policy>
template <class K, class... Args>
std::pair<T, bool> map<Key, T, Policy>::get_or_emplace_for(lifetime life, K&& key, Args&&... args)
  requires std::copy_constructible<T>
{
  std::optional<T> value;
  // Our own value is copied before it is linked, so that a copy which throws leaves nothing behind.
  const bool inserted =
      insert_or([&](operation&, std::uint64_t, const found& f, prepared&,
                    const auto&) { return core::read(f, [&](const Key&, const T& v) { value.emplace(v); }); },
                [&](const T& own) { value.emplace(own); }, life, std::forward<K>(key), std::forward<Args>(args)...);
  return {*std::move(value), inserted};
}

template <class Key, class T, class Policy>
template <class K, class V, class F>
bool map<Key, T, Policy>::upsert(K&& key, V&& initial, F&& f, assigned_lifetime life) {
  decltype(auto) wanted = core::lookup(key);
  const std::uint64_t hash = core_.hash_of(wanted);
  operation op(core_.entries());
  const auto next = [&](const T& v) { return std::optional<T>(std::in_place, std::invoke(f, v)); };
  // Most often the entry is there, and to look for it takes less than to look for a place.
  if constexpr (core::assigns_in_place && blanket_reclaimer<typename Policy::reclaimer>)
    if (assign_at_a_glance(op, next, life, hash, wanted) == assignment::done) return false;
  const auto in_full = [&] [[gnu::noinline]] () {
    return insert_hashed(
        op, hash, wanted,
        [&](operation&, std::uint64_t, const found& there, prepared&, const auto&) {
          if constexpr (core::assigns_in_place) {
            return core_.assign(op, hash, *there.node, there.at, there.life, next, life) == assignment::done;
          } else {
            prepared updated(core_, op);
            return core::read(there, [&](const Key& k, const T& v) { updated.construct(hash, k, std::invoke(f, v)); }) &&
                   core_.replace(op, hash, there, updated, life);
          }
        },
        [](const T&) {}, life.when_inserting(), std::forward<K>(key), std::forward<V>(initial));
  };
  return in_full();
}

// ---- Reading ---------------------------------------------------------------------------------------------------------

template <class Key, class T, class Policy>
template <class K, class F>
bool map<Key, T, Policy>::visit(const K& key, F&& f) {
  decltype(auto) wanted = core::lookup(key);
  return visit_hashed(std::forward<F>(f), core_.hash_of(wanted), wanted);
}

template <class Key, class T, class Policy>
template <class F, class K>
inline bool map<Key, T, Policy>::visit_hashed(F&& f, std::uint64_t hash, const K& wanted) {
  const auto held = core_.entries().enter();
  for (;;) {
    const found there = core_.find(held, hash, wanted);
    if (there.node == nullptr) return false;
    if (core::read(there, std::forward<F>(f))) return true;
  }
}

template <class Key, class T, class Policy>
template <class K, class Use>
[[gnu::always_inline]] inline auto map<Key, T, Policy>::glance(std::uint64_t hash, const K& wanted, const Use& use) {
  const auto& list = core_.entries();
  const auto held = list.enter();
  list.prefetch_home(hash);
  const unsigned bits = list.table().bits();
  return core_.glance(list.table().of_hash(hash, bits), hash, wanted, use, bits);
}

template <class Key, class T, class Policy>
template <class Use, class K>
[[gnu::noinline]] bool map<Key, T, Policy>::visit_in_full(const Use& use, std::uint64_t hash, const K& wanted) {
  return visit_hashed([&](const Key&, const T& value) { use(value); }, hash, wanted);
}

template <class Key, class T, class Policy>
template <class K>
[[gnu::noinline]] std::optional<T> map<Key, T, Policy>::find_in_full(std::uint64_t hash, const K& wanted) {
  std::optional<T> copy;
  visit_hashed([&](const Key&, const T& value) { copy.emplace(value); }, hash, wanted);
  return copy;
}

template <class Key, class T, class Policy>
template <class K>
[[gnu::always_inline]] inline std::optional<T> map<Key, T, Policy>::find(const K& key)
  requires std::copy_constructible<T>
{
  decltype(auto) wanted = core::lookup(key);
  const std::uint64_t hash = core_.hash_of(wanted);
  if constexpr (!blanket_reclaimer<typename Policy::reclaimer>) {
    std::optional<T> copy;
    visit_hashed([&](const Key&, const T& value) { copy.emplace(value); }, hash, wanted);
    return copy;
  } else if constexpr (std::is_trivially_copyable_v<T> && sizeof(T) <= 16) {
    // Each result is put together by itself, outside the guard, from what nobody has the address of: so it stays in registers.
    // Through memory g++ stores its flag as one byte and loads it with those beside it, which waits for the store to be done.
    std::array<std::byte, sizeof(T)> copy;
    const auto what = glance(hash, wanted, [&](const T& value) { std::memcpy(copy.data(), std::addressof(value), sizeof(T)); });
    if (what == core::seen::there) return std::bit_cast<T>(copy);
    if (what == core::seen::unclear)
      if (const auto found = find_in_full(hash, wanted)) return *found;
    return std::nullopt;
  } else {
    std::optional<T> copy;
    if (glance(hash, wanted, [&](const T& value) { copy.emplace(value); }) != core::seen::unclear) return copy;
    return find_in_full(hash, wanted);
  }
}

template <class Key, class T, class Policy>
template <class Keys, class Results, class F>
std::size_t map<Key, T, Policy>::for_each_group(const Keys& keys, Results& results, F&& f) {
  const auto size = std::ranges::distance(keys);
  if (std::ranges::distance(results) != size)
    throw std::invalid_argument("wane: as many keys as results are needed, and no more");
  std::array<std::uint64_t, group> hashes;
  std::size_t hits = 0;
  for (std::ptrdiff_t first = 0; first < size; first += group) {
    const std::ptrdiff_t count = std::min<std::ptrdiff_t>(group, size - first);
    const auto key = std::ranges::begin(keys) + first;
    std::transform(key, key + count, hashes.begin(), [&](const auto& k) { return core_.hash_of(core::lookup(k)); });
    hits += f(std::span(hashes).first(static_cast<std::size_t>(count)), key, std::ranges::begin(results) + first);
  }
  return hits;
}

template <class Key, class T, class Policy>
void map<Key, T, Policy>::fetch(std::span<const std::uint64_t> hashes, unsigned bits, beginnings& from) const {
  // A line for each is enough: the nodes that the buckets lead to are fetched as well.
  if (core_.entries().slots().has_homes())
    for (const std::uint64_t h : hashes) core_.entries().slots().prefetch_home_line(h);
  std::transform(hashes.begin(), hashes.end(), from.begin(), [&](std::uint64_t h) {
    const auto* const word = &core_.entries().table().of_hash(h, bits);
    __builtin_prefetch(word);
    return word;
  });
  std::for_each(from.begin(), from.begin() + hashes.size(),
                [&](const auto* word) { core_.entries().prefetch_node_behind(word->read()); });
}

template <class Key, class T, class Policy>
void map<Key, T, Policy>::fetch_ahead(std::span<const std::uint64_t> hashes) const {
  const auto held = core_.entries().enter();
  beginnings from;
  fetch(hashes, core_.entries().table().bits(), from);
}

template <class Key, class T, class Policy>
template <std::ranges::random_access_range Keys, std::ranges::random_access_range Values>
std::size_t map<Key, T, Policy>::find_many(const Keys& keys, Values&& values)
  requires std::copy_constructible<T>
{
  return for_each_group(keys, values, [&](std::span<const std::uint64_t> hashes, auto key, auto value) {
    std::size_t hits = 0;
    const auto look = [&](auto&& find) {
      for (std::size_t i = 0; i < hashes.size(); ++i, ++key, ++value) {
        value->reset();
        hits += find(i, core::lookup(*key)) ? 1 : 0;
      }
    };
    if constexpr (blanket_reclaimer<typename Policy::reclaimer>) {
      const auto held = core_.entries().enter();
      const unsigned bits = core_.entries().table().bits();
      beginnings from;
      fetch(hashes, bits, from);
      look([&](std::size_t i, const auto& wanted) {
        const auto copy = [&](const T& v) { value->emplace(v); };
        const auto what = core_.glance(*from[i], hashes[i], wanted, copy, bits, true);
        return what == core::seen::there || (what == core::seen::unclear && visit_in_full(copy, hashes[i], wanted));
      });
    } else {
      fetch_ahead(hashes);
      look([&](std::size_t i, const auto& wanted) {
        return visit_hashed([&](const Key&, const T& v) { value->emplace(v); }, hashes[i], wanted);
      });
    }
    return hits;
  });
}

template <class Key, class T, class Policy>
template <std::ranges::random_access_range Keys, std::ranges::random_access_range Erased>
std::size_t map<Key, T, Policy>::erase_many(const Keys& keys, Erased&& erased) {
  return for_each_group(keys, erased, [&](std::span<const std::uint64_t> hashes, auto key, auto gone) {
    fetch_ahead(hashes);
    std::size_t hits = 0;
    for (const std::uint64_t hash : hashes) {
      const bool removed = remove_hashed([](const Key&, const T&) { return true; }, hash, core::lookup(*key++));
      *gone++ = removed;
      hits += removed ? 1 : 0;
    }
    return hits;
  });
}

template <class Key, class T, class Policy>
template <class K>
[[gnu::always_inline]] inline bool map<Key, T, Policy>::contains(const K& key) {
  decltype(auto) wanted = core::lookup(key);
  const std::uint64_t hash = core_.hash_of(wanted);
  const auto use = [](const T&) {};
  if constexpr (blanket_reclaimer<typename Policy::reclaimer>)
    if (const auto what = glance(hash, wanted, use); what != core::seen::unclear) return what == core::seen::there;
  return visit_in_full(use, hash, wanted);
}

// ---- Assigning -------------------------------------------------------------------------------------------------------

template <class Key, class T, class Policy>
template <class Next, class K>
[[gnu::always_inline]] inline auto map<Key, T, Policy>::assign_at_a_glance(operation& op, Next&& next,
                                                                           const assigned_lifetime& life, std::uint64_t hash,
                                                                           const K& wanted) -> assignment {
  auto& list = core_.entries();
  list.prefetch_home(hash);
  const unsigned bits = list.table().bits();
  const auto met = core_.glimpse(list.table().of_hash(hash, bits), hash, wanted, bits);
  switch (met.what) {
    [[likely]] case core::seen::there: return core_.assign(op, hash, *met.node, met.at, met.life, next, life);
    case core::seen::absent: return assignment::refused;
    case core::seen::unclear: break;
  }
  return assignment::changed;
}

template <class Key, class T, class Policy>
template <class Next, class K>
[[gnu::always_inline]] inline bool map<Key, T, Policy>::assign_in_place(Next&& next, const assigned_lifetime& life,
                                                                        std::uint64_t hash, const K& wanted) {
  operation op(core_.entries());
  if constexpr (blanket_reclaimer<typename Policy::reclaimer>)
    if (const auto done = assign_at_a_glance(op, next, life, hash, wanted); done != assignment::changed)
      return done == assignment::done;
  return assign_in_full(op, next, life, hash, wanted);
}

template <class Key, class T, class Policy>
template <class Next, class K>
[[gnu::noinline]] bool map<Key, T, Policy>::assign_in_full(operation& op, Next&& next, const assigned_lifetime& life,
                                                           std::uint64_t hash, const K& wanted) {
  for (;;) {
    const found f = core_.find(op.held(), hash, wanted);
    if (f.node == nullptr) return false;
    const auto done = core_.assign(op, hash, *f.node, f.at, f.life, next, life);
    if (done != assignment::changed) return done == assignment::done;
  }
}

template <class Key, class T, class Policy>
template <class Accept, class K, class V>
bool map<Key, T, Policy>::assign_if(Accept&& accept, const assigned_lifetime& life, K&& key, V&& value) {
  decltype(auto) wanted = core::lookup(key);
  const std::uint64_t hash = core_.hash_of(wanted);
  if constexpr (core::assigns_in_place) {
    std::optional<T> desired;
    const auto next = [&](const T& v) {
      if (!accept(v)) return std::optional<T>();
      if (!desired) desired.emplace(std::forward<V>(value));
      return desired;
    };
    return assign_in_place(next, life, hash, wanted);
  } else {
    operation op(core_.entries());
    prepared fresh(core_, op);
    for (;;) {
      const found f = fresh ? core_.find(op.held(), hash, fresh->key()) : core_.find(op.held(), hash, wanted);
      if (f.node == nullptr) return false;
      bool accepted = false;
      if (!core::read(f, [&](const Key&, const T& v) { accepted = accept(v); })) continue;
      if (!accepted) return false;
      if (!fresh) fresh.construct(hash, std::forward<K>(key), std::forward<V>(value));
      if (core_.replace(op, hash, f, fresh, life)) return true;
    }
  }
}

template <class Key, class T, class Policy>
template <class K, class V>
std::optional<T> map<Key, T, Policy>::replace(K&& key, V&& value, assigned_lifetime life)
  requires std::copy_constructible<T>
{
  std::optional<T> old;
  const auto accept = [&](const T& v) {
    old.emplace(v);
    return true;
  };
  if (!assign_if(accept, life, std::forward<K>(key), std::forward<V>(value))) old.reset();
  return old;
}

template <class Key, class T, class Policy>
template <class K, class U, class V>
bool map<Key, T, Policy>::compare_exchange(K&& key, const U& expected, V&& desired, assigned_lifetime life) {
  return assign_if([&](const T& v) { return v == expected; }, life, std::forward<K>(key), std::forward<V>(desired));
}

template <class Key, class T, class Policy>
template <class K, class F>
bool map<Key, T, Policy>::update(K&& key, F&& f, assigned_lifetime life) {
  decltype(auto) wanted = core::lookup(key);
  const std::uint64_t hash = core_.hash_of(wanted);
  if constexpr (core::assigns_in_place) {
    const auto next = [&](const T& v) { return std::optional<T>(std::in_place, std::invoke(f, v)); };
    return assign_in_place(next, life, hash, wanted);
  } else {
    operation op(core_.entries());
    for (;;) {
      const found there = core_.find(op.held(), hash, wanted);
      if (there.node == nullptr) return false;
      prepared fresh(core_, op);
      if (core::read(there, [&](const Key& k, const T& v) { fresh.construct(hash, k, std::invoke(f, v)); }) &&
          core_.replace(op, hash, there, fresh, life))
        return true;
    }
  }
}

// ---- Removing --------------------------------------------------------------------------------------------------------

template <class Key, class T, class Policy>
template <class Accept, class K>
bool map<Key, T, Policy>::remove_if(Accept&& accept, const K& key) {
  decltype(auto) wanted = core::lookup(key);
  return remove_hashed(std::forward<Accept>(accept), core_.hash_of(wanted), wanted);
}

template <class Key, class T, class Policy>
template <class Accept, class K>
inline bool map<Key, T, Policy>::remove_hashed(Accept&& accept, std::uint64_t hash, const K& wanted) {
  operation op(core_.entries());
  for (;;) {
    const found f = core_.find(op.held(), hash, wanted);
    if (f.node == nullptr) return false;
    bool accepted = false;
    if (!core::read(f, [&](const Key& k, const T& v) { accepted = accept(k, v); })) continue;
    if (!accepted) return false;
    if (core_.kill(op, hash, f, cause::erased)) return true;
  }
}

template <class Key, class T, class Policy>
template <class K>
bool map<Key, T, Policy>::erase(const K& key) {
  return remove_if([](const Key&, const T&) { return true; }, key);
}

template <class Key, class T, class Policy>
template <class K, class Pred>
bool map<Key, T, Policy>::erase_if(const K& key, Pred&& pred) {
  return remove_if([&](const Key& k, const T& v) { return static_cast<bool>(std::invoke(pred, k, v)); }, key);
}

template <class Key, class T, class Policy>
template <class K>
std::optional<T> map<Key, T, Policy>::take(const K& key)
  requires std::copy_constructible<T>
{
  std::optional<T> value;
  const auto copy = [&](const Key&, const T& v) {
    value.emplace(v);
    return true;
  };
  if (!remove_if(copy, key)) value.reset();
  return value;
}

template <class Key, class T, class Policy>
template <class Pred>
std::size_t map<Key, T, Policy>::remove_all_if(Pred&& pred, cause why) {
  std::size_t removed = 0;
  scan_all([&](operation& op, std::uint64_t hash, const found& f) {
    bool wanted = false;
    if (!core::read(f, [&](const Key& k, const T& v) { wanted = static_cast<bool>(std::invoke(pred, k, v)); }))
      return false;
    if (!wanted) return true;
    if (!core_.kill(op, hash, f, why)) return false;
    ++removed;
    return true;
  });
  return removed;
}

template <class Key, class T, class Policy>
template <class Pred>
  requires std::predicate<Pred&, const Key&, const T&>
std::size_t map<Key, T, Policy>::erase_if(Pred&& pred) {
  return remove_all_if(pred, cause::erased);
}

template <class Key, class T, class Policy>
void map<Key, T, Policy>::clear() {
  remove_all_if([](const Key&, const T&) { return true; }, cause::cleared);
}

// ---- Deadlines -------------------------------------------------------------------------------------------------------

template <class Key, class T, class Policy>
template <class Meet, class K>
auto map<Key, T, Policy>::move_deadline(Meet&& meet, const K& key, const lifetime& life, when condition) -> moved {
  decltype(auto) wanted = core::lookup(key);
  const std::uint64_t hash = core_.hash_of(wanted);
  operation op(core_.entries());
  for (;;) {
    const found f = core_.find(op.held(), hash, wanted);
    if (f.node == nullptr) return moved::absent;
    if (!core::read(f, meet)) continue;
    const impl::tick_count deadline = core_.time().deadline_of(life);
    if (!impl::allows(condition, f.life.deadline(), deadline)) return moved::refused;
    if (core_.change_deadline(op, hash, f, deadline)) return moved::yes;
  }
}

template <class Key, class T, class Policy>
template <class K, class Rep, class Period>
bool map<Key, T, Policy>::touch(const K& key, std::chrono::duration<Rep, Period> ttl, when condition) {
  return move_deadline([](const Key&, const T&) {}, key, lifetime(ttl), condition) == moved::yes;
}

template <class Key, class T, class Policy>
template <class K>
bool map<Key, T, Policy>::expire_at(const K& key, time_point deadline, when condition) {
  return move_deadline([](const Key&, const T&) {}, key, lifetime(deadline), condition) == moved::yes;
}

template <class Key, class T, class Policy>
template <class K>
bool map<Key, T, Policy>::persist(const K& key, when condition) {
  return move_deadline([](const Key&, const T&) {}, key, lifetime(forever), condition) == moved::yes;
}

template <class Key, class T, class Policy>
template <class K>
std::optional<std::chrono::nanoseconds> map<Key, T, Policy>::ttl(const K& key) {
  decltype(auto) wanted = core::lookup(key);
  const std::uint64_t hash = core_.hash_of(wanted);
  const auto held = core_.entries().enter();
  const found f = core_.find(held, hash, wanted);
  if (f.node == nullptr) return std::nullopt;
  return core_.time().until(f.life.deadline());
}

template <class Key, class T, class Policy>
template <class K, class Rep, class Period>
std::optional<T> map<Key, T, Policy>::find_and_touch(const K& key, std::chrono::duration<Rep, Period> ttl,
                                                     when condition)
  requires std::copy_constructible<T>
{
  std::optional<T> value;
  const auto copy = [&](const Key&, const T& v) { value.emplace(v); };
  if (move_deadline(copy, key, lifetime(ttl), condition) == moved::absent) value.reset();
  return value;
}

// ---- Iterating -------------------------------------------------------------------------------------------------------

template <class Key, class T, class Policy>
template <class Visit>
cursor map<Key, T, Policy>::scan_batch(cursor from, std::size_t n, Visit&& visit) {
  using step = typename core::list::step;
  auto& entries = core_.entries();
  operation op(entries);
  cursor next;
  next.at_end_ = true;
  std::size_t visited = 0;
  std::uint64_t run = 0;
  typename core::visited_keys met(core_, op.held());
  const auto judge = [&](std::uint64_t hash) { return core_.judge(hash); };
  entries.walk(op.held(), from.at_end_ ? 0 : from.next_, judge, [&](std::uint64_t hash, const found& f) {
    if (hash != run) met.clear();
    if (visited >= n && met.empty()) {
      next.at_end_ = false;
      next.next_ = hash;
      return step::stop;
    }
    run = hash;
    const auto key = core::visited_keys::key_of(f);
    if (!key) return step::again;
    if (met.contains(*key)) return step::next;
    const std::uint64_t mark = op.mark();
    met.keep(*key);
    if (!visit(op, hash, f)) return step::again;
    met.add(*key);
    ++visited;
    // A visitor may have used the hazards that the walk stood by, published an era without a look at its anchor, or left the
    // guard: the walk then comes by once more.
    return reclaimer::kind == protection::pointer || op.mark() != mark ? step::again : step::next;
  });
  return next;
}

template <class Key, class T, class Policy>
template <class Visit>
void map<Key, T, Policy>::scan_all(Visit&& visit) {
  constexpr std::size_t batch = 256;
  cursor at;
  do at = scan_batch(at, batch, visit);
  while (!at.at_end());
}

template <class Key, class T, class Policy>
template <class F>
void map<Key, T, Policy>::for_each(F&& f) {
  scan_all([&](operation&, std::uint64_t, const found& e) { return core::read(e, f); });
}

template <class Key, class T, class Policy>
template <class F>
cursor map<Key, T, Policy>::scan(cursor from, std::size_t n, F&& f) {
  return scan_batch(from, n == 0 ? 1 : n, [&](operation&, std::uint64_t, const found& e) { return core::read(e, f); });
}

template <class Key, class T, class Policy>
std::optional<std::vector<std::pair<Key, T>>> map<Key, T, Policy>::snapshot(unsigned attempts)
  requires(blanket_reclaimer<typename Policy::reclaimer> && std::copy_constructible<Key> && std::copy_constructible<T>)
{
  impl::snapshot<core, std::vector<std::pair<Key, T>>> moment(core_);
  for (; attempts != 0; --attempts) {
    const auto held = core_.entries().enter();  // anew each time, so that garbage can go in between
    if (moment.take(held)) return std::move(moment.entries());
  }
  return std::nullopt;
}

// ---- Size, sweeping, looking inside ----------------------------------------------------------------------------------

template <class Key, class T, class Policy>
std::size_t map<Key, T, Policy>::size() const noexcept {
  return core_.size();
}

template <class Key, class T, class Policy>
std::size_t map<Key, T, Policy>::bucket_count() const noexcept {
  return static_cast<std::size_t>(core_.entries().table().size());
}

template <class Key, class T, class Policy>
double map<Key, T, Policy>::load_factor() const noexcept {
  return static_cast<double>(size()) / static_cast<double>(bucket_count());
}

template <class Key, class T, class Policy>
void map<Key, T, Policy>::reserve(std::size_t entries) {
  core_.reserve(entries);
}

template <class Key, class T, class Policy>
void map<Key, T, Policy>::shrink_to_fit()
  requires reclaimer_with_grace_periods<typename Policy::reclaimer>
{
  core_.shrink_to_fit();
}

template <class Key, class T, class Policy>
sweep_result map<Key, T, Policy>::sweep_some(const sweep_budget& budget) {
  return core_.sweep(budget, false);
}

template <class Key, class T, class Policy>
std::size_t map<Key, T, Policy>::collect() {
  return core_.collect_here();
}

template <class Key, class T, class Policy>
auto map<Key, T, Policy>::domain() const noexcept -> typename reclaimer::domain& {
  return core_.entries().domain();
}

template <class Key, class T, class Policy>
stats map<Key, T, Policy>::stats() const {
  return core_.stats();
}

template <class Key, class T, class Policy>
check_report map<Key, T, Policy>::check() {
  return impl::checker<core>(core_).run();
}

template <class Key, class T, class Policy>
void map<Key, T, Policy>::dump(std::ostream& out) {
  impl::dump(core_, out);
}

template <class Key, class T, class Policy>
void map<Key, T, Policy>::dump_graph(std::ostream& out) {
  impl::dump_graph(core_, out);
}

}  // namespace wane
