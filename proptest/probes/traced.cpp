// SPDX-License-Identifier: BSL-1.0
// A program in which everything happens that has a probe, for test_probes.py to look at and to trace. It prints how often, as
// the map counts it, one figure a line.
#include <wane/map.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

struct by_hand : wane::policy<std::uint64_t> {
  using clock = wane::manual_clock;
};

constexpr std::uint64_t entries = 300;

}  // namespace

int main() {
  wane::manual_clock clock;
  wane::map<std::uint64_t, std::uint64_t, by_hand> map({}, {.clock = clock});
  const wane::stats empty = map.stats();
  for (std::uint64_t key = 0; key < entries; ++key) map.insert(key, key);
  map.reserve(entries);  // initialises the buckets that no insertion has
  const wane::stats full = map.stats();

  // Two deadlines: one that a reader meets, one that the sweeper does.
  map.insert(entries, entries, 5ms);
  clock.advance(7ms);
  (void)map.find(entries);
  map.insert(entries, entries, 5ms);
  clock.advance(9ms);
  (void)map.sweep_some();

  for (std::uint64_t key = 0; key < entries; ++key) map.erase(key);
  map.shrink_to_fit();
  map.collect();

  const wane::stats s = map.stats();
  const auto say = [](const char* what, std::uint64_t figure) {
    std::printf("%s %llu\n", what, static_cast<unsigned long long>(figure));
  };
  say("fewest", empty.buckets);
  say("most", full.buckets);
  say("growths", s.growths);
  say("shrinks", s.shrinks);
  say("expired", s.expired);
  say("removed", s.erased + s.expired);
  say("retired", s.retired);
}
