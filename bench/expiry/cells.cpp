// SPDX-License-Identifier: BSL-1.0
// The scenes with one of wane's rivals. The build compiles this file once for each line of rivals.txt, with
//   BENCH_RIVAL_HEADER   the rival's header, and
//   BENCH_RIVAL          the rival's name, which is also the name of its class.
#include BENCH_RIVAL_HEADER

#include "../cells.hpp"
#include "scene.hpp"

#define BENCH_TEXT_OF(x) #x
#define BENCH_TEXT(x) BENCH_TEXT_OF(x)

namespace bench {

const std::string_view map_name = BENCH_TEXT(BENCH_RIVAL);

cells make_cells(const settings& s) {
  if (s.group != group::scenes) throw std::runtime_error("is measured in the scenes of expiry alone");
  return expiry::scene_cells<expiry::BENCH_RIVAL>(s);
}

}  // namespace bench
