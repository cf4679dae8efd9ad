// SPDX-License-Identifier: BSL-1.0
// rcu<bp> on liburcu-bp.
#define URCU_API_MAP
#include <urcu/urcu-bp.h>

#define WANE_RCU_FLAVOUR bp
#include "rcu_flavour.hpp"
