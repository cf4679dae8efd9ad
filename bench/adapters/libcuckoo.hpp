// SPDX-License-Identifier: BSL-1.0
// libcuckoo: cuckoo hashing with four slots a bucket and striped spinlocks, which finds take too.
#pragma once

#include <libcuckoo/cuckoohash_map.hh>

#include "concept.hpp"

namespace bench {

class libcuckoo {
  using table = ::libcuckoo::cuckoohash_map<key_type, value_type, hash>;

 public:
  static constexpr bool stores = true;

  explicit libcuckoo(std::size_t expected) {
    if (expected != 0) table_.reserve(expected);
  }

  [[nodiscard]] facts describe() const { return {{"buckets", static_cast<double>(table_.bucket_count())}}; }

  class session {
   public:
    explicit session(libcuckoo& map) : table_(map.table_) {}

    bool find(key_type key, value_type& out) { return table_.find(key, out); }
    bool insert(key_type key, value_type value) { return table_.insert(key, value); }
    bool erase(key_type key) { return table_.erase(key); }
    void assign(key_type key, value_type value) { table_.insert_or_assign(key, value); }
    void quiescent() {}
    std::size_t size() { return table_.size(); }

   private:
    table& table_;
  };

 private:
  table table_;
};

}  // namespace bench
