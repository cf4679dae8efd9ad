// SPDX-License-Identifier: BSL-1.0
// Intervals of eras alone, under the explorer.
#pragma once

#include "explorer/engine.hpp"

namespace proptest {

/// Three threads: one takes a node away and frees it when nobody reads in an era in which it lived, one reads it inside a guard,
/// twice, and one begins further eras.
[[nodiscard]] explorer::scenario* make_ibr_scenario();

}  // namespace proptest
