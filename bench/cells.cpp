// SPDX-License-Identifier: BSL-1.0
// The cells of one map. The build compiles this file once for each line of maps.txt, with
//   BENCH_ADAPTER   the adapter's header, and
//   BENCH_MAP       the map's name, which is also the name of the adapter class.
#include "cells.hpp"

#include BENCH_ADAPTER

#include "expiry/scene.hpp"
#include "workloads/expire.hpp"
#include "workloads/fill.hpp"
#include "workloads/garbage.hpp"
#include "workloads/growth.hpp"
#include "workloads/guard.hpp"
#include "workloads/replay.hpp"
#include "workloads/steady.hpp"

#define BENCH_TEXT_OF(x) #x
#define BENCH_TEXT(x) BENCH_TEXT_OF(x)

namespace bench {

static_assert(map_adapter<BENCH_MAP>);

const std::string_view map_name = BENCH_TEXT(BENCH_MAP);

namespace {

template <class Map>
cells scene_cells_of(const settings& s) {
  if constexpr (requires { typename Map::in_scene; }) return expiry::scene_cells<typename Map::in_scene>(s);
  throw std::runtime_error("has no part in the scenes of expiry");
}

}  // namespace

cells make_cells(const settings& s) {
  switch (s.group) {
    case group::steady:
    case group::grown: return steady_cells<BENCH_MAP>(s);
    case group::strings: return make_string_cells(s);
    case group::fill: return fill_cells<BENCH_MAP>(s);
    case group::growth: return growth_cells<BENCH_MAP>(s);
    case group::expire: return expire_cells<BENCH_MAP>(s);
    case group::replay: return replay_cells<BENCH_MAP>(s);
    case group::stalled:
    case group::oversubscribed: return garbage_cells<BENCH_MAP>(s);
    case group::guard: return guard_cells<BENCH_MAP>(s);
    case group::scenes: return scene_cells_of<BENCH_MAP>(s);
    case group::tags: throw std::runtime_error("is a map, not a word of tags/words.txt");
    case group::near_cache: throw std::runtime_error("is a map, not a store of near_cache/stores.txt");
  }
  throw std::logic_error("no such group");
}

}  // namespace bench
