// SPDX-License-Identifier: BSL-1.0
// A thread that writes down what leaves the map, so that no caller has to.
#include <wane/map.hpp>
#include <wane/removal_queue.hpp>

#include <iostream>
#include <string>
#include <thread>

using journal = wane::removal_queue<int, std::string>;
struct policy : wane::policy<int> {
  using listener = journal::listener;
};

int main() {
  journal gone;
  std::jthread writer([&](const std::stop_token& stop) {
    for (auto some = gone.wait(stop); !some.empty(); some = gone.wait(stop))
      for (const auto& entry : some) std::cout << entry.value << " " << wane::to_string(entry.why) << std::endl;
  });
  {
    wane::map<int, std::string, policy> users({}, {.listener = gone.input()});
    users.insert(1, "ada");
    users.insert_or_assign(1, "grace");
    users.erase(1);
    users.insert(2, "edsger");
  }
}
// ada replaced
// grace erased
// edsger destroyed
