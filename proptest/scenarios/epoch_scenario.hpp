// SPDX-License-Identifier: BSL-1.0
// The epoch domain alone, under the explorer: small enough that several old loads and several changes of threads meet.
#pragma once

#include "explorer/engine.hpp"

namespace proptest {

/// Three threads: one takes a node away and frees it when its grace period has passed, one reads it inside a guard, and one
/// moves the epoch on.
[[nodiscard]] explorer::scenario* make_epoch_scenario();

}  // namespace proptest
