// SPDX-License-Identifier: BSL-1.0
// A directory for the files of a store.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace bench::near_cache {

/// One of its own inside another; gone at the end.
class directory {
 public:
  explicit directory(const std::filesystem::path& inside) {
    // mkdtemp replaces the last six letters, which have to be these.
    std::string name = (inside / ("wane_bench_" + std::string(6, 'X'))).string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "no directory in " + inside.string());
    path_ = name;
  }
  directory(const directory&) = delete;
  directory& operator=(const directory&) = delete;
  ~directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace bench::near_cache
