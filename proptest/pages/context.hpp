// SPDX-License-Identifier: BSL-1.0
// What fragments of code in README.md and in the manual take for granted, so that they can be compiled.
#pragma once

#include <wane/exposition.hpp>
#include <wane/map.hpp>
#include <wane/near_cache.hpp>
#include <wane/reclaim/hazard.hpp>
#include <wane/reclaim/rcu.hpp>
#include <wane/removal_queue.hpp>
#include <wane/store/lmdb.hpp>
#include <wane/store/redis.hpp>
#include <wane/sweeper.hpp>

#include <cassert>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

struct session {
  std::string user;
};
struct my_listener {
  void operator()(const std::string&, const session&, wane::cause) const {}
};
inline const std::string id = "ada";
inline const session s{"ada"};
inline const std::vector<std::string> ids = {"ada", "bob"};
inline std::vector<std::optional<session>> sessions(2);
inline const auto deadline = wane::coarse_clock::now() + 1h;

template <class... Parts>
void log(const Parts&...) {}
inline void reply(const std::string&) {}
