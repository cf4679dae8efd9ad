// SPDX-License-Identifier: BSL-1.0
// Three requests in any ten seconds that begin with the first of them, for each client. The window is the entry's life: nobody
// has to reset a count, and clients that are gone take no memory.
#include <wane/map.hpp>

#include <chrono>
#include <iostream>
#include <string_view>

using namespace std::chrono_literals;

struct policy : wane::policy<std::string> {
  using clock = wane::manual_clock;
};

int main() {
  wane::manual_clock clock;
  wane::map<std::string, int, policy> windows({}, {.clock = clock});
  const auto allowed = [&](std::string_view client) {
    int count = 1;
    const auto one_more = [&](int c) { return count = c + 1; };
    // A window that is open keeps its end. keep_ttl means `forever` where there is none, so that one is opened by itself.
    while (!windows.update(client, one_more))
      if (windows.insert(client, 1, 10s)) return true;
    return count <= 3;
  };

  for (int i = 0; i < 5; ++i) std::cout << allowed("ada");
  std::cout << allowed("grace") << '\n';
  clock.advance(11s);
  for (int i = 0; i < 5; ++i) std::cout << allowed("ada");
  std::cout << '\n';
}
// 111001
// 11100
