// SPDX-License-Identifier: BSL-1.0
// Programs with a name, each made for one meeting that has to go well, with the bounds that reach it. The tables of
// mutants refer to them; without a mutant each must be clean.
#pragma once

#include <span>
#include <string_view>

#include "scenarios/examine.hpp"

namespace proptest {

struct named_program {
  program what;
  bounds reach = {1, 0};
  /// Fences also as they are where membarrier is missing.
  bool symmetric_too = false;
  /// More schedules are within reach than a test can try, or they are too long.
  bool is_large = false;
};

[[nodiscard]] std::span<const named_program> named_programs();

/// Throws std::invalid_argument if there is none of that name.
[[nodiscard]] const named_program& program_named(std::string_view name);

}  // namespace proptest
