// SPDX-License-Identifier: BSL-1.0
// Lookups and assignments in a map with string keys of 16 to 64 bytes.
//
// The stream holds copies of the keys, one behind the other, so that reading the next one costs all maps the same and
// little; it is shorter than those of integers, for it takes a hundred bytes a key.
#pragma once

#include <memory>

#include "steady.hpp"

namespace bench {

template <map_adapter Map>
cells string_cells(const settings& s) {
  constexpr std::size_t length = std::size_t{1} << 20;
  const auto stream =
      std::make_shared<const stream_of<std::string>>(uniform_stream<std::string>(0, s.entries, length, s.trial));
  const auto people = std::make_shared<population<Map>>(s.entries, true);
  cells all;
  for (const auto& c : s.cells)
    if (c.workload == "find_string")
      all.push_back(std::make_unique<find_cell<Map>>(c, s, people, stream));
    else
      all.push_back(std::make_unique<assign_cell<Map>>(c, s, people, stream, 1.0));
  return all;
}

}  // namespace bench
