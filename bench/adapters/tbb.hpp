// SPDX-License-Identifier: BSL-1.0
// oneTBB concurrent_hash_map: chained buckets, a reader-writer lock a bucket and one an entry (the accessor).
#pragma once

#include <oneapi/tbb/concurrent_hash_map.h>

#include <memory>

#include "concept.hpp"

namespace bench {

template <class Key>
class tbb_of {
  struct hash_compare {
    static std::size_t hash(key_argument<Key> key) { return bench::hash{}(key); }
    static bool equal(key_argument<Key> a, key_argument<Key> b) { return a == b; }
  };
  // std::allocator, or oneTBB would allocate by its own tbbmalloc and every other map by jemalloc.
  using table =
      ::tbb::concurrent_hash_map<Key, value_type, hash_compare, std::allocator<std::pair<const Key, value_type>>>;

 public:
  using key = Key;
  using with_strings = tbb_of<std::string>;
  static constexpr bool stores = true;

  explicit tbb_of(std::size_t expected) {
    if (expected != 0) table_.rehash(expected);
  }

  [[nodiscard]] facts describe() const { return {{"buckets", static_cast<double>(table_.bucket_count())}}; }

  class session {
   public:
    explicit session(tbb_of& map) : table_(map.table_) {}

    bool find(key_argument<Key> key, value_type& out) {
      typename table::const_accessor entry;
      if (!table_.find(entry, key)) return false;
      out = entry->second;
      return true;
    }
    bool insert(key_argument<Key> key, value_type value) { return table_.insert({key, value}); }
    bool erase(key_argument<Key> key) { return table_.erase(key); }
    void assign(key_argument<Key> key, value_type value) {
      typename table::accessor entry;
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

using tbb = tbb_of<key_type>;

}  // namespace bench
