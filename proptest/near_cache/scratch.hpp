// SPDX-License-Identifier: BSL-1.0
// A directory for a test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace proptest {

/// A directory that is gone at the end.
class scratch {
 public:
  scratch() {
    // mkdtemp replaces the last six letters, which have to be these.
    std::string name = (std::filesystem::temp_directory_path() / ("wane_" + std::string(6, 'X'))).string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory for a test");
    path_ = name;
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace proptest
