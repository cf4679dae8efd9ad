// SPDX-License-Identifier: BSL-1.0
// For tests of entries that leave with something outside: an entry that is nobody's, put in the way and expected to
// stay.
#pragma once

#include <wane/lifecycle/incarnation.hpp>

#include <cstdint>
#include <thread>

#include "support/harness.hpp"

namespace proptest {

/// Puts an unbound entry with this value under `key`, whatever is there, and takes it out again: nobody else may have.
template <class Map>
void a_bystander_stays(Map& map, int key, std::uint64_t value) {
  map.insert_or_assign(key, value);
  std::this_thread::yield();
  EXPECT(map.erase_if(key, [&](int, const auto& there) { return *there == value; }),
         "an entry that nobody bound was removed by somebody");
}

}  // namespace proptest
