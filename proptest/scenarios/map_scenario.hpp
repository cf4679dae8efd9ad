// SPDX-License-Identifier: BSL-1.0
// A program on a map, as a scenario of the explorer: runs the calls, writes the history down, and judges what it was.
#pragma once

#include "explorer/engine.hpp"
#include "scenarios/program.hpp"

namespace proptest {

/// Makes the scenario of a program, for engine::set_up. The program must outlive it. `relaxed`: executions are not
/// sequentially consistent, so calls are ordered by what happens before what, not by when it happened.
[[nodiscard]] explorer::scenario* make_map_scenario(const program& p, bool relaxed);

/// Sets the engine's rules for maps and sets the program up.
void set_up(explorer::engine& e, const program& p, bool relaxed);

}  // namespace proptest
