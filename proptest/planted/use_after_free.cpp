// SPDX-License-Identifier: BSL-1.0
// Planted: reads memory that was given back. AddressSanitizer must say so.
#include <memory>

int main(int argc, char**) {
  auto owner = std::make_unique<int>(argc);
  const volatile int* borrowed = owner.get();
  owner.reset();
  return *borrowed;
}
