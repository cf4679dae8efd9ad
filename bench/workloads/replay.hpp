// SPDX-License-Identifier: BSL-1.0
// Replay of a request trace, as fast as the map can, against a clock that stands where the trace stands.
//
// Threads take short runs of consecutive requests in turn, so they are never further apart in the trace than these
// runs, and two requests for one key keep their order nearly always. The map starts empty and not presized.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <optional>

#include "../adapters/lazy_expiry.hpp"
#include "../cell.hpp"
#include "../memory.hpp"
#include "../settings.hpp"
#include "tally.hpp"

namespace bench {

/// What replays on `Map`: the map itself where entries expire natively, else the map with expiry on top.
template <class Map>
struct replaying {
  using type = lazy_expiry<Map>;
};
template <expires_natively Map>
struct replaying<Map> {
  using type = typename Map::replaying;
};

/// A trace and what can be said about it without a map.
struct replay_input {
  trace requests;
  double expected_hit_ratio;
  std::vector<key_type> keys;  ///< each once
};

template <map_adapter Map>
class replay_cell : public cell {
  using cache = typename replaying<Map>::type;

 public:
  replay_cell(const requested_cell& c, const settings& s, std::shared_ptr<const replay_input> input)
      : cell(std::string(c.workload), s.entries, c.threads), input_(std::move(input)), tallies_(c.threads) {}

  void prepare(std::size_t thread) override {
    if (thread != 0) return;
    replay_clock::restart();
    growth_.emplace();
    cache_.emplace();
    if constexpr (expires_natively<Map>) cache_->start_sweeper();
  }

  void work(std::size_t thread) override {
    typename cache::session session(*cache_);
    const auto& requests = input_->requests.requests;
    tally t;
    for (;;) {
      // [R1] relaxed: the trace was there before the threads were, and the runs are disjoint.
      const auto first = next_.fetch_add(run_length, std::memory_order_relaxed);
      if (first >= requests.size()) break;
      const auto last = std::min(first + run_length, requests.size());
      for (auto i = first; i != last; ++i) serve(session, requests[i], t);
      t.operations += last - first;
      session.quiescent();
    }
    tallies_[thread] = t;
  }

  outcome conclude() override {
    const tally total = sum(tallies_);
    outcome result{total.operations, cache_->describe(), {}};
    std::size_t resident = 0, live = 0;
    {
      typename cache::session session(*cache_);
      resident = session.size();
      for (const key_type key : input_->keys) live += session.get(key);
    }
    const double hit_ratio = ratio(total.hits, total.finds);
    const double memory = growth_->bytes();
    result.figures["memory_bytes"] = memory;
    result.figures["bytes_per_entry"] =
        resident == 0 ? std::numeric_limits<double>::quiet_NaN() : memory / static_cast<double>(resident);
    result.figures["requests"] = static_cast<double>(total.operations);
    result.figures["trace_seconds"] = static_cast<double>(input_->requests.requests.back().time_ms) / 1000;
    result.figures["keys"] = static_cast<double>(input_->keys.size());
    result.figures["hit_ratio"] = hit_ratio;
    result.figures["expected_hit_ratio"] = input_->expected_hit_ratio;
    result.figures["resident_entries"] = static_cast<double>(resident);
    result.figures["expired_resident_entries"] = static_cast<double>(resident - std::min(live, resident));
    result.labels["expiry"] = cache::expiry;
    result.labels["trace"] = input_->requests.name;
    cache_.reset();
    if (Map::stores) {
      check(total.operations == input_->requests.requests.size(), "requests were left out");
      // One thread serves in order, but for requests at a deadline; more threads may swap a few requests for one key.
      const double tolerance = threads() == 1 ? 0.005 : 0.02;
      check(std::abs(hit_ratio - input_->expected_hit_ratio) <= tolerance,
            fmt::format("hit ratio {}, not {}", hit_ratio, input_->expected_hit_ratio));
    }
    return result;
  }

 private:
  static constexpr std::size_t run_length = operations_per_quiescent_state;

  static void serve(typename cache::session& session, const request& r, tally& t) {
    replay_clock::reach(r.time_ms);
    switch (r.verb) {
      case verb::get:
      case verb::load: {
        const bool hit = session.get(r.key);
        ++t.finds;
        t.hits += hit;
        if (!hit && r.verb == verb::load) session.set(r.key, r.ttl_s);
        break;
      }
      case verb::set: session.set(r.key, r.ttl_s); break;
      case verb::add: session.add(r.key, r.ttl_s); break;
      case verb::erase: session.erase(r.key); break;
      case verb::increment: session.increment(r.key); break;
    }
  }

  std::shared_ptr<const replay_input> input_;
  std::vector<tally> tallies_;
  std::atomic<std::size_t> next_{0};
  std::optional<memory_growth> growth_;
  std::optional<cache> cache_;
};

template <map_adapter Map>
cells replay_cells(const settings& s) {
  auto input = std::make_shared<replay_input>();
  input->requests = s.trace.empty() ? generate_trace(s.clusters, s.entries, s.trial) : read_trace(s.trace);
  input->expected_hit_ratio = expected_hit_ratio(input->requests);
  for (const auto& r : input->requests.requests) input->keys.push_back(r.key);
  std::ranges::sort(input->keys);
  const auto repeated = std::ranges::unique(input->keys);
  input->keys.erase(repeated.begin(), repeated.end());

  cells all;
  for (const auto& c : s.cells) all.push_back(std::make_unique<replay_cell<Map>>(c, s, input));
  return all;
}

}  // namespace bench
