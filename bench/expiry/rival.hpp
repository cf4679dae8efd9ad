// SPDX-License-Identifier: BSL-1.0
// What `ticker`, `heap` and `wheel` have in common.
#pragma once

#include <cstddef>

#include "concept.hpp"

namespace bench::expiry {

/// A cache that knows no limit of garbage, has none unless it says so, and nothing to tell about itself.
struct rival {
  static constexpr bool limits_garbage = false;
  [[nodiscard]] static std::size_t retired_bytes() noexcept { return 0; }
  [[nodiscard]] static facts describe() { return {}; }
};

/// A session whose find is a visit that copies.
template <class Session>
struct finds_by_visit {
  bool find(key_type key, value_type& out) {
    return static_cast<Session&>(*this).visit(key, [&out](const key_type&, const value_type& value) { out = value; });
  }
};

}  // namespace bench::expiry
