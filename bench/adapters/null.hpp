// SPDX-License-Identifier: BSL-1.0
// The map that does nothing: what a cell costs besides the map (stream, session, counting).
#pragma once

#include <benchmark/benchmark.h>

#include "concept.hpp"

namespace bench {

class null {
 public:
  static constexpr bool stores = false;

  explicit null(std::size_t) {}

  [[nodiscard]] facts describe() const { return {}; }

  class session {
   public:
    explicit session(null&) {}
    bool find(key_type key, value_type& out) {
      benchmark::DoNotOptimize(key);  // or the compiler proves that nothing happens, and leaves the stream out too
      out = value_of(key);
      return true;
    }
    bool insert(key_type key, value_type) {
      benchmark::DoNotOptimize(key);
      return true;
    }
    bool erase(key_type key) {
      benchmark::DoNotOptimize(key);
      return true;
    }
    void assign(key_type, value_type) {}
    void quiescent() {}
    std::size_t size() { return 0; }
  };
};

}  // namespace bench
