// SPDX-License-Identifier: BSL-1.0
// rcu<qsbr> on liburcu-qsbr.
#define _LGPL_SOURCE  // inline read locks: at most ten lines each, LGPL 2.1 section 5
#define URCU_API_MAP
#include <urcu/urcu-qsbr.h>

#define WANE_RCU_FLAVOUR qsbr
#include "rcu_flavour.hpp"
