// SPDX-License-Identifier: BSL-1.0
// cds_lfht under liburcu's quiescent-state flavour.
#pragma once

// liburcu's read lock inlined, the fastest way to use it. It makes this program, not wane, a derivative of LGPL code.
#define _LGPL_SOURCE
#include <urcu-qsbr.h>

#include "lfht.hpp"

namespace bench {
using lfht_qsbr = lfht<true>;
}
