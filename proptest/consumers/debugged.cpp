// SPDX-License-Identifier: BSL-1.0
// A program for gdb to stop in: what test_gdb.py expects to be shown of its maps.
#include <wane/map.hpp>
#include <wane/reclaim/versioned.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace {

struct by_hand : wane::policy<std::string> {
  using clock = wane::manual_clock;
};
using numbers_type = wane::map<int, int>;
using names_type = wane::map<std::string, std::string, by_hand>;

/// More than a word, and not a whole number of them.
struct point {
  std::int32_t x, y, z;
};
struct by_version : wane::policy<std::uint16_t> {
  using reclaimer = wane::versioned;
};
using points_type = wane::map<std::uint16_t, point, by_version>;

[[gnu::noinline]] void stop_here(const numbers_type*, const names_type*, const points_type*) { __asm__ volatile(""); }

}  // namespace

int main() {
  using namespace std::chrono_literals;
  numbers_type numbers;
  for (int i = 0; i < 100; ++i) numbers.insert(i, 10 - i);
  numbers.insert_or_assign(7, 77);
  numbers.erase(8);
  names_type names;
  names.insert("ada", "lovelace", 5ms);
  names.insert("grace", "hopper");
  points_type points;
  points.insert(std::uint16_t{3}, point{1, -2, 3});
  points.insert(std::uint16_t{4}, point{5, 6, -7});
  stop_here(&numbers, &names, &points);
}
