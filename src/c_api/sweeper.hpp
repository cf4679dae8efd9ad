// SPDX-License-Identifier: BSL-1.0
// The sweeper behind wane_sweeper.
#pragma once

#include <wane/wane.h>
#include <wane/sweeper.hpp>

struct wane_sweeper : wane::sweeper {
  using wane::sweeper::sweeper;
};
