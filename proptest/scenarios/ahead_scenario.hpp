// SPDX-License-Identifier: BSL-1.0
// Memory ahead of need under the explorer: it is put behind a level of the table while another thread gives that level back.
#pragma once

#include "explorer/engine.hpp"

namespace proptest {

[[nodiscard]] explorer::scenario* make_ahead_scenario();

}  // namespace proptest
