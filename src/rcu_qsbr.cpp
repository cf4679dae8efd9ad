// SPDX-License-Identifier: BSL-1.0
// rcu<qsbr> on liburcu-qsbr.
#define URCU_API_MAP
#include <urcu/urcu-qsbr.h>

#define WANE_RCU_FLAVOUR qsbr
#include "rcu_flavour.hpp"
