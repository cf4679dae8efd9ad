// SPDX-License-Identifier: BSL-1.0
// Planted: overflows an int. UndefinedBehaviorSanitizer must say so, and must not go on.
#include <climits>

int main() {
  volatile int largest = INT_MAX;
  return largest + 1 == 0;
}
