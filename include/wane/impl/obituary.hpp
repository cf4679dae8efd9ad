// SPDX-License-Identifier: BSL-1.0
// What is kept of an entry for the removal listener while the entry is killed and unlinked, or its value assigned.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <wane/impl/map_core.hpp>

namespace wane::impl {

template <class Key, class T, class Policy>
class map_core<Key, T, Policy>::obituary {
 public:
  /// After the state was read that the kill goes by: if that succeeds, the copies are of what it killed.
  obituary(const guard& held, const node& n) noexcept : node_(&n) {
    if constexpr (listens) {
      if constexpr (by_value)
        key_.emplace(n.key());
      else
        held.pin(&n);
      if constexpr (copies_value) value_.emplace(n.value());
    }
  }
  template <class F>
  void read(F&& f) const {
    if constexpr (by_value)
      f(*key_, *value_);
    else if constexpr (copies_value)
      f(node_->key(), *value_);
    else
      f(node_->key(), node_->value());
  }

 private:
  static constexpr bool copies_value = by_value || assigns_in_place;
  template <class Copy, bool IsMade>
  using copy = std::conditional_t<IsMade && listens, std::optional<Copy>, std::monostate>;

  const node* node_;
  [[no_unique_address]] copy<Key, by_value> key_;
  [[no_unique_address]] copy<T, copies_value> value_;
};

}  // namespace wane::impl
