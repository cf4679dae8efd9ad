// SPDX-License-Identifier: BSL-1.0
// The mix of half updates while the map's garbage is watched: `stalled`, with one more thread that stays inside a guard
// all the time, and `oversubscribed`, which differs from `mix50` only in its many threads: any of them may lose its
// core inside a guard.
//
//   warm-up | reader parks | the mix, a sample of the garbage each 50 ms | reader goes on, garbage is collected
//
// QSBR knows no guards: its parked reader is online and announces no quiescent state.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "parked_reader.hpp"
#include "steady.hpp"

namespace bench {

/// What there was at one moment of the measured time.
struct garbage_sample {
  std::chrono::nanoseconds time;
  std::size_t retired_bytes;
  std::uint64_t operations;  ///< by all threads; each has done up to 255 more
};

template <shows_its_reclaimer Map>
class garbage_cell : public mix_cell<Map> {
  using clock = std::chrono::steady_clock;

 public:
  garbage_cell(const requested_cell& c, const settings& s, std::shared_ptr<population<Map>> people,
               std::shared_ptr<const key_stream> stream)
      : mix_cell<Map>(c, s, std::move(people), std::move(stream), 0.50),
        parks_(c.workload == "stalled"),
        parking_place_(key_of(2 * s.entries)),
        progress_(c.threads) {}

  void prepare(std::size_t thread) override {
    mix_cell<Map>::prepare(thread);
    // [GC1] relaxed: forgets the warm-up; the barrier before `work` comes before whoever reads it.
    progress_[thread].operations.store(0, std::memory_order_relaxed);
    if (thread != 0 || !parks_) return;
    {
      typename Map::session session(map());
      session.insert(parking_place_, value_of(parking_place_));
    }
    reader_.emplace(map(), parking_place_);
  }

  void work(std::size_t thread) override {
    if (thread == 0) {
      start_ = clock::now();
      watcher_ = std::jthread([this](const std::stop_token& end) { watch(end); });
    }
    mix_cell<Map>::work(thread);
  }

  outcome conclude() override {
    watcher_.request_stop();
    watcher_.join();
    sample();
    const recovery after = recover();
    outcome result = mix_cell<Map>::conclude();
    result.figures["sample_interval_seconds"] = std::chrono::duration<double>(interval).count();
    result.figures["peak_retired_bytes"] =
        static_cast<double>(std::ranges::max(samples_, {}, &garbage_sample::retired_bytes).retired_bytes);
    result.figures["last_retired_bytes"] = static_cast<double>(samples_.back().retired_bytes);
    result.figures["recovery_seconds"] = after.seconds;
    result.figures["recovery_freed_bytes"] = after.freed_bytes;
    for (const garbage_sample& s : samples_) {
      const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(s.time);
      result.series["sample_ms"].push_back(static_cast<std::uint64_t>(ms.count()));
      result.series["sample_retired_bytes"].push_back(s.retired_bytes);
      result.series["sample_operations"].push_back(s.operations);
    }
    return result;
  }

 protected:
  tally request(typename Map::session& session, typename steady_cell<Map>::place& at, double seconds) override {
    auto& mine = progress_[at.thread].operations;
    return this->perform(session, at, seconds, [&mine](std::uint64_t operations) {
      // [GC2] relaxed: a statistic.
      mine.store(operations, std::memory_order_relaxed);
    });
  }

 private:
  static constexpr auto interval = std::chrono::milliseconds(50);
  static constexpr auto patience = std::chrono::seconds(30);
  /// What is left of the garbage once it counts as gone: reclaimers free by the bag, and a bag may wait to be full.
  static constexpr std::size_t gone_share = 100;

  struct alignas(64) progress {
    std::atomic<std::uint64_t> operations{0};
  };

  struct recovery {
    double seconds, freed_bytes;
  };

  [[nodiscard]] Map& map() noexcept { return this->people_->map; }

  void sample() {
    std::uint64_t done = 0;
    // [GC3] relaxed: as [GC2].
    for (const progress& p : progress_) done += p.operations.load(std::memory_order_relaxed);
    samples_.push_back({clock::now() - start_, map().retired_bytes(), done});
  }

  void watch(const std::stop_token& end) {
    std::mutex nobody_elses;
    std::unique_lock lock(nobody_elses);
    std::condition_variable_any never;
    for (auto next = start_; !end.stop_requested();) {
      sample();
      // A sampler that was late does not catch up, or its samples would come in bursts.
      while (next <= clock::now()) next += interval;
      never.wait_until(lock, end, next, [] { return false; });
    }
  }

  /// Lets the reader go, and collects until the garbage is gone.
  recovery recover() {
    const std::size_t before = samples_.back().retired_bytes;
    typename Map::session session(map());
    const auto begin = clock::now();
    if (reader_) reader_->let_go();
    recovery result{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
    if constexpr (Map::frees) {
      std::size_t left = before;
      for (;;) {
        session.collect();
        session.quiescent();
        left = map().retired_bytes();
        if (left <= before / gone_share) break;
        check(clock::now() - begin < patience, fmt::format("{} of {} bytes of garbage do not go away", left, before));
        std::this_thread::yield();
      }
      result = {std::chrono::duration<double>(clock::now() - begin).count(), static_cast<double>(before - left)};
    }
    reader_.reset();
    if (parks_) session.erase(parking_place_);
    return result;
  }

  bool parks_;
  key_type parking_place_;  ///< none of the keys of the mix, or it might be gone before the reader has parked there
  std::vector<progress> progress_;
  std::optional<parked_reader<Map>> reader_;
  clock::time_point start_;
  std::vector<garbage_sample> samples_;
  std::jthread watcher_;
};

template <class Map>
cells garbage_cells(const settings&) {
  throw std::runtime_error("the reclaimer of this map cannot be seen");
}

template <shows_its_reclaimer Map>
cells garbage_cells(const settings& s) {
  const auto n = s.entries;
  const auto stream = std::make_shared<const key_stream>(uniform_stream(0, 2 * n, stream_length(n), s.trial));
  const auto people = std::make_shared<population<Map>>(n, true);
  cells all;
  for (const auto& c : s.cells) all.push_back(std::make_unique<garbage_cell<Map>>(c, s, people, stream));
  return all;
}

}  // namespace bench
