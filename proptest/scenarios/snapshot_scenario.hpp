// SPDX-License-Identifier: BSL-1.0
// Snapshots of a map under the explorer. What a history says of each key by itself does not bind keys to each other, so this
// is judged here.
#pragma once

#include <string_view>

#include "explorer/engine.hpp"

namespace proptest {

/// "snapshot-and-moves"      an entry moves from key to key, and another expires
/// "snapshot-and-two-moves"  an entry moves from key to key, and on, by the hands of two threads
/// "snapshot-and-snapshot"   two insertions, by two threads
[[nodiscard]] explorer::scenario* make_snapshot_scenario(std::string_view name);

}  // namespace proptest
