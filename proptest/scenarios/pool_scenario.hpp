// SPDX-License-Identifier: BSL-1.0
// The slot pool alone, under the explorer: full chains of free slots pass between two threads, or around in one, and
// homes are claimed and vacated.
#pragma once

#include "explorer/engine.hpp"

namespace proptest {

/// One thread: releases four chains and takes them again. Two: one pops a chain while the other pops the first two and
/// pushes the first again just as it was.
[[nodiscard]] explorer::scenario* make_pool_scenario(unsigned threads);

/// Two threads claim slots near the home of one hash, use them and vacate them.
[[nodiscard]] explorer::scenario* make_homes_scenario();

}  // namespace proptest
