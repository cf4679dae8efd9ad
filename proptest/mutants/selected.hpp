// SPDX-License-Identifier: BSL-1.0
// Which of the seeded bugs is active. The copy of the headers that seed.py writes asks here; the headers that ship do not
// know of it.
#pragma once

#include <type_traits>

namespace proptest {

/// The number of the active mutant, from the table that seed.py writes; 0 is the code as it ships.
inline int selected_mutant = 0;

/// Constants are what they are in the code that ships. So is a const integer that the code that ships initialises with a
/// constant: the compiler tries that first, with no mutant active. A mutant's own variables are therefore not const.
constexpr bool mutant(int number) noexcept { return !std::is_constant_evaluated() && selected_mutant == number; }

}  // namespace proptest
