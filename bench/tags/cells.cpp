// SPDX-License-Identifier: BSL-1.0
// The cells of one word. The build compiles this file once for each line of words.txt, with
//   BENCH_WORD_HEADER   the word's header, and
//   BENCH_WORD          the word's name, which is also the name of its class.
#include BENCH_WORD_HEADER

#include "../cells.hpp"
#include "cost.hpp"
#include "stall.hpp"
#include "wrap.hpp"

#define BENCH_TEXT_OF(x) #x
#define BENCH_TEXT(x) BENCH_TEXT_OF(x)

namespace bench {

using word = tags::BENCH_WORD;
static_assert(tags::tagged_word<word>);

const std::string_view map_name = BENCH_TEXT(BENCH_WORD);

cells make_cells(const settings& s) {
  if (s.group != group::tags) throw std::runtime_error("is a word, not a map");
  const auto make = [&](const requested_cell& c) -> std::unique_ptr<cell> {
    if (const auto why = word::unavailable(); !why.empty()) return std::make_unique<tags::unavailable_cell>(c, s, why);
    if (c.workload == "tags_cost") return std::make_unique<tags::cost_cell<word>>(c, s);
    if (c.workload == "tags_stall") return std::make_unique<tags::stall_cell<word>>(c, s);
    return std::make_unique<tags::wrap_cell<word>>(c, s);
  };
  cells all;
  for (const auto& c : s.cells) all.push_back(make(c));
  return all;
}

}  // namespace bench
