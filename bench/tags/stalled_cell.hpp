// SPDX-License-Identifier: BSL-1.0
// Threads hammer the word while one more has read it and is stalled. The stalled one keeps the time.
#pragma once

#include <latch>
#include <thread>

#include "hammer_cell.hpp"
#include "watch.hpp"

namespace bench::tags {

template <tagged_word Word>
class stalled_cell : public hammer_cell<Word> {
 public:
  stalled_cell(const requested_cell& c, const settings& s)
      : hammer_cell<Word>(c, s),
        watch_(this->stack_.word()),
        progress_(c.threads),
        started_(static_cast<std::ptrdiff_t>(c.threads)) {}

  void prepare(std::size_t thread) override {
    if (thread != 0) return;
    stalled_ = std::jthread([this] {
      started_.wait();
      stall();
      // [SC1] relaxed: an order to stop; what the stalled thread found is published by joining it.
      stop_.store(true, std::memory_order_relaxed);
    });
  }

  void work(std::size_t thread) override {
    started_.count_down();
    const auto stopped = [this, &mine = progress_[thread].changes](const effort& e) {
      // [SC3] relaxed: a statistic.
      mine.store(e.changes, std::memory_order_relaxed);
      // [SC2] relaxed: as [SC1].
      return stop_.load(std::memory_order_relaxed);
    };
    this->efforts_[thread] = hammer(this->stack_, watch_, stopped);
  }

  outcome conclude() override {
    stalled_.join();
    outcome result = hammer_cell<Word>::conclude();
    report(result);
    return result;
  }

 protected:
  /// The life of the stalled thread, beside the hammering ones; they stop when it returns.
  virtual void stall() = 0;
  virtual void report(outcome& result) = 0;

  /// How often the word has been changed so far; each thread lags behind by what it does between two looks.
  [[nodiscard]] std::uint64_t changes() const noexcept {
    std::uint64_t sum = 0;
    // [SC4] relaxed: as [SC3].
    for (const auto& p : progress_) sum += p.changes.load(std::memory_order_relaxed);
    return sum;
  }

  watch<Word> watch_;

 private:
  struct alignas(64) progress {
    std::atomic<std::uint64_t> changes{0};
  };

  std::vector<progress> progress_;
  std::latch started_;
  std::atomic<bool> stop_{false};
  std::jthread stalled_;
};

/// Of at least one.
inline double median(std::vector<double> all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::ranges::nth_element(all, middle);
  if (all.size() % 2 != 0) return *middle;
  return (*std::max_element(all.begin(), middle) + *middle) / 2;
}

}  // namespace bench::tags
