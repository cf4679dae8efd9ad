// SPDX-License-Identifier: BSL-1.0
// The design that is written first: a map of values, a second map of deadlines, and a ticker that ranges over all
// deadlines each second. Sharded, with a lock a shard, which the ticker holds while it ranges over that shard.
//
// An entry without a deadline has none in the second map, so the ticker does not meet it.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <utility>

#include "cleaner.hpp"
#include "rival.hpp"
#include "shards.hpp"

namespace bench::expiry {

class ticker : public rival {
  struct content {
    absl::flat_hash_map<key_type, value_type, hash> values;
    absl::flat_hash_map<key_type, time_point, hash> deadlines;

    [[nodiscard]] bool is_past(key_type key) const {
      const auto deadline = deadlines.find(key);
      return deadline != deadlines.end() && deadline->second <= scene_clock::now();
    }
  };

 public:
  static constexpr auto interval = std::chrono::seconds(1);

  ticker(std::size_t expected, mourner& told) : told_(told) {
    for (auto& s : shards_) {
      s.values.reserve(shards<content>::share_of(expected));
      s.deadlines.reserve(shards<content>::share_of(expected));
    }
  }

  void start_cleaner(std::size_t) { cleaner_.emplace(*this); }

  class session : public finds_by_visit<session> {
   public:
    explicit session(ticker& cache) : cache_(cache) {}

    template <class F>
    bool visit(key_type key, F&& f) {
      auto& s = cache_.shards_.of(key);
      const std::scoped_lock lock(s.mutex);
      const auto entry = s.values.find(key);
      if (entry == s.values.end() || s.is_past(key)) return false;
      f(entry->first, entry->second);
      return true;
    }

    bool insert(key_type key, value_type value, time_point deadline) {
      auto& s = cache_.shards_.of(key);
      const std::scoped_lock lock(s.mutex);
      const auto [entry, is_new] = s.values.try_emplace(key, value);
      if (!is_new) {
        if (!s.is_past(key)) return false;
        cache_.told_.expired(std::exchange(entry->second, value));
      }
      set_deadline(s, key, deadline);
      return true;
    }

    bool touch(key_type key, time_point deadline) {
      auto& s = cache_.shards_.of(key);
      const std::scoped_lock lock(s.mutex);
      if (!s.values.contains(key) || s.is_past(key)) return false;
      set_deadline(s, key, deadline);
      return true;
    }

    bool erase(key_type key) {
      auto& s = cache_.shards_.of(key);
      const std::scoped_lock lock(s.mutex);
      if (s.is_past(key)) return false;
      s.deadlines.erase(key);
      return s.values.erase(key) != 0;
    }

    /// One tick.
    void clean() {
      const auto now = scene_clock::now();
      for (auto& s : cache_.shards_) {
        const std::scoped_lock lock(s.mutex);
        absl::erase_if(s.deadlines, [&](const auto& deadline) {
          if (deadline.second > now) return false;
          const auto entry = s.values.find(deadline.first);
          const value_type value = entry->second;
          s.values.erase(entry);
          cache_.told_.expired(value);
          return true;
        });
      }
    }

   private:
    static void set_deadline(content& s, key_type key, time_point deadline) {
      if (deadline == never)
        s.deadlines.erase(key);
      else
        s.deadlines.insert_or_assign(key, deadline);
    }

    ticker& cache_;
  };

 private:
  mourner& told_;
  shards<content> shards_;
  std::optional<cleaner<ticker>> cleaner_;  // last: it uses the rest
};

}  // namespace bench::expiry
