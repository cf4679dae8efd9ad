// SPDX-License-Identifier: BSL-1.0
// Workloads on a prefilled map: lookups that hit (one by one or in batches), hit by popularity, or miss; assignments, alone
// and among lookups by popularity; and two mixes of lookups with insertions and erasures.
//
// Keys 0 .. N-1 of a universe of 2N are in the map at first. The mixes draw from the whole universe and insert as often
// as they erase, which keeps the size near N; which keys are there is then random, so the lookups run first.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <stdexcept>
#include <thread>

#include "../cell.hpp"
#include "../memory.hpp"
#include "../settings.hpp"
#include "../stream.hpp"
#include "fill.hpp"
#include "tally.hpp"

namespace bench {

/// A map prefilled by all cores, and what is known about it.
template <map_adapter Map>
struct population {
  population(std::size_t entries, bool presized) : map(presized ? entries : 0), size(entries) {
    const std::size_t threads = std::max(1u, std::thread::hardware_concurrency());
    std::vector<tally> tallies(threads);
    {
      std::vector<std::jthread> workers;
      for (std::size_t t = 0; t != threads; ++t)
        workers.emplace_back([&, t] { insert_share(map, entries, t, threads, tallies[t]); });
    }
    if (Map::stores && sum(tallies).inserted != entries) throw std::runtime_error("prefill failed");
    bytes_per_entry = growth.bytes_per(entries);
    described = map.describe();
  }

  memory_growth growth;  // before the map, so that it sees the map's memory
  Map map;
  std::size_t size;  ///< by the count of successful updates
  double bytes_per_entry = 0;
  facts described;
};

/// A cell on a population that other cells share.
template <map_adapter Map>
class steady_cell : public cell {
 public:
  steady_cell(const requested_cell& c, const settings& s, std::shared_ptr<population<Map>> people,
              std::shared_ptr<const stream_of<key_in<Map>>> stream)
      : cell(std::string(c.workload), s.entries, c.threads, s.turns),
        people_(std::move(people)),
        stream_(std::move(stream)),
        seconds_(s.seconds / static_cast<double>(std::max<std::size_t>(s.turns, 1))),
        warmups_(c.threads),
        turns_(c.threads) {
    for (std::size_t t = 0; t != c.threads; ++t)
      places_.push_back({t, {*stream_, t, c.threads}, operation_mix::length / c.threads * t});
  }

  /// Before each turn, for another map has had the caches since.
  void prepare(std::size_t thread) override { warmups_[thread] += run(thread, seconds_ / warmup_share); }
  void work(std::size_t thread) override { turns_[thread].push_back(run(thread, seconds_)); }

  outcome conclude() override {
    const tally warmup = sum(warmups_);
    std::vector<tally> of_turns(turns_.front().size());
    for (const auto& of_thread : turns_)
      for (std::size_t turn = 0; turn != of_turns.size(); ++turn) of_turns[turn] += of_thread[turn];
    const tally total = sum(of_turns);
    people_->size += warmup.inserted + total.inserted - warmup.erased - total.erased;
    outcome result{total.operations, people_->described, {}};
    for (const tally& t : of_turns) result.turn_operations.push_back(t.operations);
    result.figures["bytes_per_entry"] = people_->bytes_per_entry;
    result.figures["hit_ratio"] = ratio(total.hits, total.finds);
    if (Map::stores) {
      check(total.wrong_values + warmup.wrong_values == 0, "a lookup returned a value that belongs to another key");
      verify(total, result);
    }
    return result;
  }

 protected:
  /// Where a thread is in the streams; kept from the warm-up on, or the measured part would begin with the same updates
  /// again, which find nothing to do.
  struct place {
    std::size_t thread;
    stream_reader<key_in<Map>> keys;
    std::size_t operation;
  };

  /// One thread's requests for so many seconds.
  virtual tally request(typename Map::session& session, place& at, double seconds) = 0;
  virtual void verify(const tally& total, outcome& result) = 0;

  std::shared_ptr<population<Map>> people_;

 private:
  static constexpr double warmup_share = 10;  ///< a tenth of the measured time

  tally run(std::size_t thread, double seconds) {
    typename Map::session session(people_->map);
    place at = places_[thread];  // a copy and a result by value: what only this thread sees stays in registers
    const tally t = request(session, at, seconds);
    places_[thread] = at;
    return t;
  }

  std::shared_ptr<const stream_of<key_in<Map>>> stream_;
  double seconds_;  ///< of a turn
  std::vector<place> places_;
  std::vector<tally> warmups_;
  std::vector<std::vector<tally>> turns_;  ///< by thread and turn
};

template <map_adapter Map>
class find_cell : public steady_cell<Map> {
 public:
  using steady_cell<Map>::steady_cell;

 protected:
  tally request(typename Map::session& session, typename steady_cell<Map>::place& at, double seconds) override {
    tally t;
    t.operations = repeat_for(seconds, session, [&] { find_and_count(session, at.keys.next(), t); });
    return t;
  }

  void verify(const tally& total, outcome&) override {
    if (this->workload() == "find_miss")
      check(total.hits == 0, "a lookup found a key that was never inserted");
    else
      check(total.hits == total.finds, "a lookup missed a key that is there");
  }
};

template <class Session>
concept looks_up_many = requires(Session session, std::vector<key_type> keys,
                                 std::vector<std::optional<value_type>> values) { session.find_many(keys, values); };

/// find_hit in batches, for maps that can.
template <map_adapter Map>
class batch_cell : public find_cell<Map> {
 public:
  using find_cell<Map>::find_cell;

 protected:
  tally request(typename Map::session& session, typename steady_cell<Map>::place& at, double seconds) override {
    constexpr std::size_t batch = 32;
    std::vector<key_type> keys(batch);
    std::vector<std::optional<value_type>> values(batch);
    tally t;
    t.operations = batch * repeat_for(seconds, session, [&] {
                     std::ranges::generate(keys, [&] { return at.keys.next(); });
                     t.hits += session.find_many(keys, values);
                     t.finds += batch;
                     for (std::size_t i = 0; i != batch; ++i)
                       t.wrong_values += values[i] && *values[i] != value_of(keys[i]);
                   });
    return t;
  }
};

/// Assignments to keys that are there, and lookups between them: the population stays as it is.
template <map_adapter Map>
class assign_cell : public steady_cell<Map> {
 public:
  assign_cell(const requested_cell& c, const settings& s, std::shared_ptr<population<Map>> people,
              std::shared_ptr<const stream_of<key_in<Map>>> stream, double update_ratio)
      : steady_cell<Map>(c, s, std::move(people), std::move(stream)), mix_(update_ratio, s.trial) {}

 protected:
  tally request(typename Map::session& session, typename steady_cell<Map>::place& at, double seconds) override {
    tally t;
    const operation* operations = mix_.operations().data();
    t.operations = repeat_for(seconds, session, [&] {
      decltype(auto) key = at.keys.next();
      if (operations[at.operation] == operation::find)
        find_and_count(session, key, t);
      else
        session.assign(key, value_of(key));
      if (++at.operation == operation_mix::length) at.operation = 0;
    });
    return t;
  }

  void verify(const tally& total, outcome& result) override {
    result.figures["update_ratio"] = ratio(total.operations - total.finds, total.operations);
    check(total.hits == total.finds, "a lookup missed a key that is there");
    typename Map::session session(this->people_->map);
    const std::size_t size = session.size();
    check(size == this->people_->size, fmt::format("size {} after assignments to {}", size, this->people_->size));
  }

 private:
  operation_mix mix_;
};

template <map_adapter Map>
class mix_cell : public steady_cell<Map> {
 public:
  mix_cell(const requested_cell& c, const settings& s, std::shared_ptr<population<Map>> people,
           std::shared_ptr<const stream_of<key_in<Map>>> stream, double update_ratio)
      : steady_cell<Map>(c, s, std::move(people), std::move(stream)),
        mix_(update_ratio, seed_of(update_ratio, s.trial, c.threads)) {}

 protected:
  tally request(typename Map::session& session, typename steady_cell<Map>::place& at, double seconds) override {
    return perform(session, at, seconds, [](std::uint64_t) {});
  }

  /// `between` is told, every 256 operations, how many there have been.
  template <class Between>
  tally perform(typename Map::session& session, typename steady_cell<Map>::place& at, double seconds,
                Between&& between) {
    tally t;
    const operation* operations = mix_.operations().data();
    const auto request_one = [&] {
      const key_type key = at.keys.next();
      switch (operations[at.operation]) {
        case operation::find: find_and_count(session, key, t); break;
        case operation::insert:
          ++t.inserts;
          t.inserted += session.insert(key, value_of(key));
          break;
        case operation::erase:
          ++t.erases;
          t.erased += session.erase(key);
          break;
      }
      if (++at.operation == operation_mix::length) at.operation = 0;
    };
    t.operations = repeat_for(seconds, session, request_one, [&](auto) { between(t.finds + t.inserts + t.erases); });
    return t;
  }

  void verify(const tally& total, outcome& result) override {
    std::size_t size = 0;
    {
      typename Map::session session(this->people_->map);
      size = session.size();
    }
    const auto expected = this->people_->size, entries = this->entries();
    result.figures["final_size"] = static_cast<double>(size);
    result.figures["update_ratio"] = ratio(total.inserts + total.erases, total.operations);
    result.figures["effective_update_ratio"] = ratio(total.inserted + total.erased, total.operations);
    check(size == expected, fmt::format("size {} after updates that leave {}", size, expected));
    // Each of 2N keys is there with probability 1/2 in the long run: a standard deviation of sqrt(N/2).
    const double drift = std::fabs(static_cast<double>(size) - static_cast<double>(entries));
    check(drift <= 10 * std::sqrt(static_cast<double>(entries) / 2) + 1,
          fmt::format("size drifted from {} to {}", entries, size));
  }

 private:
  /// Cells that share a stream of keys must not pair it with the same operations: the second would undo nothing. Nor may two
  /// mixes shuffle theirs alike: one would erase just what the other has inserted, and the size would drift.
  static std::uint64_t seed_of(double update_ratio, std::size_t trial, std::size_t threads) {
    return static_cast<std::uint64_t>(update_ratio * operation_mix::length) << 32 | trial << 16 | threads;
  }

  operation_mix mix_;
};

template <map_adapter Map>
cells steady_cells(const settings& s) {
  constexpr double ycsb_zipf_exponent = 0.99;
  const auto n = s.entries, length = stream_length(n);
  const auto mix_named = [&](std::string_view name) -> const mix* {
    const auto found = std::ranges::find(s.mixes, name, &mix::name);
    return found == s.mixes.end() ? nullptr : &*found;
  };
  const auto draw = [&](std::string_view workload) -> key_stream {
    if (workload == "find_zipf") return zipf_stream(n, ycsb_zipf_exponent, length, s.trial);
    if (workload == "find_miss") return uniform_stream(n, 2 * n, length, s.trial);
    const mix* const m = mix_named(workload);
    const std::uint64_t keys = m != nullptr && !m->assigns ? 2 * n : n;
    if (m != nullptr && m->zipf_exponent != 0) return zipf_stream(keys, m->zipf_exponent, length, s.trial);
    return uniform_stream(0, keys, length, s.trial);
  };
  std::map<std::string_view, std::shared_ptr<const key_stream>> streams;
  for (const auto& c : s.cells)
    if (!streams.contains(c.workload)) streams[c.workload] = std::make_shared<const key_stream>(draw(c.workload));

  const auto people = std::make_shared<population<Map>>(n, s.group == group::steady);
  cells all;
  for (const auto& c : s.cells) {
    const auto& stream = streams[c.workload];
    const mix* const m = mix_named(c.workload);
    if (m != nullptr && m->assigns)
      all.push_back(std::make_unique<assign_cell<Map>>(c, s, people, stream, m->updates));
    else if (m != nullptr)
      all.push_back(std::make_unique<mix_cell<Map>>(c, s, people, stream, m->updates));
    else if (c.workload != "find_many")
      all.push_back(std::make_unique<find_cell<Map>>(c, s, people, stream));
    else if constexpr (looks_up_many<typename Map::session>)
      all.push_back(std::make_unique<batch_cell<Map>>(c, s, people, stream));
    else
      throw std::invalid_argument("this map cannot look up many keys at once");
  }
  return all;
}

}  // namespace bench
