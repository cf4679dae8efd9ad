// SPDX-License-Identifier: BSL-1.0
// Cells as Google Benchmark runs, and their records.
//
// Debian's libbenchmark reports itself as a DEBUG build, because the package is compiled without -DNDEBUG. That does
// not touch these numbers: an iteration is the whole measurement, or one turn of it, and the clock stands between turns.
// No code of the library runs between the first and the last operation of an iteration.
#include "cell.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "turns.hpp"

namespace bench {
namespace {

/// The cell that is being run and what became of it; Google Benchmark's own channels carry numbers only.
struct running {
  using clock = std::chrono::steady_clock;

  explicit running(cell& c) : task(c), all(static_cast<std::ptrdiff_t>(c.threads())) {}

  void operator()(benchmark::State& state) {
    const auto thread = static_cast<std::size_t>(state.thread_index());
    for ([[maybe_unused]] auto iteration : state) {
      state.PauseTiming();
      if (thread == 0 && task.turns() != 0) await_turn(task.workload(), task.threads());
      all.arrive_and_wait();
      task.prepare(thread);
      all.arrive_and_wait();
      // Google Benchmark averages the threads' times. Every thread starts its clock before any of them works, and stops
      // it after all have: each time is that of the slowest, also when there are not enough cores.
      state.ResumeTiming();
      const auto begin = clock::now();
      all.arrive_and_wait();
      task.work(thread);
      all.arrive_and_wait();
      if (thread == 0) turn_seconds.push_back(std::chrono::duration<double>(clock::now() - begin).count());
    }
    if (thread != 0) return;
    try {
      result = task.conclude();
      state.SetItemsProcessed(static_cast<std::int64_t>(result.operations));
    } catch (const check_failed& failure) {
      state.SkipWithError(failure.what());
    } catch (const unavailable& reason) {
      lacking = reason.what();
    }
  }

  /// Operations a second of each turn.
  [[nodiscard]] std::vector<double> turn_rates() const {
    std::vector<double> rates;
    std::ranges::transform(result.turn_operations, turn_seconds, std::back_inserter(rates),
                           [](std::uint64_t operations, double s) { return static_cast<double>(operations) / s; });
    return rates;
  }

  cell& task;
  std::barrier<> all;
  std::vector<double> turn_seconds;
  outcome result;
  std::string lacking;
};

class record_printer : public benchmark::BenchmarkReporter {
 public:
  record_printer(const std::vector<std::unique_ptr<running>>& all, std::string_view map, std::size_t trial)
      : all_(all), map_(map), trial_(trial) {}

  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const running& done = *all_.at(next_++);
      nlohmann::ordered_json record = {
          {"name", fmt::format("{}/threads:{}", run.run_name.function_name, run.threads)},
          {"map", map_},
          {"workload", done.task.workload()},
          {"entries", done.task.entries()},
          {"threads", run.threads},
          {"trial", trial_},
      };
      if (run.error_occurred) {
        record["error"] = run.error_message;
        ++failed_;
      } else if (!done.lacking.empty()) {
        record["unavailable"] = done.lacking;
      } else {
        record["ops_per_second"] = run.counters.at("items_per_second").value;
        record["measured_seconds"] = run.real_accumulated_time;
        // 1 when each thread had a core to itself and never waited.
        record["cpu_share"] = run.cpu_accumulated_time / (run.real_accumulated_time * static_cast<double>(run.threads));
        if (done.task.turns() != 0) record["turn_ops_per_second"] = done.turn_rates();
        for (const auto& [figure, value] : done.result.figures) record[figure] = value;
        for (const auto& [label, text] : done.result.labels) record[label] = text;
        for (const auto& [quantity, values] : done.result.series) record[quantity] = values;
      }
      std::cout << record.dump() << std::endl;  // flushed: the study reads it while the next cell runs
    }
  }

  [[nodiscard]] std::size_t failed() const noexcept { return failed_; }

 private:
  const std::vector<std::unique_ptr<running>>& all_;
  std::string map_;
  std::size_t trial_, next_ = 0, failed_ = 0;
};

}  // namespace

std::size_t run(cells& all, std::string_view map, std::size_t trial) {
  std::vector<std::unique_ptr<running>> runs;
  for (const auto& c : all) {
    auto& r = *runs.emplace_back(std::make_unique<running>(*c));
    const auto name = fmt::format("{}/{}/size:{}", map, c->workload(), c->entries());
    benchmark::RegisterBenchmark(name.c_str(), [&r](benchmark::State& state) { r(state); })
        ->Threads(static_cast<int>(c->threads()))
        ->Iterations(static_cast<benchmark::IterationCount>(std::max<std::size_t>(c->turns(), 1)))
        ->UseRealTime();
  }
  if (std::ranges::any_of(all, [](const auto& c) { return c->turns() != 0; })) outlive_no_runner();
  record_printer printer(runs, map, trial);
  benchmark::RunSpecifiedBenchmarks(&printer);
  return printer.failed();
}

}  // namespace bench
