// SPDX-License-Identifier: BSL-1.0
#include "world_memory.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace explorer {

world_memory::world_memory() {
  // At a fixed place, so that addresses in a trace are the same in every process. The kernel takes it as a hint.
  void* const memory = mmap(reinterpret_cast<void*>(std::uintptr_t{0x10'0000'0000}), capacity, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  base_ = static_cast<std::byte*>(memory);
}

world_memory::~world_memory() { munmap(base_, capacity); }

void* world_memory::allocate(std::size_t bytes) noexcept {
  if (allowed_ == 0) return nullptr;
  if (allowed_ > 0) --allowed_;
  const std::size_t rounded = (bytes + 63) / 64 * 64;
  if (rounded > capacity - used_) return nullptr;
  void* const p = base_ + used_;
  used_ += rounded;
  if (used_ > dirty_) dirty_ = used_;
  return p;
}

void world_memory::clear() noexcept {
  std::memset(base_, 0, dirty_);
  used_ = 0;
  dirty_ = 0;
  allowed_ = -1;
  remembered_.clear();
}

void world_memory::remember() { remembered_.assign(base_, base_ + used_); }

void world_memory::restore() noexcept {
  std::memcpy(base_, remembered_.data(), remembered_.size());
  used_ = remembered_.size();
  if (dirty_ > used_) std::memset(base_ + used_, 0, dirty_ - used_);
  dirty_ = used_;
  allowed_ = -1;
}

namespace {

void* take(std::size_t bytes) noexcept {
  if (world_is_open) return this_world->allocate(bytes);
  return std::malloc(bytes);
}
void give_back(void* p) noexcept {
  if (this_world == nullptr || !this_world->holds(p)) std::free(p);
}

}  // namespace

}  // namespace explorer

// The program's allocation functions. Over-aligned objects fit too: the world aligns to 64.
void* operator new(std::size_t bytes) {
  if (void* const p = explorer::take(bytes)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return explorer::take(bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  if (explorer::world_is_open) return operator new(bytes);
  const auto a = static_cast<std::size_t>(alignment);
  if (void* const p = std::aligned_alloc(a, (bytes + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { explorer::give_back(p); }
void operator delete(void* p, std::size_t) noexcept { explorer::give_back(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { explorer::give_back(p); }
void operator delete(void* p, std::align_val_t) noexcept { explorer::give_back(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { explorer::give_back(p); }
