// SPDX-License-Identifier: BSL-1.0
// CPU time as the operating system accounts for it.
#pragma once

#include <time.h>

#include <cerrno>
#include <system_error>

namespace bench {

/// CPU time of a thread or of the whole process.
inline double cpu_seconds(clockid_t clock) {
  timespec t{};
  if (clock_gettime(clock, &t) != 0) throw std::system_error(errno, std::generic_category(), "clock_gettime");
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

}  // namespace bench
