// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "scenarios/map_scenario.hpp"

namespace proptest {

/// For make_map_scenario: the reclaimers besides epoch and oracle, so that two files are compiled side by side.
[[nodiscard]] explorer::scenario* make_of_other_reclaimer(const program& p, bool relaxed);

}  // namespace proptest
