// SPDX-License-Identifier: BSL-1.0
// rcu<memb> on liburcu-memb.
#define _LGPL_SOURCE  // inline read locks: at most ten lines each, LGPL 2.1 section 5
#define URCU_API_MAP
#include <urcu/urcu-memb.h>

#define WANE_RCU_FLAVOUR memb
#include "rcu_flavour.hpp"
