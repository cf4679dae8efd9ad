// SPDX-License-Identifier: BSL-1.0
// The scenes: a token service at the rates of real time, its cache filled with a population that is steady from the
// first moment (timeline.hpp).
//
//   fill, the clock stands | settle | measured: checks, births and touches at their times, samples of what is overdue
//
// `storm` has a twelfth of the entries due at one instant, a quarter into the measured time, and measures the checks
// from then on until the last of these entries is gone. `parked` has a reader that parks inside its lookup, from a
// quarter of the measured time on, for as long, ten seconds at most.
#pragma once

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <system_error>
#include <thread>

#include "../cells.hpp"
#include "../memory.hpp"
#include "../workloads/cpu_time.hpp"
#include "../workloads/parked_reader.hpp"
#include "../workloads/tally.hpp"
#include "checks.hpp"
#include "cleaner.hpp"
#include "register.hpp"

namespace bench::expiry {

/// When what happens.
struct schedule {
  explicit schedule(const requested_cell& c, const settings& s)
      : begin(at(seconds(0.5 + 0.5e-6 * static_cast<double>(s.entries)))),
        end(at(since_start(begin) + seconds(s.seconds))) {
    const time_point quarter = at(since_start(begin) + seconds(s.seconds / 4));
    if (c.workload == "storm") storm = quarter;
    if (c.workload == "parked") {
      park = quarter;
      go_on = at(since_start(quarter) + seconds(std::min(10.0, s.seconds / 4)));
    }
  }

  time_point begin, end;  ///< of what is measured
  time_point storm = never;
  time_point park = never, go_on = never;
};

template <cache Cache>
class scene_cell : public cell {
 public:
  scene_cell(const requested_cell& c, const settings& s)
      : cell(std::string(c.workload), s.entries, c.threads),
        plan_(c, s),
        // Ten times the rate of the picture, or a storm that is soon over would meet but a few.
        checks_per_second_(c.workload == "storm" ? 30'000 : 3'000),
        garbage_limit_(c.workload == "parked" ? std::size_t{1} << 20 : std::size_t{64} << 20),
        seed_(s.trial * c.threads),
        when_(s.entries, plan_.storm),
        inserted_(when_.kinds().size()),
        deaths_(when_, plan_.begin, when_.ended_by(at(since_start(plan_.end) + unforeseen))),
        workers_(c.threads) {}

  void prepare(std::size_t thread) override {
    if (thread != 0) return;
    fill();
    scene_clock::run();
    cache_->start_cleaner(garbage_limit_);
    writer_ = std::jthread([this](const std::stop_token& end) { write(end); });
    watcher_ = std::jthread([this](const std::stop_token& end) { watch(end); });
    std::this_thread::sleep_until(scene_clock::steady(plan_.begin));
    begin_ = readings();
  }

  void work(std::size_t thread) override {
    worker& me = workers_[thread];
    const double cpu = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    const seconds apart{static_cast<double>(threads()) / checks_per_second_};
    const auto count = static_cast<std::size_t>(seconds(plan_.end - plan_.begin) / apart);
    for (samples* of : {&me.seen.response, &me.seen.service, &me.seen.empty}) of->reserve(count);
    {
      typename Cache::session session(*cache_);
      token_drawer tokens(when_, inserted_, seed_ + thread);
      const auto counts = [this](time_point now) { return is_measured(now); };
      const auto due = [&, first = apart * static_cast<double>(thread) / static_cast<double>(threads())](double n) {
        return at(since_start(plan_.begin) + first + n * apart);
      };
      for (std::size_t i = 0; i != count; ++i) {
        me.seen.make_empty(due(static_cast<double>(i)), counts);
        const auto number = tokens.draw(scene_clock::precise_now());
        me.seen.make(session, when_, number, due(static_cast<double>(i) + 0.5), counts);
      }
    }
    me.cpu = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
  }

  outcome conclude() override {
    const reading end = readings();
    for (std::jthread* helper : {&watcher_, &writer_}) {
      helper->request_stop();
      helper->join();
    }
    const double overdue_at_end = overdue();
    checks seen;
    double workers_cpu = 0;
    for (const worker& w : workers_) {
      seen += w.seen;
      workers_cpu += w.cpu;
    }
    outcome result{seen.made, cache_->describe(), {}};
    cache_.reset();  // nobody expires any more
    auto& figures = result.figures;
    seen.response.report("response", figures);
    seen.service.report("service", figures);
    seen.empty.report("empty", figures);
    deaths_.lateness().report("lateness", figures);
    figures["hit_ratio"] = ratio(seen.hits, seen.made);
    figures["clock_seconds"] = cost_of_a_reading(scene_clock::precise_now);
    figures["checks_per_second"] = checks_per_second_;
    figures["sessions_per_second"] = 8000 * static_cast<double>(entries()) / timeline::picture_entries;
    figures["cleaner_cpu_share"] =
        std::max(0.0, end.process_cpu - begin_.process_cpu - (end.helpers_cpu - begin_.helpers_cpu) - workers_cpu) /
        (end.wall - begin_.wall).count();
    figures["bytes_per_entry"] = bytes_per_entry_;
    figures["overdue_entries_at_end"] = overdue_at_end;
    figures["overdue_bytes_peak"] = peak(samples_.overdue);
    figures["awaiting_bytes_peak"] = peak(samples_.awaiting);
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    figures["garbage_limit_bytes"] = Cache::limits_garbage ? static_cast<double>(garbage_limit_) : none;
    figures["parked_seconds"] = plan_.park == never ? 0.0 : seconds(plan_.go_on - plan_.park).count();
    if (plan_.storm != never) {
      figures["storm_entries"] = static_cast<double>(when_.kinds()[timeline::of_storm].population);
      figures["storm_seconds"] = storm_over_ == never ? none : seconds(storm_over_ - plan_.storm).count();
    }
    result.series = {{"sample_ms", samples_.ms},
                     {"sample_overdue_bytes", samples_.overdue},
                     {"sample_awaiting_bytes", samples_.awaiting},
                     {"response_tail_nanoseconds", seen.response.tail()},
                     {"empty_tail_nanoseconds", seen.empty.tail()}};
    check(seen.wrong_values == 0, "a lookup returned a value that belongs to another key");
    check(seen.found_expired == 0, "a lookup returned an entry past its deadline");
    check(seen.missed_live == 0, "a lookup missed an entry before its deadline");
    check(deaths_.early() == 0, "an entry was removed before its deadline");
    check(refused_insertions_ == 0, "an insertion of a new key failed");
    check(refused_touches_ == 0, "a touch of a live entry failed");
    return result;
  }

 private:
  static constexpr seconds unforeseen{60};  ///< how much longer than planned it may take

  struct alignas(64) worker {
    checks seen;
    double cpu = 0;
  };
  struct reading {
    double process_cpu, helpers_cpu;
    seconds wall;
  };
  struct series {
    std::vector<std::uint64_t> ms, overdue, awaiting;
  };

  static double peak(const std::vector<std::uint64_t>& of) {
    return of.empty() ? 0.0 : static_cast<double>(std::ranges::max(of));
  }

  static double cpu_of(std::jthread& thread) {
    clockid_t clock{};
    if (const int error = pthread_getcpuclockid(thread.native_handle(), &clock); error != 0)
      throw std::system_error(error, std::generic_category(), "pthread_getcpuclockid");
    return cpu_seconds(clock);
  }

  /// CPU time spent so far, by all and by those who are neither cleaners nor workers.
  reading readings() {
    return {cpu_seconds(CLOCK_PROCESS_CPUTIME_ID), cpu_of(writer_) + cpu_of(watcher_),
            since_start(scene_clock::precise_now())};
  }

  /// In an order that is not that of the deadlines, so that any block of memory holds entries that are due soon and
  /// late.
  void fill() {
    scene_clock::stand_at({});
    const memory_growth growth;
    cache_.emplace(entries(), deaths_);
    typename Cache::session session(*cache_);
    std::vector<std::size_t> ends;
    for (const auto& kind : when_.kinds()) ends.push_back((ends.empty() ? 0 : ends.back()) + kind.population);
    for (std::size_t i = 0; i != entries(); ++i) {
      const std::size_t place = scatter(i, entries());
      const auto of = static_cast<std::size_t>(std::ranges::upper_bound(ends, place) - ends.begin());
      const auto& kind = when_.kinds()[of];
      const std::size_t k = place - (ends[of] - kind.population);
      const auto number = timeline::number(of, k);
      const bool is_touched = k < kind.touched_by(seconds(0));
      const auto deadline = kind.touched && !is_touched ? at(kind.first_deadline(k)) : when_.end(number);
      refused_insertions_ += !session.insert(key_of(number), number, deadline);
    }
    for (std::size_t of = 0; of != inserted_.size(); ++of)
      // [CH3] relaxed: nobody draws tokens before the map is filled.
      inserted_[of].store(when_.kinds()[of].population, std::memory_order_relaxed);
    bytes_per_entry_ = growth.bytes_per(entries());
  }

  /// Births and touches, as they fall due.
  void write(const std::stop_token& end) {
    typename Cache::session session(*cache_);
    std::vector<std::size_t> touched;
    for (const auto& kind : when_.kinds()) touched.push_back(kind.touched_by(seconds(0)));
    while (!end.stop_requested()) {
      for (std::size_t of = 0; of != when_.kinds().size(); ++of) {
        const auto& kind = when_.kinds()[of];
        const seconds now = since_start(scene_clock::precise_now());
        // [CH4] relaxed: this thread's own number.
        for (auto k = inserted_[of].load(std::memory_order_relaxed); k < kind.born_by(now); ++k) {
          const auto number = timeline::number(of, k);
          refused_insertions_ += !session.insert(key_of(number), number, at(kind.first_deadline(k)));
          // [CH2] release: pairs with [CH1] in checks.hpp.
          inserted_[of].store(k + 1, std::memory_order_release);
        }
        for (; touched[of] < kind.touched_by(now); ++touched[of]) {
          const auto number = timeline::number(of, touched[of]);
          refused_touches_ += !session.touch(key_of(number), when_.end(number));
        }
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// Entries past their deadlines and not yet unlinked.
  [[nodiscard]] double overdue() const {
    const auto due = static_cast<double>(when_.ended_by(scene_clock::precise_now()));
    return std::max(0.0, due - static_cast<double>(deaths_.removed()));
  }

  [[nodiscard]] bool is_measured(time_point now) const {
    return plan_.storm == never || (now >= plan_.storm && deaths_.left_in_storm() != 0);
  }

  /// Samples, and parks the reader when it is time.
  void watch(const std::stop_token& end) {
    using namespace std::chrono_literals;
    const auto interval = std::max<scene_clock::duration>(1ms, (plan_.end - plan_.begin) / 300);
    std::optional<parked_reader<Cache>> reader;
    for (time_point next = plan_.begin; !end.stop_requested(); next += interval) {
      sleep_until(end, scene_clock::steady(next));
      const time_point now = scene_clock::precise_now();
      if (now >= plan_.go_on) {
        reader.reset();
      } else if (now >= plan_.park && !reader) {
        reader.emplace(*cache_, key_of(timeline::number(timeline::lasting, 0)));
      }
      if (now >= plan_.storm && storm_over_ == never && deaths_.left_in_storm() == 0) storm_over_ = now;
      samples_.ms.push_back(
          static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now - plan_.begin).count()));
      samples_.overdue.push_back(static_cast<std::uint64_t>(overdue() * bytes_per_entry_));
      samples_.awaiting.push_back(cache_->retired_bytes());
    }
  }

  const schedule plan_;
  const double checks_per_second_;
  const std::size_t garbage_limit_;
  const std::uint64_t seed_;
  const timeline when_;
  progress inserted_;
  death_register deaths_;
  std::vector<worker> workers_;
  std::optional<Cache> cache_;
  double bytes_per_entry_ = 0;
  reading begin_{};
  std::uint64_t refused_insertions_ = 0, refused_touches_ = 0;
  series samples_;
  time_point storm_over_ = never;
  std::jthread writer_, watcher_;  // last: they use the rest
};

template <cache Cache>
cells scene_cells(const settings& s) {
  return one_for_each<scene_cell<Cache>>(s);
}

}  // namespace bench::expiry
