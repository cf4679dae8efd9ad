// SPDX-License-Identifier: BSL-1.0
// libcuckoo: cuckoo hashing with four slots a bucket and striped spinlocks, which finds take too.
#pragma once

#include <libcuckoo/cuckoohash_map.hh>

#include "concept.hpp"

namespace bench {

template <class Key>
class libcuckoo_of {
  using table = ::libcuckoo::cuckoohash_map<Key, value_type, hash>;

 public:
  using key = Key;
  using with_strings = libcuckoo_of<std::string>;
  static constexpr bool stores = true;

  explicit libcuckoo_of(std::size_t expected) {
    if (expected != 0) table_.reserve(expected);
  }

  [[nodiscard]] facts describe() const { return {{"buckets", static_cast<double>(table_.bucket_count())}}; }

  class session {
   public:
    explicit session(libcuckoo_of& map) : table_(map.table_) {}

    bool find(key_argument<Key> key, value_type& out) { return table_.find(key, out); }
    bool insert(key_argument<Key> key, value_type value) { return table_.insert(key, value); }
    bool erase(key_argument<Key> key) { return table_.erase(key); }
    void assign(key_argument<Key> key, value_type value) { table_.insert_or_assign(key, value); }
    void quiescent() {}
    std::size_t size() { return table_.size(); }

   private:
    table& table_;
  };

 private:
  table table_;
};

// The library's namespace has the name of the map.
using libcuckoo = libcuckoo_of<key_type>;

}  // namespace bench
