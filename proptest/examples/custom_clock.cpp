// SPDX-License-Identifier: BSL-1.0
// Time that is not the machine's: a replay stands where its log stands, and entries expire by that.
#include <wane/map.hpp>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>

using namespace std::chrono_literals;

/// What the policy asks of a clock: `now`, a time that never goes back, from any thread. The map keeps a copy, so what moves is
/// behind a pointer.
class log_clock {
 public:
  using duration = std::chrono::seconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<log_clock>;
  static constexpr bool is_steady = true;

  [[nodiscard]] time_point now() const noexcept { return time_point(duration(seconds_->load(std::memory_order_acquire))); }
  void set(rep seconds) { seconds_->store(seconds, std::memory_order_release); }

 private:
  std::shared_ptr<std::atomic<rep>> seconds_ = std::make_shared<std::atomic<rep>>(0);
};

struct policy : wane::policy<std::string> {
  using clock = log_clock;
  using tick = std::chrono::seconds;  // as fine as the log is
};

struct line {
  long second;
  const char* client;
};
constexpr line log_file[] = {{100, "ada"}, {130, "grace"}, {150, "ada"}, {200, "grace"}, {300, "ada"}};

int main() {
  log_clock clock;
  clock.set(log_file[0].second);
  wane::map<std::string, int, policy> recent({}, {.clock = clock});
  for (const auto& [second, client] : log_file) {
    clock.set(second);
    const bool known = recent.find_and_touch(client, 60s).has_value();
    if (!known) recent.insert(client, 0, 60s);
    std::cout << second << ' ' << client << (known ? " again\n" : " is new\n");
  }
}
// 100 ada is new
// 130 grace is new
// 150 ada again
// 200 grace is new
// 300 ada is new
