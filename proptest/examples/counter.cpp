// SPDX-License-Identifier: BSL-1.0
// Three calls a second from each client; what each window came to is added up when it is over.
#include <wane/lifecycle/counter.hpp>
#include <wane/map.hpp>

#include <chrono>
#include <iostream>
#include <string>

struct account {
  void operator()(const std::string& client, const wane::counter& calls, wane::cause) const {
    std::cout << client << " called " << *calls.close() << " times\n";
  }
};
struct policy : wane::policy<std::string> {
  using clock = wane::manual_clock;
  using listener = account;
};

int main() {
  using namespace std::chrono_literals;
  wane::manual_clock clock;
  wane::map<std::string, wane::counter, policy> calls({}, {.clock = clock});
  for (int call = 0; call < 5; ++call) std::cout << (wane::increment(calls, "ada", 1, 1s) <= 3);
  std::cout << '\n';
  clock.advance(1100ms);
  calls.sweep_some();
  std::cout << wane::increment(calls, "ada", 1, 1s) << '\n';
}
// 11100
// ada called 5 times
// 1
// ada called 1 times
