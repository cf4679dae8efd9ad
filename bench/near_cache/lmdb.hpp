// SPDX-License-Identifier: BSL-1.0
// The durable store on the disk of the directory for temporary files.
#pragma once

#include <wane/store/lmdb.hpp>

#include <cstddef>
#include <filesystem>

#include "directory.hpp"
#include "population.hpp"

namespace bench::near_cache {

class lmdb {
 public:
  using store_type = wane::lmdb_store;

  explicit lmdb(std::size_t entries)
      : directory_(std::filesystem::temp_directory_path()), store_(filled(directory_.path(), entries)) {}

  [[nodiscard]] store_type& backing() noexcept { return store_; }

 private:
  /// Each put waits for the disk, some milliseconds. So the file is made in memory, where there is nothing to wait for, and copied.
  static const std::filesystem::path& filled(const std::filesystem::path& on_disk, std::size_t entries) {
    const directory in_memory("/dev/shm");
    {
      wane::lmdb_store fresh(in_memory.path());
      fill(fresh, entries);
    }
    std::filesystem::copy(in_memory.path() / "data.mdb", on_disk / "data.mdb");
    return on_disk;
  }

  directory directory_;
  store_type store_;
};

}  // namespace bench::near_cache
