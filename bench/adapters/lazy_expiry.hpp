// SPDX-License-Identifier: BSL-1.0
// Expiry on top of a map that has none, the way it is commonly done: the value carries a deadline, which is checked
// when the entry is read, and an entry found expired is erased by its reader. Entries that nobody reads stay for ever.
//
// The deadline takes 40 bits of the 8-byte value (milliseconds), which saves the memory of a deadline beside it.
// Nothing makes reader's check and erasure one step: an entry that is refreshed between the two is lost. That is the
// price of this scheme, and the hit ratio shows it.
#pragma once

#include <string_view>

#include "../replay_clock.hpp"
#include "../traces/trace.hpp"
#include "concept.hpp"

namespace bench {

template <map_adapter Map>
class lazy_expiry {
  static constexpr int deadline_shift = 24;
  static constexpr value_type never = (value_type{1} << 40) - 1;

 public:
  static constexpr std::string_view expiry = "lazy, on access";

  lazy_expiry() : map_(0) {}

  [[nodiscard]] facts describe() const { return map_.describe(); }

  class session {
   public:
    explicit session(lazy_expiry& map) : session_(map.map_) {}

    bool get(key_type key) {
      value_type value{};
      return live(key, value);
    }

    void set(key_type key, std::uint32_t ttl_s) { session_.assign(key, with_deadline(key, ttl_s)); }

    void add(key_type key, std::uint32_t ttl_s) {
      value_type value{};
      if (!live(key, value)) session_.insert(key, with_deadline(key, ttl_s));
    }

    void erase(key_type key) { session_.erase(key); }

    void increment(key_type key) {
      value_type value{};
      if (!live(key, value)) return;
      constexpr value_type payload = (value_type{1} << deadline_shift) - 1;
      session_.assign(key, (value & ~payload) | ((value + 1) & payload));
    }

    void quiescent() { session_.quiescent(); }
    std::size_t size() { return session_.size(); }

   private:
    bool live(key_type key, value_type& value) {
      if (!session_.find(key, value)) return false;
      if (static_cast<value_type>(replay_clock::now_ms()) < value >> deadline_shift) return true;
      session_.erase(key);
      return false;
    }

    static value_type with_deadline(key_type key, std::uint32_t ttl_s) {
      const auto deadline =
          ttl_s == 0 ? never : static_cast<value_type>(replay_clock::now_ms()) + value_type{ttl_s} * 1000;
      return deadline << deadline_shift | key >> (64 - deadline_shift);
    }

    typename Map::session session_;
  };

 private:
  Map map_;
};

}  // namespace bench
