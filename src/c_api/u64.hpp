// SPDX-License-Identifier: BSL-1.0
// The map behind wane_u64_map.
#pragma once

#include <cstdint>

#include "operations.hpp"

namespace wane::c_api {

struct u64_listener {
  wane_u64_removal tell;
  void* context;
  void operator()(std::uint64_t key, std::uint64_t value, cause why) const {
    if (tell != nullptr) tell(context, key, value, static_cast<int>(why));
  }
};

struct u64_policy : policy<std::uint64_t> {
  using clock = chosen_clock;
  using listener = u64_listener;
};

}  // namespace wane::c_api

struct wane_u64_map : wane::c_api::handle<wane::map<std::uint64_t, std::uint64_t, wane::c_api::u64_policy>> {
  using handle::handle;
};
