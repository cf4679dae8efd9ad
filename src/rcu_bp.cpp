// SPDX-License-Identifier: BSL-1.0
// rcu<bp> on liburcu-bp.
#define _LGPL_SOURCE  // inline read locks: at most ten lines each, LGPL 2.1 section 5
#define URCU_API_MAP
#include <urcu/urcu-bp.h>

#define WANE_RCU_FLAVOUR bp
#include "rcu_flavour.hpp"
