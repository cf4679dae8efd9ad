// SPDX-License-Identifier: BSL-1.0
// A program that knows wane only as installed: an entry is there until its TTL has passed, and gone then.
#include <wane/map.hpp>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

struct by_hand : wane::policy<std::string> {
  using clock = wane::manual_clock;
};

int main() {
  wane::manual_clock clock;
  wane::map<std::string, int, by_hand> map({}, {.clock = clock});
  const bool inserted = map.insert("answer", 42, 10s);
  const bool found = map.find("answer") == 42;
  clock.advance(10s + 2ms);
  const bool gone = !map.find("answer");
  std::printf("inserted %d, found %d, gone %d\n", inserted, found, gone);
  return inserted && found && gone ? 0 : 1;
}
