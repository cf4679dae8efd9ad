// SPDX-License-Identifier: BSL-1.0
// cds_lfht under liburcu's membarrier flavour.
#pragma once

// liburcu's read lock inlined, the fastest way to use it. It makes this program, not wane, a derivative of LGPL code.
#define _LGPL_SOURCE
#define RCU_MEMB
#include <urcu.h>

#include "lfht.hpp"

namespace bench {
using lfht_memb = lfht<false>;
}
