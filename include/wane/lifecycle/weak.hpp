// SPDX-License-Identifier: BSL-1.0
// Entries that do not keep their object alive, and leave the map when it dies: a registry, or a cache of what is in
// use.
//
//   using textures = wane::map<std::string, wane::bound<std::weak_ptr<texture>>>;
//   auto wood = wane::lock_weak(m, "wood");
//   if (!wood) wood = wane::insert_weak(m, "wood", std::make_unique<texture>("wood.png")).first;
#pragma once

#include <memory>
#include <utility>

#include <wane/lifecycle/incarnation.hpp>
#include <wane/lifetime.hpp>

namespace wane {

/// Returns: the object under this key if there is one and it is alive, else null. Otherwise as map::visit.
template <class Map, class K>
[[nodiscard]] auto lock_weak(Map& map, const K& key) {
  decltype(std::declval<const typename Map::mapped_type&>()->lock()) object;
  map.visit(key, [&](const auto&, const auto& entry) { object = entry->lock(); });
  return object;
}

/// Effects: puts `object` under this key, unless an object is there that is alive. Its entry leaves the map when the
/// last shared_ptr to it goes: it is erased (cause `erased`) before the object is destroyed, by the thread that lets
/// go; only this entry, not a later one of its key. An entry that expires or is erased does not hurt its object.
/// Returns: the object that is there afterwards, and whether it is `object`. Map::mapped_type is a
/// bound<std::weak_ptr<T>>.
/// Progress: lock-free. Throws: as insert; `object` is destroyed then.
/// Precondition: no object dies while the map is destroyed; afterwards it does no harm.
template <class Map, class K, class T>
std::pair<std::shared_ptr<T>, bool> insert_weak(Map& map, K&& key, std::unique_ptr<T> object,
                                                typename Map::lifetime life = forever) {
  using key_type = typename Map::key_type;
  const auto mark = std::make_shared<const key_type>(std::forward<K>(key));
  const auto last_goes = [&map, entry = std::weak_ptr(mark)](T* dying) {
    erase_incarnation(map, entry);
    delete dying;
  };
  const std::shared_ptr<T> ours(object.release(), last_goes);
  for (;;) {
    if (auto there = lock_weak(map, *mark)) return {std::move(there), false};
    if (map.insert(*mark, typename Map::mapped_type(ours, incarnation(mark)), life)) return {ours, true};
    // What is there is another's that is dying, whose thread has yet to erase it.
    map.erase_if(*mark, [](const auto&, const auto& entry) { return entry->expired(); });
  }
}

}  // namespace wane
