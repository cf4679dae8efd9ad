// SPDX-License-Identifier: BSL-1.0
// The command line of the program that measures the cells of one map.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mixes.hpp"

namespace bench {

/// Cells of one group share a process, and most of them one prefilled map.
enum class group : std::uint8_t {
  steady,
  grown,
  strings,
  fill,
  growth,
  expire,
  replay,
  stalled,
  oversubscribed,
  guard,
  scenes,
  tags,
  near_cache
};

struct workload {
  std::string_view name;
  bench::group group;
};

/// In the order in which they are run. The mixes (mixes.hpp) are run after these, for they change values, or the population.
inline constexpr std::array workloads{
    workload{"find_hit", group::steady},       workload{"find_many", group::steady},
    workload{"find_zipf", group::steady},      workload{"find_miss", group::steady},
    workload{"find_grown", group::grown},      workload{"find_string", group::strings},
    workload{"assign_string", group::strings}, workload{"fill", group::fill},
    workload{"fill_presized", group::fill},    workload{"growth", group::growth},
    workload{"growth_read", group::growth},    workload{"expire", group::expire},
    workload{"expire_fast", group::expire},    workload{"replay", group::replay},
    workload{"stalled", group::stalled},       workload{"oversubscribed", group::oversubscribed},
    workload{"guard", group::guard},           workload{"picture", group::scenes},
    workload{"storm", group::scenes},          workload{"parked", group::scenes},
    workload{"tags_cost", group::tags},        workload{"tags_wrap", group::tags},
    workload{"tags_wrap_once", group::tags},   workload{"tags_stall", group::tags},
    workload{"near_cache_find_bare", group::near_cache},
    workload{"near_cache_find", group::near_cache},
    workload{"near_cache_many_bare", group::near_cache},
    workload{"near_cache_many", group::near_cache},
    workload{"near_cache_mix_bare", group::near_cache},
    workload{"near_cache_mix", group::near_cache},
};

struct requested_cell {
  std::string workload;
  std::size_t threads;
};

struct settings {
  bench::group group = group::steady;
  std::vector<requested_cell> cells;  ///< not empty, all of one group, in the order in which they are run
  std::vector<mix> mixes;
  std::size_t entries = 1'000'000;
  double seconds = 1.0;
  std::size_t trial = 0;
  std::size_t turns = 0;  ///< slices of a cell, each at the word of the runner (turns.hpp); 0: one, without asking
  std::string trace;      ///< a file to replay; empty: generate one
  std::string clusters;   ///< the table that the generator follows
};

/// Parses the command line. Prints and exits on --help (0), on --check-trace (0, or 2 with the malformed line) and on
/// bad flags (2).
settings parse(int argc, char** argv);

}  // namespace bench
