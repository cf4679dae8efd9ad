// SPDX-License-Identifier: BSL-1.0
// The numbers that a test itself keeps. They order nothing: if they did, they would hide what the tested code fails to order.
#pragma once

#include <atomic>

namespace proptest {

/// Read and changed by any thread, all relaxed: what else a test relies on comes by joins, locks and the tested code.
template <class T>
class relaxed {
 public:
  relaxed(T value = {}) noexcept : value_(value) {}  // NOLINT(google-explicit-constructor): stands for it
  operator T() const noexcept { return value_.load(std::memory_order_relaxed); }  // NOLINT(google-explicit-constructor)
  relaxed& operator=(T value) noexcept {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }
  void operator+=(T more) noexcept { value_.fetch_add(more, std::memory_order_relaxed); }
  void operator++() noexcept { *this += 1; }
  void operator--() noexcept { value_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<T> value_;
};

}  // namespace proptest
