// SPDX-License-Identifier: BSL-1.0
// Lookups by popularity (zipf 0.99), one by one, in batches, or with puts among them, through one front.
//
// A near_cache's hits live on time: a value is served for the staleness. So a cell is measured in one piece, without turns, behind
// a warm-up as long as the staleness: from then on values leave as fast as they come, at whatever rate the cell reaches.
#pragma once

#include <algorithm>
#include <array>
#include <barrier>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../cell.hpp"
#include "../settings.hpp"
#include "../stream.hpp"
#include "../workloads/tally.hpp"
#include "front.hpp"
#include "population.hpp"

namespace bench::near_cache {

/// A store with its entries, and what is asked of it; the cells of a process share it.
template <class Service>
struct scene {
  explicit scene(const settings& s)
      : service(s.entries),
        keys(zipf_stream<std::string>(s.entries, 0.99, stream_length(s.entries), s.trial)),
        mix(0.05, s.trial) {}

  Service service;
  counted<typename Service::store_type> store{service.backing()};
  stream_of<std::string> keys;
  operation_mix mix;
};

template <class Front, class Service>
class requests : public cell {
  using clock = std::chrono::steady_clock;
  using seconds = std::chrono::duration<double>;

 public:
  requests(const requested_cell& c, const settings& s, std::shared_ptr<scene<Service>> there)
      : cell(std::string(c.workload), s.entries, c.threads),
        batched_(c.workload.find("_many") != std::string::npos),
        mixed_(c.workload.find("_mix") != std::string::npos),
        length_(s.seconds),
        staleness_(std::chrono::duration_cast<std::chrono::nanoseconds>(
            std::min<seconds>(most_staleness, length_ / 2))),
        scene_(std::move(there)),
        all_warm_(static_cast<std::ptrdiff_t>(c.threads)),
        warmups_(c.threads),
        measured_(c.threads) {
    front_.emplace(scene_->store, wane::near_cache_options{.staleness = staleness_, .expected_entries = s.entries});
    for (std::size_t t = 0; t != c.threads; ++t)
      places_.push_back({{scene_->keys, t, c.threads}, operation_mix::length / c.threads * t});
  }

  void prepare(std::size_t thread) override {
    warmups_[thread] = run(thread, staleness_);
    all_warm_.arrive_and_wait();
    if (thread == 0) waits_before_ = front_->stats().waits;
  }
  void work(std::size_t thread) override { measured_[thread] = run(thread, length_); }

  outcome conclude() override {
    const counts total = sum_of(measured_), warmup = sum_of(warmups_);
    const auto waits = front_->stats().waits - waits_before_;
    front_.reset();
    const tally& answers = total.answers;
    check(answers.wrong_values + warmup.answers.wrong_values == 0,
          "a lookup returned a value that belongs to another key");
    check(answers.hits == answers.finds, "a lookup missed a key that is there");
    outcome result{answers.operations, {}, {}};
    result.figures["hit_ratio"] = ratio(answers.finds - total.of_store.keys - waits, answers.finds);
    result.figures["wait_ratio"] = ratio(waits, answers.finds);
    result.figures["round_trips_per_operation"] = ratio(total.of_store.round_trips, answers.operations);
    result.figures["put_ratio"] = ratio(answers.operations - answers.finds, answers.operations);
    result.figures["staleness_seconds"] = seconds(staleness_).count();
    return result;
  }

 private:
  static constexpr std::chrono::milliseconds most_staleness{500};  ///< of a cell of a second or more
  static constexpr std::size_t batch = 16;

  struct place {
    stream_reader<std::string> keys;
    std::size_t operation;
  };
  struct counts {
    tally answers;  ///< hits: whoever answered
    asked of_store;
  };

  static counts sum_of(const std::vector<counts>& all) {
    counts total;
    for (const counts& c : all) {
      total.answers += c.answers;
      total.of_store += c.of_store;
    }
    return total;
  }

  counts run(std::size_t thread, seconds length) {
    const asked before = asked_by_this_thread;
    const auto end = clock::now() + length;
    counts c;
    place at = places_[thread];
    do {
      if (batched_)
        find_batch(at, c.answers);
      else
        for (std::size_t i = 0; i != batch; ++i) request_one(at, c.answers);
      c.answers.operations += batch;
    } while (clock::now() < end);
    places_[thread] = at;
    c.of_store = asked_by_this_thread - before;
    return c;
  }

  void request_one(place& at, tally& t) {
    const std::string& key = at.keys.next();
    if (mixed_ && is_put(at))
      front_->put(key, text_of(key), ttl);
    else
      count(key, front_->find(key), t);
  }

  void find_batch(place& at, tally& t) {
    std::array<std::string_view, batch> keys;
    std::array<std::optional<std::string>, batch> values;
    std::ranges::generate(keys, [&]() -> std::string_view { return at.keys.next(); });
    front_->find_many(keys, values);
    for (std::size_t i = 0; i != batch; ++i) count(keys[i], values[i], t);
  }

  bool is_put(place& at) const {
    const bool put = scene_->mix.operations()[at.operation] != operation::find;
    if (++at.operation == operation_mix::length) at.operation = 0;
    return put;
  }

  static void count(std::string_view key, const std::optional<std::string>& value, tally& t) {
    ++t.finds;
    t.hits += value.has_value();
    t.wrong_values += value && !is_text_of(key, *value);
  }

  bool batched_, mixed_;
  seconds length_;
  std::chrono::nanoseconds staleness_;
  std::shared_ptr<scene<Service>> scene_;
  std::optional<Front> front_;
  std::barrier<> all_warm_;
  std::uint64_t waits_before_ = 0;
  std::vector<place> places_;
  std::vector<counts> warmups_, measured_;
};

}  // namespace bench::near_cache
