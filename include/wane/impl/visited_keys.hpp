// SPDX-License-Identifier: BSL-1.0
// The keys of one hash that a walk has visited.
#pragma once

#include <algorithm>
#include <optional>
#include <type_traits>
#include <vector>

#include <wane/impl/map_core.hpp>

namespace wane::impl {

/// A key that was erased and inserted again stands a second time in its run of equal hashes, and a walk that starts over
/// comes by a whole run again. Most runs are of one, which takes no memory.
template <class Key, class T, class Policy>
class map_core<Key, T, Policy>::visited_keys {
 public:
  using kept = std::conditional_t<by_value, Key, const node*>;

  visited_keys(const map_core& core, const guard& held) noexcept : core_(core), held_(held) {}

  /// Nothing: the entry has changed.
  [[nodiscard]] static std::optional<kept> key_of(const found& f) {
    if constexpr (by_value) {
      const Key key = f.node->key();
      return f.node->life.read() == f.life ? std::optional<kept>(key) : std::nullopt;
    } else {
      return f.node;
    }
  }
  [[nodiscard]] bool empty() const noexcept { return !first_; }
  [[nodiscard]] bool contains(const kept& key) const {
    return (first_ && same(*first_, key)) ||
           std::any_of(others_.begin(), others_.end(), [&](const kept& other) { return same(other, key); });
  }
  /// Before the key is visited: visitors may use the map.
  void keep([[maybe_unused]] const kept& key) {
    if constexpr (!by_value) held_.keep(key);
  }
  void add(const kept& key) {
    if (first_)
      others_.push_back(key);
    else
      first_ = key;
  }
  void clear() noexcept {
    first_.reset();
    others_.clear();
    held_.forget();
  }

 private:
  [[nodiscard]] bool same(const kept& a, const kept& b) const {
    if constexpr (by_value)
      return core_.equal_(a, b);
    else
      return core_.same_key(*a, *b);
  }

  const map_core& core_;
  const guard& held_;
  std::optional<kept> first_;
  std::vector<kept> others_;
};

}  // namespace wane::impl
