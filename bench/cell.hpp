// SPDX-License-Identifier: BSL-1.0
// A cell of the study: one workload on one map with one number of threads. Google Benchmark starts the threads and takes
// the time; a cell says what each thread does and whether the result may be believed. Its measured time is one piece, or
// cut into turns (turns.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Thrown by `conclude` when the map gave wrong answers: the cell then has an error and no number.
struct check_failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Thrown by `conclude` when this machine lacks what the cell needs: the cell then has neither a number nor an error.
struct unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void check(bool holds, const std::string& otherwise) {
  if (!holds) throw check_failed(otherwise);
}

/// What a cell measured besides time.
struct outcome {
  std::uint64_t operations = 0;
  std::map<std::string, double> figures;  ///< NaN: there is nothing to measure; null in the record
  std::map<std::string, std::string> labels;
  std::map<std::string, std::vector<std::uint64_t>> series = {};  ///< arrays in the record
  std::vector<std::uint64_t> turn_operations = {};                ///< of each turn, if the cell takes turns
};

class cell {
 public:
  cell(std::string workload, std::size_t entries, std::size_t threads, std::size_t turns = 0)
      : workload_(std::move(workload)), entries_(entries), threads_(threads), turns_(turns) {}
  virtual ~cell() = default;
  cell(const cell&) = delete;
  cell& operator=(const cell&) = delete;

  [[nodiscard]] const std::string& workload() const noexcept { return workload_; }
  [[nodiscard]] std::size_t entries() const noexcept { return entries_; }
  [[nodiscard]] std::size_t threads() const noexcept { return threads_; }

  /// How often `prepare` and `work` are called, each time at the runner's word; 0: once, without asking.
  [[nodiscard]] std::size_t turns() const noexcept { return turns_; }

  /// Called by each thread before any thread starts `work`, outside the measured time.
  virtual void prepare(std::size_t /*thread*/) {}
  /// Called by each thread, all starting together; the time is that of the last to finish.
  virtual void work(std::size_t thread) = 0;
  /// Called by thread 0 after all have finished for the last time. Throws check_failed, unavailable.
  virtual outcome conclude() = 0;

 private:
  std::string workload_;
  std::size_t entries_, threads_, turns_;
};

using cells = std::vector<std::unique_ptr<cell>>;

/// Runs the cells in their order and prints one JSON record a cell on standard output as soon as it is measured.
/// Returns how many failed.
std::size_t run(cells& all, std::string_view map, std::size_t trial);

}  // namespace bench
