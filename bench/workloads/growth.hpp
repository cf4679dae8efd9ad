// SPDX-License-Identifier: BSL-1.0
// What each insertion takes while a map grows from empty: a rate says nothing of the one that had to move everything.
//
// Every insertion is timed, from the end of the one before, so the key and one reading of the clock are in it. Where a
// reader comes along (`growth_read`), one more thread looks up what has been inserted, and every lookup is timed, too.
//
// What the machine does to a thread meanwhile looks like the map's doing. So when one thread has inserted everything, it looks
// up as many times, in stretches no shorter than an insertion on average, and these are timed likewise: a map that nobody changes
// stops nobody, so what stands out there is the machine's.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <random>
#include <stop_token>
#include <thread>

#include "../cells.hpp"
#include "../memory.hpp"
#include "../samples.hpp"
#include "tally.hpp"

namespace bench {

template <map_adapter Map>
class growth_cell : public cell {
  using clock = std::chrono::steady_clock;

 public:
  growth_cell(const requested_cell& c, const settings& s)
      : cell(std::string(c.workload), s.entries, c.threads), inserters_(c.threads), seed_(s.trial) {
    if (c.workload == "growth_read") reader_.emplace();
  }

  void prepare(std::size_t thread) override {
    if (thread != 0) return;
    // All of it here, or what other threads make room for meanwhile would count as the map's.
    for (std::size_t t = 0; t != threads(); ++t) inserters_[t].took.reserve(first_of(t + 1) - first_of(t));
    if (reader_) reader_->took.reserve(most_lookups);
    growth_.emplace();
    map_.emplace(0);
    // As somebody would who knows that it will grow. Others have their threads for that too (lfht's resizes the table).
    if constexpr (requires { map_->start_sweeper(); }) map_->start_sweeper();
  }

  void work(std::size_t thread) override {
    if (thread == 0 && reader_) reader_->thread = std::jthread([this](const std::stop_token& end) { look_up(end); });
    inserter& me = inserters_[thread];
    typename Map::session session(*map_);
    const std::size_t first = first_of(thread), last = first_of(thread + 1);
    const auto begin = clock::now();
    auto before = begin;
    for (std::size_t i = first; i != last; ++i) {
      const key_type key = key_of(i);
      me.inserted += session.insert(key, value_of(key));
      // [GR1] release: pairs with [GR2]; who learns of it finds the entry.
      me.done.store(i - first + 1, std::memory_order_release);
      if (i % operations_per_quiescent_state == 0) session.quiescent();
      const auto after = clock::now();
      me.took.add(after - before);
      before = after;
    }
    me.lasted = before - begin;
  }

  outcome conclude() override {
    if (reader_) reader_->thread = {};  // asks it to stop, and waits
    outcome result{entries(), map_->describe(), {}};
    result.figures["bytes_per_entry"] = growth_->bytes_per(entries());
    samples took;
    std::uint64_t inserted = 0;
    for (auto& one : inserters_) {
      took += one.took;
      inserted += one.inserted;
    }
    took.report("insert", result.figures);
    result.series["insert_tail_nanoseconds"] = took.tail();
    if (threads() == 1 && !reader_) stretches_of_lookups(inserters_.front().lasted / entries()).report("quiet", result.figures);
    result.figures["clock_seconds"] = cost_of_a_reading(clock::now);
    if (reader_) {
      reader_->took.report("find", result.figures);
      result.series["find_tail_nanoseconds"] = reader_->took.tail();
    }
    map_.reset();
    if (!Map::stores) return result;
    check(inserted == entries(), "an insertion of a new key failed");
    check(!reader_ || reader_->lost == 0, "a lookup missed an entry that had been inserted, or met another's value");
    return result;
  }

 private:
  static constexpr std::size_t most_lookups = std::size_t{1} << 23;  ///< then the reader ends: 64 MiB of samples

  struct inserter {
    alignas(64) std::atomic<std::size_t> done{0};  // the reader asks for it
    alignas(64) samples took;
    std::uint64_t inserted = 0;
    clock::duration lasted{};
  };
  struct reader {
    samples took;
    std::uint64_t lost = 0;
    std::jthread thread;
  };

  [[nodiscard]] std::size_t first_of(std::size_t thread) const { return entries() * thread / threads(); }

  void look_up(const std::stop_token& end) {
    typename Map::session session(*map_);
    std::minstd_rand random(static_cast<unsigned>(seed_ + 1));
    for (std::size_t i = 0; !reader_->took.is_full(); ++i) {
      if (i % operations_per_quiescent_state == 0) {
        session.quiescent();
        if (end.stop_requested()) return;
      }
      const std::size_t of = i % inserters_.size();
      // [GR2] acquire: pairs with [GR1].
      const std::size_t there = inserters_[of].done.load(std::memory_order_acquire);
      if (there == 0) continue;
      const key_type key = key_of(first_of(of) + random() % there);
      value_type value{};
      const auto before = clock::now();
      const bool hit = session.find(key, value);
      reader_->took.add(clock::now() - before);
      reader_->lost += !hit || value != value_of(key);
    }
  }

  [[nodiscard]] samples stretches_of_lookups(clock::duration shortest) {
    samples took;
    took.reserve(entries());
    typename Map::session session(*map_);
    std::minstd_rand random(static_cast<unsigned>(seed_ + 1));
    auto before = clock::now();
    for (std::size_t i = 0; i != entries(); ++i) {
      clock::time_point after;
      do {
        value_type value{};
        session.find(key_of(random() % entries()), value);
        after = clock::now();
      } while (after - before < shortest);
      took.add(after - before);
      before = after;
      if (i % operations_per_quiescent_state == 0) session.quiescent();
    }
    return took;
  }

  std::vector<inserter> inserters_;
  std::size_t seed_;
  std::optional<memory_growth> growth_;
  std::optional<Map> map_;
  std::optional<reader> reader_;  // last: its thread uses the rest
};

template <class Map>
cells growth_cells(const settings& s) {
  return one_for_each<growth_cell<Map>>(s);
}

}  // namespace bench
