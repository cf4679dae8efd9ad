// SPDX-License-Identifier: BSL-1.0
// A program for gdb to stop in: what test_gdb.py expects to be shown of its maps.
#include <wane/map.hpp>

#include <chrono>
#include <string>

namespace {

struct by_hand : wane::policy<std::string> {
  using clock = wane::manual_clock;
};
using numbers_type = wane::map<int, int>;
using names_type = wane::map<std::string, std::string, by_hand>;

[[gnu::noinline]] void stop_here(const numbers_type*, const names_type*) { __asm__ volatile(""); }

}  // namespace

int main() {
  using namespace std::chrono_literals;
  numbers_type numbers;
  for (int i = 0; i < 100; ++i) numbers.insert(i, 1000 + i);
  numbers.insert_or_assign(7, 77);
  numbers.erase(8);
  names_type names;
  names.insert("ada", "lovelace", 5ms);
  names.insert("grace", "hopper");
  stop_here(&numbers, &names);
}
