// SPDX-License-Identifier: BSL-1.0
// xenium vyukov_hash_map: cache-line buckets of three entries plus overflow, a lock a bucket for updates, finds
// lock-free by version check. Blocks replaced by growth are reclaimed by xenium's "new epoch based" scheme.
#pragma once

#include <xenium/reclamation/generic_epoch_based.hpp>
#include <xenium/vyukov_hash_map.hpp>

#include "concept.hpp"

namespace bench {

class xenium_vyukov {
  using table = xenium::vyukov_hash_map<key_type, value_type, xenium::policy::hash<hash>,
                                        xenium::policy::reclaimer<xenium::reclamation::new_epoch_based<>>>;

 public:
  static constexpr bool stores = true;

  explicit xenium_vyukov(std::size_t expected) : table_(expected == 0 ? default_capacity : expected) {}

  [[nodiscard]] facts describe() const { return {}; }

  class session {
   public:
    explicit session(xenium_vyukov& map) : table_(map.table_) {}

    bool find(key_type key, value_type& out) {
      table::accessor entry;
      if (!table_.try_get_value(key, entry)) return false;
      out = *entry;
      return true;
    }
    bool insert(key_type key, value_type value) { return table_.emplace(key, value); }
    bool erase(key_type key) { return table_.erase(key); }
    /// The map has no way to replace the value of a trivial type: erase and emplace until nobody comes between.
    void assign(key_type key, value_type value) {
      while (!table_.emplace(key, value)) table_.erase(key);
    }
    void quiescent() {}
    std::size_t size() {
      std::size_t n = 0;
      for (auto it = table_.begin(); it != table_.end(); ++it) ++n;
      return n;
    }

   private:
    table& table_;
  };

 private:
  static constexpr std::size_t default_capacity = 128;  // the constructor's own default

  table table_;
};

}  // namespace bench
