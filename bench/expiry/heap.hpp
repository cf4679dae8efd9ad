// SPDX-License-Identifier: BSL-1.0
// A lock a shard, and under it a map of entries and a binary heap of (deadline, key). The cleaner looks at the heads.
//
// A touch that extends changes the entry alone. Its item stays where it is until it comes to the head; then it is put
// back with the later deadline. The item that stands for an entry is the one whose deadline the entry notes as
// `queued`; others, left behind by an erasure or by a touch that shortens, are dropped when they come to the head.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "cleaner.hpp"
#include "rival.hpp"
#include "shards.hpp"

namespace bench::expiry {

class heap : public rival {
  struct entry {
    value_type value;
    time_point deadline, queued;
  };
  using item = std::pair<time_point, key_type>;

  struct content {
    absl::flat_hash_map<key_type, entry, hash> entries;
    std::priority_queue<item, std::vector<item>, std::greater<>> queue;

    /// The entry if it is there and its deadline is not past.
    [[nodiscard]] entry* live(key_type key) {
      const auto found = entries.find(key);
      return found == entries.end() || found->second.deadline <= scene_clock::now() ? nullptr : &found->second;
    }
    void set_deadline(key_type key, entry& e, time_point deadline) {
      e.deadline = deadline;
      if (deadline < e.queued) queue.emplace(e.queued = deadline, key);
    }
  };

 public:
  static constexpr auto interval = std::chrono::milliseconds(100);

  heap(std::size_t expected, mourner& told) : told_(told) {
    for (auto& s : shards_) s.entries.reserve(shards<content>::share_of(expected));
  }

  void start_cleaner(std::size_t) { cleaner_.emplace(*this); }

  class session : public finds_by_visit<session> {
   public:
    explicit session(heap& cache) : cache_(cache) {}

    template <class F>
    bool visit(key_type key, F&& f) {
      auto& s = cache_.shards_.of(key);
      const std::scoped_lock lock(s.mutex);
      const entry* const e = s.live(key);
      if (e != nullptr) f(key, e->value);
      return e != nullptr;
    }

    bool insert(key_type key, value_type value, time_point deadline) {
      auto& s = cache_.shards_.of(key);
      const std::scoped_lock lock(s.mutex);
      if (s.live(key) != nullptr) return false;
      const auto [place, is_new] = s.entries.try_emplace(key, entry{value, never, never});
      if (!is_new) {
        cache_.told_.expired(place->second.value);
        place->second = {value, never, never};
      }
      s.set_deadline(key, place->second, deadline);
      return true;
    }

    bool touch(key_type key, time_point deadline) {
      auto& s = cache_.shards_.of(key);
      const std::scoped_lock lock(s.mutex);
      entry* const e = s.live(key);
      if (e != nullptr) s.set_deadline(key, *e, deadline);
      return e != nullptr;
    }

    bool erase(key_type key) {
      auto& s = cache_.shards_.of(key);
      const std::scoped_lock lock(s.mutex);
      return s.live(key) != nullptr && s.entries.erase(key) != 0;
    }

    /// Removes what is due, and lets go of the lock after each few.
    void clean() {
      const auto now = scene_clock::now();
      for (auto& s : cache_.shards_)
        while (clean_some(s, now)) {
        }
    }

   private:
    static constexpr int at_once = 128;

    /// False: nothing is due any more.
    bool clean_some(shards<content>::shard& s, time_point now) {
      const std::scoped_lock lock(s.mutex);
      for (int i = 0; i != at_once; ++i) {
        if (s.queue.empty() || s.queue.top().first > now) return false;
        const auto [queued, key] = s.queue.top();
        s.queue.pop();
        const auto found = s.entries.find(key);
        if (found == s.entries.end() || found->second.queued != queued) continue;
        entry& e = found->second;
        if (e.deadline > now) {
          e.queued = never;
          s.set_deadline(key, e, e.deadline);
        } else {
          const value_type value = e.value;
          s.entries.erase(found);
          cache_.told_.expired(value);
        }
      }
      return true;
    }

    heap& cache_;
  };

 private:
  mourner& told_;
  shards<content> shards_;
  std::optional<cleaner<heap>> cleaner_;  // last: it uses the rest
};

}  // namespace bench::expiry
