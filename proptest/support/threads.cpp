// SPDX-License-Identifier: BSL-1.0
#include "support/threads.hpp"

#include <exception>
#include <vector>

namespace proptest {

void together(unsigned n, const std::function<void(unsigned)>& body) {
  barrier start(n);
  std::vector<std::thread> threads;
  threads.reserve(n);
  for (unsigned i = 0; i < n; ++i)
    threads.emplace_back([&start, &body, i] {
      start.arrive_and_wait();
      try {
        body(i);
      } catch (const std::exception& error) {
        EXPECT(false, "thread " << i << " threw: " << error.what());
      }
    });
  for (auto& t : threads) t.join();
}

}  // namespace proptest
