// SPDX-License-Identifier: BSL-1.0
// What is kept of an entry for the removal listener while the entry is killed and unlinked.
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
  obituary(const guard& held, const node& n) noexcept : node_(&n) {
    if constexpr (listens) {
      if constexpr (by_value)
        copy_.emplace(n.key(), n.value());
      else
        held.pin(&n);
    }
  }
  template <class F>
  void read(F&& f) const {
    if constexpr (by_value)
      f(copy_->first, copy_->second);
    else
      f(node_->key(), node_->value());
  }

 private:
  const node* node_;
  [[no_unique_address]] std::conditional_t<by_value && listens, std::optional<std::pair<Key, T>>, std::monostate> copy_;
};

}  // namespace wane::impl
