// SPDX-License-Identifier: BSL-1.0
// Planted: two threads write one plain int. ThreadSanitizer must say so.
#include <thread>

int shared;

int main() {
  std::thread other([] { ++shared; });
  ++shared;
  other.join();
  return 0;
}
