// SPDX-License-Identifier: BSL-1.0
// Passages alone (reclaim/versioned.hpp), under the explorer: no map gets there in an execution that can be explored.
#pragma once

#include "explorer/engine.hpp"

namespace proptest {

/// Three threads: two take a link from quarter to quarter of its tags, and one looks at it twice inside a guard.
[[nodiscard]] explorer::scenario* make_versioned_scenario();

}  // namespace proptest
