// SPDX-License-Identifier: BSL-1.0
// Session keys that are overwritten when their time is over.
#include <wane/lifecycle/secret.hpp>
#include <wane/map.hpp>

#include <array>
#include <chrono>
#include <iostream>
#include <string>

struct policy : wane::policy<std::string> {
  using clock = wane::manual_clock;
};

int main() {
  using namespace std::chrono_literals;
  wane::manual_clock clock;
  wane::map<std::string, wane::secret<std::array<char, 16>>, policy> keys({}, {.clock = clock});
  keys.insert("ada", wane::secret<std::array<char, 16>>({'o', 'p', 'e', 'n'}), 5min);
  keys.visit("ada", [](const auto&, const auto& key) { std::cout << key->data() << '\n'; });
  clock.advance(6min);
  keys.sweep_some();
  while (keys.stats().retired > 0) keys.collect();  // from here on it is nowhere in the map's memory
  std::cout << keys.stats().retired << '\n';
}
// open
// 0
