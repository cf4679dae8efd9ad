// SPDX-License-Identifier: BSL-1.0
// A scan in pieces, between which everything may happen: what is there from its beginning to its end is visited exactly once,
// while others insert, erase, and grow the table a thousandfold.
#include <wane/map.hpp>

#include <atomic>
#include <iostream>
#include <set>
#include <thread>

int main() {
  constexpr int stay = 1000;
  wane::map<int, int> map;
  for (int k = 0; k < stay; ++k) map.insert(k, k);

  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int k = stay; !done.load(std::memory_order_relaxed) || k < 100 * stay; ++k) {
      map.insert(k, k);
      if (k % 3 == 0) map.erase(k - stay / 2 < stay ? stay : k - stay / 2);
    }
  });

  std::multiset<int> visited;
  wane::cursor position;
  do position = map.scan(position, 100, [&](int key, int) { visited.insert(key); });
  while (!position.at_end());
  done.store(true, std::memory_order_relaxed);
  writer.join();

  bool once = true;
  for (int k = 0; k < stay; ++k) once = once && visited.count(k) == 1;
  bool twice = false;
  for (const int key : visited) twice = twice || visited.count(key) > 1;
  std::cout << "what stayed was visited once: " << once << "\nanything twice: " << twice << '\n';
}
// what stayed was visited once: 1
// anything twice: 0
