// SPDX-License-Identifier: BSL-1.0
// Where a map's memory comes from: whole pages of zeroes, asked for in doubling pieces.
#pragma once

#include <cstddef>
#include <string_view>

namespace wane {

/// Pages from mmap. A `pages` policy of your own provides `map` and `unmap`; `map` may return nullptr, which the map turns
/// into std::bad_alloc (or, for growth, into staying as it is). It must return zeroed memory, 64-byte aligned.
struct os_pages {
  /// Zeroed pages, or nullptr. With `huge`, pieces of 2 MiB and more are 2 MiB-aligned and advised MADV_HUGEPAGE.
  [[nodiscard]] void* map(std::size_t bytes, bool huge) noexcept;
  void unmap(void* p, std::size_t bytes) noexcept;

  /// Has the pages of [p, p + bytes) backed by memory before they are touched, which would stop who touches them for as
  /// long as it takes to zero one. What they hold stays. Returns how many bytes are backed now, 0 where the system does not
  /// offer that (Linux before 5.14). A policy may do without this member; then each page is backed on its first touch.
  std::size_t populate(void* p, std::size_t bytes) noexcept;
};

/// The system's answer to "are transparent huge pages to be had": always, madvise, never, or unknown.
[[nodiscard]] std::string_view transparent_huge_pages() noexcept;

}  // namespace wane
