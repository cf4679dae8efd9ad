// SPDX-License-Identifier: BSL-1.0
// Threads for stress tests: started together, with random numbers of their own, for as long as the test may take.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "harness.hpp"

namespace proptest {

/// Random numbers of one thread. Source: S. Vigna's splitmix64, public domain.
class random_source {
 public:
  explicit random_source(std::uint64_t stream) : state_(seed() + stream * 0xA0761D6478BD642Full) {}

  std::uint64_t operator()() noexcept {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  /// In [0, n).
  std::uint64_t below(std::uint64_t n) noexcept { return (*this)() % n; }
  /// True once in n times.
  bool once_in(std::uint64_t n) noexcept { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

/// Passes some nanoseconds a turn, without leaving the processor.
inline void spin(std::uint64_t turns) noexcept {
  for (; turns > 0; --turns) std::atomic_signal_fence(std::memory_order_seq_cst);
}

/// How long a stress test goes on: rounds for half a second, times WANE_STRESS, and at least two.
class rounds {
 public:
  [[nodiscard]] bool go_on() {
    if (failures::any()) return false;  // the first failing round is the one to look at
    return done_++ < 2 || std::chrono::steady_clock::now() < end_;
  }
  /// The number of the round that go_on has allowed, from 1.
  [[nodiscard]] std::uint64_t number() const noexcept { return done_; }

 private:
  std::uint64_t done_ = 0;
  std::chrono::steady_clock::time_point end_ =
      std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                             std::chrono::duration<double>(0.35 * stress_factor()));
};

/// Lets threads go on only when `n` of them have come.
class barrier {
 public:
  explicit barrier(unsigned n) : missing_(n) {}
  void arrive_and_wait() noexcept {
    missing_.fetch_sub(1, std::memory_order_acq_rel);
    while (missing_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
  }

 private:
  std::atomic<unsigned> missing_;
};

/// Runs body(0) ... body(n-1), each in a thread of its own, started together. What one throws fails the test.
void together(unsigned n, const std::function<void(unsigned)>& body);

}  // namespace proptest
