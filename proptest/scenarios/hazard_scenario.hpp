// SPDX-License-Identifier: BSL-1.0
// Hazard pointers alone, under the explorer: a guard deep in a nest goes from node to node and holds on to what it has left.
#pragma once

#include "explorer/engine.hpp"

namespace proptest {

/// Two threads: one pins a node, keeps another, and lets go of both; one takes both away and frees what nobody has published.
[[nodiscard]] explorer::scenario* make_hazard_scenario();

}  // namespace proptest
