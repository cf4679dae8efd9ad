// SPDX-License-Identifier: BSL-1.0
// What the program of a map provides to `main`; cells.cpp defines it, compiled once a map.
#pragma once

#include <string_view>

#include "cell.hpp"
#include "settings.hpp"

namespace bench {

extern const std::string_view map_name;

cells make_cells(const settings& s);
/// Those with string keys (string_cells.cpp).
cells make_string_cells(const settings& s);

}  // namespace bench
