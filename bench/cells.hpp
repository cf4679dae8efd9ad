// SPDX-License-Identifier: BSL-1.0
// What the program of a map provides to `main`; cells.cpp defines it, compiled once a map. And what most workloads do to
// make their cells.
#pragma once

#include <memory>
#include <string_view>

#include "cell.hpp"
#include "settings.hpp"

namespace bench {

extern const std::string_view map_name;

cells make_cells(const settings& s);
/// Those with string keys (string_cells.cpp).
cells make_string_cells(const settings& s);

/// A cell of one kind for each that is asked for.
template <class Cell>
cells one_for_each(const settings& s) {
  cells all;
  for (const auto& c : s.cells) all.push_back(std::make_unique<Cell>(c, s));
  return all;
}

}  // namespace bench
