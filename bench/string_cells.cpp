// SPDX-License-Identifier: BSL-1.0
// The cells of one map with string keys, compiled as cells.cpp is, and apart from it: how much g++ inlines depends on how
// much there is, and the other cells shall not change with these.
#include <stdexcept>

#include "cells.hpp"

#include BENCH_ADAPTER

#include "workloads/strings.hpp"

namespace bench {

namespace {

template <class Map>
cells cells_of(const settings& s) {
  if constexpr (takes_strings<Map>) return string_cells<typename Map::with_strings>(s);
  throw std::runtime_error("is not measured with string keys");
}

}  // namespace

cells make_string_cells(const settings& s) { return cells_of<BENCH_MAP>(s); }

}  // namespace bench
