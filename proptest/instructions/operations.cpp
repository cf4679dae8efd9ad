// SPDX-License-Identifier: BSL-1.0
// The hot operations of a map, a thousand times each, for callgrind to count (count.py runs this and reads what it dumps).
#include <wane/map.hpp>
#include <wane/reclaim/hazard.hpp>
#include <wane/reclaim/ibr.hpp>
#include <wane/reclaim/rcu.hpp>
#include <wane/reclaim/versioned.hpp>

#include <valgrind/callgrind.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using key_type = std::uint64_t;

constexpr std::size_t entries = 20'000, calls = 1'000;
constexpr std::size_t batch = 32;

template <class Reclaimer>
struct over : wane::policy<key_type> {
  using reclaimer = Reclaimer;
};

void expect(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "operations: %s went wrong\n", what.data());
  std::exit(1);
}

/// How many calls of f(key) say true.
template <class F>
[[gnu::always_inline]] inline std::size_t each(std::span<const key_type> keys, F f) {
  std::size_t yes = 0;
  for (const key_type& key : keys) yes += f(key) ? 1 : 0;
  return yes;
}

/// Runs run() -> how many calls did what they should, and has callgrind dump its instructions.
template <class F>
[[gnu::noinline]] void count(std::string_view reclaimer, std::string_view operation, std::size_t calls_made, F run) {
  CALLGRIND_TOGGLE_COLLECT;
  const std::size_t done = run();
  CALLGRIND_TOGGLE_COLLECT;
  expect(done == calls_made, operation);
  const std::string name = std::string(reclaimer) + ' ' + std::string(operation) + ' ' + std::to_string(calls_made);
  CALLGRIND_DUMP_STATS_AT(name.c_str());
}

/// liburcu's own thread says when a grace period is over, so what slots there are to reuse and to free is a matter of its
/// moments; then only what neither takes nor gives any is counted.
template <class Reclaimer>
constexpr bool is_rcu = false;
template <class Flavour>
constexpr bool is_rcu<wane::rcu<Flavour>> = true;

template <class Reclaimer>
void count_operations(std::string_view reclaimer) {
  [[maybe_unused]] const typename Reclaimer::participant here;
  wane::map<key_type, std::uint64_t, over<Reclaimer>> map({.expected_entries = 2 * entries});
  std::vector<key_type> keys(entries + calls);
  std::iota(keys.begin(), keys.end(), key_type{1});
  const auto present = std::span(keys).first(entries), some = present.first(calls),
             absent = std::span(keys).last(calls);
  using namespace std::chrono_literals;

  for (const key_type key : present) map.insert(key, key);
  // Twice what is counted, so that slots and garbage come and go as they do in the long run.
  for (int i = 0; i < 2; ++i) {
    for (const key_type key : absent) map.insert(key, key);
    for (const key_type key : absent) map.erase(key);
  }

  const auto count_each = [&](std::string_view operation, std::span<const key_type> of, auto f) {
    count(reclaimer, operation, of.size(), [&] { return each(of, f); });
  };
  count_each("nothing", some, [](key_type) { return true; });
  count_each("find, hit", some, [&](key_type key) { return map.find(key) == key; });
  count_each("find, miss", absent, [&](key_type key) { return !map.find(key); });
  count_each("insert, refused", some, [&](key_type key) { return !map.insert(key, key); });
  if constexpr (!is_rcu<Reclaimer>) {
    count_each("insert", absent, [&](key_type key) { return map.insert(key, key); });
    count_each("erase", absent, [&](key_type key) { return map.erase(key); });
    count_each("insert with a TTL", absent, [&](key_type key) { return map.insert(key, key, 1h); });
    count_each("touch", absent, [&](key_type key) { return map.touch(key, 2h); });
    count_each("replace", some, [&](key_type key) { return map.replace(key, key + 1) == key; });
  }

  std::array<std::optional<std::uint64_t>, batch> values;
  const auto whole = present.first(calls / batch * batch);
  count(reclaimer, "find_many, a key of 32", whole.size(), [&] {
    std::size_t hits = 0;
    for (std::size_t at = 0; at < whole.size(); at += batch) hits += map.find_many(whole.subspan(at, batch), values);
    return hits;
  });
}

}  // namespace

int main() {
  std::printf("%s\n", __VERSION__);
  count_operations<wane::epoch>("epoch");
  count_operations<wane::versioned>("versioned");
  count_operations<wane::rcu<wane::memb>>("rcu<memb>");
  count_operations<wane::hazard>("hazard");
  count_operations<wane::ibr>("ibr");
}
