// SPDX-License-Identifier: BSL-1.0
// Entries that are bound to a std::stop_token: when a stop is requested they leave the map.
//
//   wane::map<int, wane::bound<std::string>> m;
//   wane::insert_until(m, request.get_token(), 7, "answer", 5min);
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include <wane/lifecycle/incarnation.hpp>
#include <wane/lifetime.hpp>

namespace wane {

namespace impl {

/// The mark of an entry that is bound to a token, with the callback, which is thus deregistered with the entry's
/// memory.
template <class Map>
class cancellation : public std::enable_shared_from_this<cancellation<Map>> {
 public:
  using key_type = typename Map::key_type;

  template <class K>
  cancellation(Map& map, K&& key) : map_(map), key_(std::forward<K>(key)) {}

  [[nodiscard]] std::shared_ptr<const key_type> mark() const noexcept { return {this->shared_from_this(), &key_}; }
  void watch(std::stop_token token) { callback_.emplace(std::move(token), on_stop{this}); }

 private:
  struct on_stop {
    const cancellation* it;
    /// Whoever destroys a callback that is running waits for it. Nobody does: while it holds `self` nobody else can be
    /// the last to let go, and when it is the last it destroys itself, which does not wait. So reclamation never waits
    /// for operations on a map, of which this is one.
    void operator()() const noexcept {
      if (const auto self = it->weak_from_this().lock())
        erase_incarnation(self->map_, std::weak_ptr<const key_type>(self->mark()));
    }
  };

  Map& map_;
  const key_type key_;
  std::optional<std::stop_callback<on_stop>> callback_;  // the last member, so that it goes first
};

}  // namespace impl

/// Effects: inserts (key, value) if the key is absent, until `life` is over or a stop is requested, whichever is first.
/// The entry is then erased (cause `erased`) by the thread that requests the stop, or by this one if that has happened
/// already. Only this entry is: not one that replaced it, nor a later one of its key.
/// Returns: whether it inserted; the entry may be gone by then. Map::mapped_type is a `bound`.
/// Progress: lock-free, but that stop_token's registration of callbacks may wait for others at it.
/// Throws: as insert. Precondition: no stop is being requested while the map is destroyed; afterwards it does no harm.
template <class Map, class K, class V>
bool insert_until(Map& map, std::stop_token token, K&& key, V&& value, typename Map::lifetime life = forever) {
  const auto link = std::make_shared<impl::cancellation<Map>>(map, std::forward<K>(key));
  const auto mark = link->mark();
  if (!map.insert(*mark, typename Map::mapped_type(std::forward<V>(value), incarnation(mark)), life)) return false;
  // Not before: a stop that came too early for the callback to find the entry would be lost.
  link->watch(std::move(token));
  return true;
}

}  // namespace wane
