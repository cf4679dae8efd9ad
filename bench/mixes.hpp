// SPDX-License-Identifier: BSL-1.0
// The mixes of lookups and updates, as mixes.toml describes them.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

struct mix {
  std::string name;
  double updates = 0;        ///< the share of operations that are no lookups
  bool assigns = false;      ///< to keys that are there; otherwise insertions and erasures
  double zipf_exponent = 0;  ///< of the keys' popularity; 0: uniform
};

/// A mix that cannot be used: the file, the mix, and why.
struct mixes_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Those that leave the population as it is come first, each kind in the order of its names. Throws mixes_error.
[[nodiscard]] std::vector<mix> read_mixes(const std::string& path);

}  // namespace bench
