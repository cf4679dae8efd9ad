// SPDX-License-Identifier: BSL-1.0
// An environment that delays its threads at random before they touch a shared word.
//
// On a machine with few cores, threads meet between a load and its compare-and-swap only when the kernel happens to
// preempt one there. Here each access may spin for a moment or give up the processor, so that every window of the
// algorithm is hit many times a second.
#pragma once

#include <wane/environment.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "threads.hpp"

namespace proptest {

struct jittery_environment : wane::std_environment {
  static constexpr unsigned cached_table_bits = 1;  // what large tables do is to be delayed too

  static void jitter() noexcept {
    static thread_local std::uint64_t state = seed() ^ std::hash<std::thread::id>{}(std::this_thread::get_id());
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto dice = static_cast<std::uint32_t>(state >> 33);
    if (dice % 64 == 0) spin((dice >> 6) % 1024);
    if (dice % 1024 == 1) std::this_thread::yield();
  }

  template <class T>
  class atomic {
   public:
    atomic() noexcept = default;
    atomic(T value) noexcept : word_(value) {}  // NOLINT(google-explicit-constructor): as std::atomic

    T load(std::memory_order order) const noexcept {
      jitter();
      return word_.load(order);
    }
    void store(T value, std::memory_order order) noexcept {
      jitter();
      word_.store(value, order);
    }
    T exchange(T value, std::memory_order order) noexcept {
      jitter();
      return word_.exchange(value, order);
    }
    T fetch_add(T value, std::memory_order order) noexcept {
      jitter();
      return word_.fetch_add(value, order);
    }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure) noexcept {
      jitter();
      return word_.compare_exchange_strong(expected, desired, success, failure);
    }

   private:
    friend jittery_environment;
    std::atomic<T> word_;
  };

  static bool double_width_cas(atomic<std::uint64_t>& first, atomic<std::uint64_t>& second,
                               const wane::impl::two_words& expected, const wane::impl::two_words& desired,
                               std::memory_order success, std::memory_order failure) noexcept {
    jitter();
    return std_environment::double_width_cas(first.word_, second.word_, expected, desired, success, failure);
  }
};

}  // namespace proptest
