// SPDX-License-Identifier: BSL-1.0
// The cells of one store. The build compiles this file once for each line of stores.txt, with
//   BENCH_STORE_HEADER   the store's header, and
//   BENCH_STORE          the store's name, which is also the name of its class.
#include BENCH_STORE_HEADER

#include "../cells.hpp"
#include "requests.hpp"

#define BENCH_TEXT_OF(x) #x
#define BENCH_TEXT(x) BENCH_TEXT_OF(x)

namespace bench {

const std::string_view map_name = BENCH_TEXT(BENCH_STORE);

cells make_cells(const settings& s) {
  if (s.group != group::near_cache) throw std::runtime_error("is a store, not a map");
  using service = near_cache::BENCH_STORE;
  using store = near_cache::counted<service::store_type>;
  const auto there = std::make_shared<near_cache::scene<service>>(s);
  cells all;
  for (const auto& c : s.cells) {
    if (c.workload.ends_with("_bare"))
      all.push_back(std::make_unique<near_cache::requests<near_cache::bare<store>, service>>(c, s, there));
    else
      all.push_back(std::make_unique<near_cache::requests<wane::near_cache<store>, service>>(c, s, there));
  }
  return all;
}

}  // namespace bench
