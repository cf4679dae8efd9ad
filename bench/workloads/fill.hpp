// SPDX-License-Identifier: BSL-1.0
// Filling an empty map: `fill` lets it grow from its default size, `fill_presized` tells it how many will come.
#pragma once

#include <fmt/format.h>

#include <optional>

#include "../cells.hpp"
#include "../memory.hpp"
#include "tally.hpp"

namespace bench {

/// Thread `thread` of `threads` inserts its share of the key numbers 0 .. entries-1.
template <map_adapter Map>
void insert_share(Map& map, std::size_t entries, std::size_t thread, std::size_t threads, tally& t) {
  typename Map::session session(map);
  const std::size_t first = entries * thread / threads, last = entries * (thread + 1) / threads;
  for (std::size_t i = first; i != last; ++i) {
    const auto key = key_as<key_in<Map>>(i);
    t.inserted += session.insert(key, value_of(key));
    if (i % operations_per_quiescent_state == 0) session.quiescent();
  }
  t.inserts += last - first;
  t.operations += last - first;
}

template <map_adapter Map>
class fill_cell : public cell {
 public:
  fill_cell(const requested_cell& c, const settings& s)
      : cell(std::string(c.workload), s.entries, c.threads),
        presized_(c.workload == "fill_presized"),
        tallies_(c.threads) {}

  void prepare(std::size_t thread) override {
    if (thread != 0) return;
    growth_.emplace();
    map_.emplace(presized_ ? entries() : 0);
  }

  void work(std::size_t thread) override { insert_share(*map_, entries(), thread, threads(), tallies_[thread]); }

  outcome conclude() override {
    const tally total = sum(tallies_);
    outcome result{total.operations, map_->describe(), {}};
    result.figures["bytes_per_entry"] = growth_->bytes_per(entries());
    std::size_t size = 0;
    {
      typename Map::session session(*map_);
      size = session.size();
    }
    map_.reset();
    result.figures["final_size"] = static_cast<double>(size);
    if (Map::stores) {
      check(total.inserted == entries(), "an insertion of a new key failed");
      check(size == entries(), fmt::format("final size {}, not {}", size, entries()));
    }
    return result;
  }

 private:
  bool presized_;
  std::vector<tally> tallies_;
  std::optional<memory_growth> growth_;
  std::optional<Map> map_;
};

template <map_adapter Map>
cells fill_cells(const settings& s) {
  return one_for_each<fill_cell<Map>>(s);
}

}  // namespace bench
