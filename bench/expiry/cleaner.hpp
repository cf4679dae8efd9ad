// SPDX-License-Identifier: BSL-1.0
// The thread behind a rival: it cleans, waits, and cleans again.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace bench::expiry {

/// Waits until then, or until it is to end.
inline void sleep_until(const std::stop_token& end, std::chrono::steady_clock::time_point then) {
  std::mutex nobody_elses;
  std::unique_lock lock(nobody_elses);
  std::condition_variable_any().wait_until(lock, end, then, [] { return false; });
}

/// Calls `clean` of a session of its own each `Cache::interval`; ends with its destruction.
template <class Cache>
class cleaner {
 public:
  explicit cleaner(Cache& cache)
      : thread_([&cache](const std::stop_token& end) {
          typename Cache::session session(cache);
          for (auto next = std::chrono::steady_clock::now(); !end.stop_requested();) {
            session.clean();
            // One that is late does not catch up.
            next = std::max(next + Cache::interval, std::chrono::steady_clock::now());
            sleep_until(end, next);
          }
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace bench::expiry
