// SPDX-License-Identifier: BSL-1.0
// boost::concurrent_flat_map: open addressing in groups of 15 entries with a byte of hash each, a reader-writer spinlock a
// group, which finds take too.
#pragma once

#include <boost/unordered/concurrent_flat_map.hpp>
#include <string>

#include "concept.hpp"

namespace bench {

template <class Key>
class boost_flat_of {
  using table = boost::concurrent_flat_map<Key, value_type, hash>;

 public:
  using key = Key;
  using with_strings = boost_flat_of<std::string>;
  static constexpr bool stores = true;

  explicit boost_flat_of(std::size_t expected) : table_(expected) {}

  [[nodiscard]] facts describe() const { return {{"buckets", static_cast<double>(table_.bucket_count())}}; }

  class session {
   public:
    explicit session(boost_flat_of& map) : table_(map.table_) {}

    bool find(key_argument<Key> key, value_type& out) {
      return table_.cvisit(key, [&out](const auto& entry) { out = entry.second; }) != 0;
    }
    bool insert(key_argument<Key> key, value_type value) { return table_.emplace(key, value); }
    bool erase(key_argument<Key> key) { return table_.erase(key) != 0; }
    void assign(key_argument<Key> key, value_type value) { table_.insert_or_assign(key, value); }
    void quiescent() {}
    std::size_t size() { return table_.size(); }

   private:
    table& table_;
  };

 private:
  table table_;
};

using boost_flat = boost_flat_of<key_type>;

}  // namespace bench
