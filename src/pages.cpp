// SPDX-License-Identifier: BSL-1.0
// Pages from the operating system: small pieces from the heap, the rest by mmap, huge pages on advice.
#include <wane/pages.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace wane {

namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t small = 4096;  // below a page, mmap would waste most of it
constexpr std::size_t huge_page = std::size_t{2} << 20;

std::size_t round_up(std::size_t n, std::size_t unit) noexcept { return (n + unit - 1) / unit * unit; }

void* map_pages(std::size_t bytes) noexcept {
  void* const p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}

/// Maps a huge page more than is asked for and gives back what sticks out at both ends.
void* map_huge_aligned(std::size_t bytes) noexcept {
  auto* const raw = static_cast<char*>(map_pages(bytes + huge_page));
  if (raw == nullptr) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(raw);
  const std::size_t before = round_up(address, huge_page) - address;
  if (before > 0) munmap(raw, before);
  munmap(raw + before + bytes, huge_page - before);
  madvise(raw + before, bytes, MADV_HUGEPAGE);  // advice: refused where huge pages are off, which statistics report
  return raw + before;
}

}  // namespace

void* os_pages::map(std::size_t bytes, bool huge) noexcept {
  if (bytes < small) {
    void* const p = std::aligned_alloc(cache_line, round_up(bytes, cache_line));
    if (p != nullptr) std::memset(p, 0, bytes);
    return p;
  }
  const std::size_t size = round_up(bytes, small);
  return huge && size >= huge_page ? map_huge_aligned(size) : map_pages(size);
}

void os_pages::unmap(void* p, std::size_t bytes) noexcept {
  if (bytes < small)
    std::free(p);
  else
    munmap(p, round_up(bytes, small));
}

std::size_t os_pages::populate(void* p, std::size_t bytes) noexcept {
  static const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  auto at = reinterpret_cast<std::uintptr_t>(p) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(p) + bytes + page - 1) / page * page;
  std::size_t backed = 0;
  while (at < end) {
    // A huge page at a time: meanwhile no other thread of the process can map or unmap.
    const auto next = std::min(end, (at / huge_page + 1) * huge_page);
    if (madvise(reinterpret_cast<void*>(at), next - at, MADV_POPULATE_WRITE) != 0) break;
    backed += next - at;
    at = next;
  }
  return backed;
}

std::string_view transparent_huge_pages() noexcept {
  static const std::string_view mode = []() -> std::string_view {
    std::FILE* const file = std::fopen("/sys/kernel/mm/transparent_hugepage/enabled", "re");
    if (file == nullptr) return "unknown";
    char text[128] = {};
    const std::size_t length = std::fread(text, 1, sizeof text - 1, file);
    std::fclose(file);
    const std::string_view said(text, length);
    // The mode in force stands in brackets.
    const std::size_t open = said.find('['), close = said.find(']');
    for (const std::string_view name : {"always", "madvise", "never"})
      if (open < close && said.substr(open + 1, close - open - 1) == name) return name;
    return "unknown";
  }();
  return mode;
}

}  // namespace wane
