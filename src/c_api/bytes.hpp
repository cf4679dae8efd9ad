// SPDX-License-Identifier: BSL-1.0
// The map behind wane_bytes_map.
#pragma once

#include <string>

#include "operations.hpp"

namespace wane::c_api {

struct bytes_listener {
  wane_bytes_removal tell;
  void* context;
  void operator()(const std::string& key, const std::string& value, cause why) const {
    if (tell != nullptr) tell(context, key.data(), key.size(), value.data(), value.size(), static_cast<int>(why));
  }
};

struct bytes_policy : policy<std::string> {
  using clock = chosen_clock;
  using listener = bytes_listener;
};

}  // namespace wane::c_api

struct wane_bytes_map : wane::c_api::handle<wane::map<std::string, std::string, wane::c_api::bytes_policy>> {
  using handle::handle;
};
