// SPDX-License-Identifier: BSL-1.0
// The whole program's operator new, so that it fails on demand (faults.hpp). For one source file of a program to include.
#pragma once

#include <cstdlib>
#include <new>

#include "faults.hpp"

// The array forms of the library call the first; its nothrow form does, but not AddressSanitizer's. Not inlined, or g++ takes the
// call of free for a mismatched deallocation.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const p = proptest::fails(proptest::fault::kind::heap) ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto a = static_cast<std::size_t>(alignment);
  void* const p = proptest::fails(proptest::fault::kind::heap) ? nullptr : std::aligned_alloc(a, (size + a - 1) / a * a);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return proptest::fails(proptest::fault::kind::heap) ? nullptr : std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
