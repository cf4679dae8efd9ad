// SPDX-License-Identifier: BSL-1.0
// Uploads: each has a thread, and ends with its entry, whether that is cancelled, expires, or goes with the map.
#include <wane/lifecycle/task.hpp>
#include <wane/map.hpp>

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>

struct policy : wane::policy<int> {
  using listener = wane::close_on_removal;
};

int main() {
  using namespace std::chrono_literals;
  std::mutex mutex;
  std::condition_variable_any progress;
  wane::map<int, wane::task, policy> uploads;
  const wane::task upload([&](const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) progress.wait_for(lock, stop, 10ms, [] { return false; });  // sends a piece
    std::cout << "upload ends\n";
  });
  std::cout << wane::start_in(uploads, 7, upload, 5min) << wane::start_in(uploads, 7, upload, 5min) << '\n';
  wane::stop_and_erase(uploads, 7);
  std::cout << "nothing runs any more\n";
}
// 10
// upload ends
// nothing runs any more
