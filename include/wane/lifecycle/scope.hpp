// SPDX-License-Identifier: BSL-1.0
// wane::scope: what was inserted through it leaves the map with it.
//
//   wane::map<int, wane::bound<std::string>> m;
//   {
//     wane::scope request(m);
//     request.insert(7, "draft", 5min);
//   }                                     // 7 is gone, unless it was replaced or inserted anew by somebody else
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <wane/lifecycle/incarnation.hpp>
#include <wane/lifetime.hpp>

namespace wane {

/// For one thread at a time. Keeps a few words for each entry that it inserted, until it ends, whatever became of the
/// entry. Map::mapped_type is a `bound`. May end after the map does, and does nothing then.
template <class Map>
class scope {
 public:
  explicit scope(Map& map) noexcept : map_(map) {}
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;
  /// Effects: erases (cause `erased`) the entries that it inserted and that are still there, the latest first. What the
  /// map or its listener throws is dropped (see erase_incarnation).
  ~scope() {
    for (; !marks_.empty(); marks_.pop_back()) erase_incarnation(map_, marks_.back());
  }

  /// As map::insert. Only what it inserts is the scope's.
  template <class K, class V>
  bool insert(K&& key, V&& value, typename Map::lifetime life = forever) {
    const auto mark = add(std::forward<K>(key));
    if (map_.insert(*mark, entry(std::forward<V>(value), incarnation(mark)), life)) return true;
    marks_.pop_back();
    return false;
  }

  /// As map::insert_or_assign. The entry is the scope's, whoever had inserted the one it replaces.
  template <class K, class V>
  bool insert_or_assign(K&& key, V&& value, typename Map::assigned_lifetime life = forever) {
    const auto mark = add(std::forward<K>(key));
    return map_.insert_or_assign(*mark, entry(std::forward<V>(value), incarnation(mark)), life);
  }

 private:
  using key_type = typename Map::key_type;
  using entry = typename Map::mapped_type;

  /// Before the insertion, because nothing may fail between that and noting it. A mark without an entry does no harm.
  template <class K>
  std::shared_ptr<const key_type> add(K&& key) {
    auto mark = std::make_shared<const key_type>(std::forward<K>(key));
    marks_.push_back(mark);
    return mark;
  }

  Map& map_;
  std::vector<std::weak_ptr<const key_type>> marks_;
};

}  // namespace wane
