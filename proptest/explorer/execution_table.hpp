// SPDX-License-Identifier: BSL-1.0
// A table from addresses to records that is empty again, at no cost, when the next execution begins.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "engine.hpp"

namespace explorer {

template <class Record>
class execution_table {
 public:
  execution_table() : entries_(capacity) {}

  /// The record of `address`, a new one if this execution has none yet.
  Record& at(const engine& e, const void* address) {
    for (std::size_t i = reinterpret_cast<std::uintptr_t>(address) / 8;; ++i) {
      entry& x = entries_[i % capacity];
      if (x.execution != e.execution()) {
        if (++used_ == capacity / 2 && used_in_ == e.execution())
          throw std::length_error("explorer: more objects in one execution than a table holds");
        if (used_in_ != e.execution()) used_ = 0, used_in_ = e.execution();
        x = {address, e.execution(), {}};
        return x.record;
      }
      if (x.address == address) return x.record;
    }
  }

 private:
  static constexpr std::size_t capacity = 4096;
  struct entry {
    const void* address = nullptr;
    std::uint32_t execution = 0;
    Record record{};
  };
  std::vector<entry> entries_;
  std::size_t used_ = 0;
  std::uint32_t used_in_ = 0;
};

}  // namespace explorer
