// SPDX-License-Identifier: BSL-1.0
// Turns: the programs of several maps are there at the same time, and the runner (runner/turns.py) lets one of them run
// at a time. It goes from map to map with every slice of a cell, because a machine whose speed changes changes it for
// all of them alike then.
//
//   program                                                 runner
//   {"waits":{"workload":"find_hit","threads":2}}    --->   stops the program; others have their turns
//                                                    <---   continues the program; a line
//   measures one slice, then waits again, or prints the record of the cell
#pragma once

#include <cstddef>
#include <string_view>

namespace bench {

/// To be called before the first turn: a program that is stopped when its runner dies will go on, and find that out.
void outlive_no_runner();

/// Says on standard output which cell waits, and blocks until there is a line on standard input. When there will be none,
/// the runner is gone: ends the program with an error.
void await_turn(std::string_view workload, std::size_t threads);

}  // namespace bench
