// SPDX-License-Identifier: BSL-1.0
// Expiring entries in steady state with the sweeper on: N entries, N / TTL of which expire each second and are replaced
// by as many new ones, while the threads look up entries that live.
//
// The state is steady from the start, because the prefilled entries are given deadlines spread over a whole TTL, in an
// order unrelated to that of their insertion: any block of memory holds entries that are due soon and late. Lookups
// go to entries whose deadlines lie in the later half of the TTL. They must hit, and they must not do the sweeper's
// work: a reader that meets an expired entry removes it.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <optional>

#include "../cell.hpp"
#include "../memory.hpp"
#include "../settings.hpp"
#include "../stream.hpp"
#include "cpu_time.hpp"
#include "tally.hpp"

namespace bench {

template <class Map>
class expire_cell : public cell {
  using cache = typename Map::expiring;
  using clock = typename cache::clock;
  using seconds = std::chrono::duration<double>;

 public:
  expire_cell(const requested_cell& c, const settings& s, std::shared_ptr<const key_stream> lookups)
      : cell(std::string(c.workload), s.entries, c.threads),
        lookups_(std::move(lookups)),
        seconds_(s.seconds),
        ttl_(ttl_of(c.workload)),
        workers_(c.threads) {
    // Prefilling and settling take their share of the first half of the TTL, in which no looked-up entry expires.
    if (s.seconds > ttl_.count() / 4)
      throw std::runtime_error(fmt::format("{} takes at most {} s", c.workload, ttl_.count() / 4));
  }

  static seconds ttl_of(std::string_view workload) { return seconds(workload == "expire_fast" ? 20 : 300); }

  void prepare(std::size_t thread) override {
    if (thread != 0) return;
    const memory_growth growth;
    cache_.emplace(entries());
    start_ = clock::now();
    typename cache::session session(*cache_);
    for (std::size_t i = 0; i != entries(); ++i) {
      session.insert(key_of(i), value_of(key_of(i)), start_ + nth_deadline(scatter(i, entries()) + 1));
      if (i % operations_per_quiescent_state == 0) session.quiescent();
    }
    bytes_per_entry_ = growth.bytes_per(entries());
    insert_due(session, workers_[0].counts);
    cache_->start_sweeper();
    // A first pass visits every entry; the steady state begins behind it.
    repeat_for(
        settle_seconds, session, [] {}, [&](auto) { insert_due(session, workers_[0].counts); });
    workers_[0].counts = {};
    process_cpu_ = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    wall_ = std::chrono::steady_clock::now();
  }

  void work(std::size_t thread) override {
    worker& me = workers_[thread];
    const double cpu = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    {
      typename cache::session session(*cache_);
      stream_reader keys(*lookups_, thread, threads());
      tally t;
      auto next_sample = std::chrono::steady_clock::now();
      t.operations = repeat_for(
          seconds_, session, [&] { find_and_count(session, keys.next(), t); },
          [&](auto now) {
            insert_due(session, t);
            if (thread != 0 || now < next_sample) return;
            sample();
            next_sample = now + std::chrono::milliseconds(20);
          });
      t.operations += t.inserts;
      me.counts = t;
    }
    me.cpu = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
  }

  outcome conclude() override {
    const double process_cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - process_cpu_;
    const seconds wall = std::chrono::steady_clock::now() - wall_;
    check(clock::now() - start_ < ttl_ / 2, "prefilling took so long that looked-up entries may have expired");
    tally total;
    double workers_cpu = 0;
    for (const auto& w : workers_) {
      total += w.counts;
      workers_cpu += w.cpu;
    }
    outcome result{total.operations, cache_->describe(), {}};
    cache_.reset();
    result.figures["bytes_per_entry"] = bytes_per_entry_;
    result.figures["hit_ratio"] = ratio(total.hits, total.finds);
    result.figures["ttl_seconds"] = ttl_.count();
    result.figures["expiring_per_second"] = static_cast<double>(entries()) / ttl_.count();
    // Everything in this process that is not a worker: the sweeper and the threads of the reclaimer.
    result.figures["background_cpu_share"] = std::max(0.0, process_cpu - workers_cpu) / wall.count();
    result.figures["expired_resident_ratio_mean"] = ratio_sum_ / static_cast<double>(samples_);
    result.figures["expired_resident_ratio_max"] = ratio_max_;
    result.figures["samples"] = static_cast<double>(samples_);
    check(total.wrong_values == 0, "a lookup returned a value that belongs to another key");
    check(total.hits == total.finds, "a lookup missed an entry before its deadline");
    check(total.inserted == total.inserts, "an insertion of a new key failed");
    return result;
  }

 private:
  static constexpr double settle_seconds = 0.5;

  struct alignas(64) worker {
    tally counts;
    double cpu = 0;
  };

  /// When the n-th of the prefilled entries expires, n = 1 .. N, from the start.
  typename clock::duration nth_deadline(std::size_t n) const {
    return std::chrono::duration_cast<typename clock::duration>(
        ttl_ * (static_cast<double>(n) / static_cast<double>(entries())));
  }

  /// How many of the prefilled entries have expired, which is also how many new ones are due.
  std::size_t expired_by(typename clock::time_point now) const {
    return static_cast<std::size_t>(seconds(now - start_) / ttl_ * static_cast<double>(entries()));
  }

  template <class Session>
  void insert_due(Session& session, tally& t) {
    const auto due = expired_by(clock::now());
    // [E1] relaxed: hands out numbers, and orders nothing.
    for (auto i = inserted_.load(std::memory_order_relaxed); i < due;) {
      if (!inserted_.compare_exchange_weak(i, i + 1, std::memory_order_relaxed)) continue;
      const key_type key = key_of(entries() + i);
      t.inserted +=
          session.insert(key, value_of(key), clock::now() + std::chrono::duration_cast<typename clock::duration>(ttl_));
      ++t.inserts;
      ++i;
    }
  }

  /// Entries past their deadline and not yet unlinked, against the live ones.
  void sample() {
    const double resident = static_cast<double>(cache_->resident());
    const auto expired = expired_by(clock::now());
    const double live = static_cast<double>(entries() - expired + inserted_.load(std::memory_order_relaxed));
    const double late = std::max(0.0, resident - live) / live;
    ratio_sum_ += late;
    ratio_max_ = std::max(ratio_max_, late);
    ++samples_;
  }

  std::shared_ptr<const key_stream> lookups_;
  double seconds_;
  seconds ttl_;
  std::vector<worker> workers_;
  std::optional<cache> cache_;
  double bytes_per_entry_ = 0;
  typename clock::time_point start_;
  std::atomic<std::size_t> inserted_{0};
  double process_cpu_ = 0;
  std::chrono::steady_clock::time_point wall_;
  double ratio_sum_ = 0, ratio_max_ = 0;
  std::size_t samples_ = 0;
};

template <class Map>
cells expire_cells(const settings&) {
  throw std::runtime_error("entries of this map do not expire");
}

template <expires_natively Map>
cells expire_cells(const settings& s) {
  const auto n = s.entries, length = stream_length(n);
  // Numbers whose deadlines lie in the later half of the TTL.
  std::mt19937_64 generator(s.trial);
  std::uniform_int_distribution<std::uint64_t> number(0, n - 1);
  auto lookups = std::make_shared<key_stream>();
  lookups->reserve(length);
  while (lookups->size() != length)
    if (const auto i = number(generator); scatter(i, n) >= n / 2) lookups->push_back(key_of(i));

  cells all;
  for (const auto& c : s.cells) all.push_back(std::make_unique<expire_cell<Map>>(c, s, lookups));
  return all;
}

}  // namespace bench
