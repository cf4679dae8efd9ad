// SPDX-License-Identifier: BSL-1.0
// 64 shards, each an absl::flat_hash_map behind a std::mutex: what one writes when no concurrent map is at hand.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <mutex>

#include "concept.hpp"

namespace bench {

class sharded {
  static constexpr unsigned shard_bits = 6;

  struct alignas(64) shard {  // a cache line of its own, or neighbouring locks would contend
    std::mutex mutex;
    absl::flat_hash_map<key_type, value_type, hash> table;
  };

 public:
  static constexpr bool stores = true;

  explicit sharded(std::size_t expected) {
    // A sixteenth more than the mean: hashing spreads the entries unevenly, and no shard of a presized map shall grow.
    const std::size_t mean = expected >> shard_bits;
    if (expected != 0)
      for (auto& s : shards_) s.table.reserve(mean + mean / 16 + 1);
  }

  [[nodiscard]] facts describe() const {
    double slots = 0;
    for (const auto& s : shards_) slots += static_cast<double>(s.table.capacity());
    return {{"slots", slots}};
  }

  class session {
   public:
    explicit session(sharded& map) : map_(map) {}

    bool find(key_type key, value_type& out) {
      auto& s = map_.shard_of(key);
      const std::scoped_lock lock(s.mutex);
      const auto entry = s.table.find(key);
      if (entry == s.table.end()) return false;
      out = entry->second;
      return true;
    }
    bool insert(key_type key, value_type value) {
      auto& s = map_.shard_of(key);
      const std::scoped_lock lock(s.mutex);
      return s.table.try_emplace(key, value).second;
    }
    bool erase(key_type key) {
      auto& s = map_.shard_of(key);
      const std::scoped_lock lock(s.mutex);
      return s.table.erase(key) != 0;
    }
    void assign(key_type key, value_type value) {
      auto& s = map_.shard_of(key);
      const std::scoped_lock lock(s.mutex);
      s.table.insert_or_assign(key, value);
    }
    void quiescent() {}
    std::size_t size() {
      std::size_t n = 0;
      for (auto& s : map_.shards_) {
        const std::scoped_lock lock(s.mutex);
        n += s.table.size();
      }
      return n;
    }

   private:
    sharded& map_;
  };

 private:
  // The top bits of the hash choose the shard; flat_hash_map indexes by the low ones.
  shard& shard_of(key_type key) { return shards_[hash{}(key) >> (64 - shard_bits)]; }

  std::array<shard, std::size_t{1} << shard_bits> shards_;
};

}  // namespace bench
