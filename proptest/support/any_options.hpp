// SPDX-License-Identifier: BSL-1.0
// Options of a map, generated, and readable when printed.
#pragma once

#include <rapidcheck.h>
#include <wane/options.hpp>

#include <iosfwd>

namespace wane {
void showValue(const options& o, std::ostream& out);
}

namespace proptest {

/// Small tables, in which growth, initialisation and shrinking happen within a few commands.
[[nodiscard]] rc::Gen<wane::options> any_small_options();

}  // namespace proptest
