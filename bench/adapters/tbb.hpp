// SPDX-License-Identifier: BSL-1.0
// oneTBB concurrent_hash_map: chained buckets, a reader-writer lock a bucket and one an entry (the accessor).
#pragma once

#include <oneapi/tbb/concurrent_hash_map.h>

#include <memory>

#include "concept.hpp"

namespace bench {

class tbb {
  struct hash_compare {
    static std::size_t hash(key_type key) { return bench::hash{}(key); }
    static bool equal(key_type a, key_type b) { return a == b; }
  };
  // std::allocator, or oneTBB would allocate by its own tbbmalloc and every other map by jemalloc.
  using table = ::tbb::concurrent_hash_map<key_type, value_type, hash_compare,
                                           std::allocator<std::pair<const key_type, value_type>>>;

 public:
  static constexpr bool stores = true;

  explicit tbb(std::size_t expected) {
    if (expected != 0) table_.rehash(expected);
  }

  [[nodiscard]] facts describe() const { return {{"buckets", static_cast<double>(table_.bucket_count())}}; }

  class session {
   public:
    explicit session(tbb& map) : table_(map.table_) {}

    bool find(key_type key, value_type& out) {
      table::const_accessor entry;
      if (!table_.find(entry, key)) return false;
      out = entry->second;
      return true;
    }
    bool insert(key_type key, value_type value) { return table_.insert({key, value}); }
    bool erase(key_type key) { return table_.erase(key); }
    void assign(key_type key, value_type value) {
      table::accessor entry;
      table_.insert(entry, key);
      entry->second = value;
    }
    void quiescent() {}
    std::size_t size() { return table_.size(); }

   private:
    table& table_;
  };

 private:
  table table_;
};

}  // namespace bench
