// SPDX-License-Identifier: BSL-1.0
// Cells as Google Benchmark runs, and their records.
//
// Debian's libbenchmark reports itself as a DEBUG build, because the package is compiled without -DNDEBUG. That does
// not touch these numbers: every cell is a single iteration as long as the whole measurement, so no code of the library
// runs between the first and the last operation.
#include "cell.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <barrier>
#include <iostream>
#include <nlohmann/json.hpp>

namespace bench {
namespace {

/// The cell that is being run and what became of it; Google Benchmark's own channels carry numbers only.
struct running {
  explicit running(cell& c) : task(c), finish(static_cast<std::ptrdiff_t>(c.threads())) {}

  void operator()(benchmark::State& state) {
    const auto thread = static_cast<std::size_t>(state.thread_index());
    task.prepare(thread);
    for ([[maybe_unused]] auto iteration : state) {
      task.work(thread);
      // Google Benchmark averages the threads' times; with this barrier each of them is the time of the slowest.
      finish.arrive_and_wait();
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

  cell& task;
  std::barrier<> finish;
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
        ->Iterations(1)
        ->UseRealTime();
  }
  record_printer printer(runs, map, trial);
  benchmark::RunSpecifiedBenchmarks(&printer);
  return printer.failed();
}

}  // namespace bench
