// SPDX-License-Identifier: BSL-1.0
// rcu<mb> on liburcu-mb.
#define URCU_API_MAP
#include <urcu/urcu-mb.h>

#define WANE_RCU_FLAVOUR mb
#include "rcu_flavour.hpp"
