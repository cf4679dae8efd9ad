// SPDX-License-Identifier: BSL-1.0
// Memory as the operating system counts it, the one measure that treats a map with its own slabs and a map that calls
// malloc for every node alike.
#pragma once

#include <jemalloc/jemalloc.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <string>

namespace bench {

/// Resident bytes of this process.
inline std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total_pages = 0, resident_pages = 0;
  if (!(statm >> total_pages >> resident_pages)) throw std::runtime_error("cannot read /proc/self/statm");
  return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Gives pages that the allocator holds but nobody uses back to the system, so that a map measured afterwards cannot
/// move into memory that is counted already. Every map allocates through jemalloc; this call also proves it is there.
inline void return_free_memory() {
  const std::string all_arenas = "arena." + std::to_string(MALLCTL_ARENAS_ALL) + ".purge";
  if (mallctl(all_arenas.c_str(), nullptr, nullptr, nullptr, 0) != 0)
    throw std::runtime_error("jemalloc refuses " + all_arenas);
}

/// The growth of resident memory since construction.
class memory_growth {
 public:
  memory_growth() {
    return_free_memory();
    before_ = resident_bytes();
  }

  [[nodiscard]] double bytes() const {
    const auto now = resident_bytes();
    return now < before_ ? 0.0 : static_cast<double>(now - before_);
  }
  [[nodiscard]] double bytes_per(std::size_t entries) const { return bytes() / static_cast<double>(entries); }

 private:
  std::size_t before_ = 0;
};

}  // namespace bench
