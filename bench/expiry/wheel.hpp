// SPDX-License-Identifier: BSL-1.0
// A hierarchical timing wheel beside liburcu's cds_lfht, membarrier flavour. Lookups take no lock; whatever sets a
// deadline takes that of the wheel, as in the systems that are built this way.
//
// Who deletes an entry from the table (cds_lfht_del succeeds for one) retires it, after its timer has been disarmed
// under the lock. So a timer that is met under the lock belongs to an entry whose memory is still there.
#pragma once

#include "../adapters/lfht_memb.hpp"

#include <atomic>
#include <mutex>
#include <optional>

#include "cleaner.hpp"
#include "rival.hpp"
#include "timing_wheel.hpp"

namespace bench::expiry {

class wheel : public rival {
  struct node {
    cds_lfht_node link{};
    key_type key;
    value_type value;
    std::atomic<time_point> deadline;
    timing_wheel::timer timer{};
    rcu_head reclaim{};

    static node* of(cds_lfht_node* link) { return caa_container_of(link, node, link); }
    static node* of(timing_wheel::timer* timer) { return caa_container_of(timer, node, timer); }
    // [WH1] acquire: pairs with [WH2]; who sees the deadline does not ask the clock before.
    [[nodiscard]] bool is_past() const { return deadline.load(std::memory_order_acquire) <= scene_clock::now(); }
  };

 public:
  static constexpr auto interval = std::chrono::milliseconds(10);

  wheel(std::size_t expected, mourner& told) : told_(told), table_(new_lfht(expected)) {}

  ~wheel() {
    cleaner_.reset();
    destroy_lfht(table_, [](cds_lfht_node* link) { delete node::of(link); });
  }

  wheel(const wheel&) = delete;
  wheel& operator=(const wheel&) = delete;

  void start_cleaner(std::size_t) { cleaner_.emplace(*this); }
  /// What call_rcu has been given and has not freed yet.
  // [WH4] relaxed: a statistic.
  [[nodiscard]] std::size_t retired_bytes() const { return sizeof(node) * retired_.load(std::memory_order_relaxed); }

  class session : public finds_by_visit<session> {
   public:
    explicit session(wheel& cache) : cache_(cache) {}

    template <class F>
    bool visit(key_type key, F&& f) {
      const read_lock reading;
      const node* const n = lookup(key);
      if (n == nullptr || n->is_past()) return false;
      f(n->key, n->value);
      return true;
    }

    bool insert(key_type key, value_type value, time_point deadline) {
      auto* const fresh = new node{.key = key, .value = value, .deadline = deadline};
      const read_lock reading;
      for (;;) {
        auto* const there = cds_lfht_add_unique(cache_.table_, hash{}(key), matches, &key, &fresh->link);
        if (there == &fresh->link) break;
        if (!node::of(there)->is_past()) {
          delete fresh;  // never visible to anybody
          return false;
        }
        const value_type past = node::of(there)->value;
        if (remove(node::of(there))) cache_.told_.expired(past);
      }
      const std::scoped_lock lock(cache_.mutex_);
      arm(fresh, deadline);
      return true;
    }

    bool touch(key_type key, time_point deadline) {
      const read_lock reading;
      node* const n = lookup(key);
      const std::scoped_lock lock(cache_.mutex_);
      if (n == nullptr || n->is_past()) return false;
      // [WH2] release: pairs with [WH1].
      n->deadline.store(deadline, std::memory_order_release);
      n->timer.disarm();
      return arm(n, deadline);
    }

    bool erase(key_type key) {
      const read_lock reading;
      node* const n = lookup(key);
      return n != nullptr && !n->is_past() && remove(n);
    }

    /// Removes what is due, and lets go of the lock after each few.
    void clean() {
      const auto now = static_cast<timing_wheel::tick>(scene_clock::now().time_since_epoch() / tick_length);
      while (clean_some(now)) {
      }
    }

   private:
    static constexpr auto tick_length = std::chrono::milliseconds(1);
    static constexpr int at_once = 128;

    struct read_lock {
      read_lock() { rcu_read_lock(); }
      ~read_lock() { rcu_read_unlock(); }
      read_lock(const read_lock&) = delete;
      read_lock& operator=(const read_lock&) = delete;
    };

    static int matches(cds_lfht_node* candidate, const void* key) {
      return node::of(candidate)->key == *static_cast<const key_type*>(key);
    }

    node* lookup(key_type key) {
      cds_lfht_iter it;
      cds_lfht_lookup(cache_.table_, hash{}(key), matches, &key, &it);
      auto* const link = cds_lfht_iter_get_node(&it);
      return link == nullptr ? nullptr : node::of(link);
    }

    /// Under the lock. False when the entry is gone meanwhile; it must not be armed then.
    bool arm(node* n, time_point deadline) {
      if (cds_lfht_is_node_deleted(&n->link)) return false;
      const auto due = std::chrono::ceil<std::chrono::milliseconds>(deadline.time_since_epoch());
      if (deadline != never) cache_.wheel_.arm(n->timer, static_cast<timing_wheel::tick>(due / tick_length));
      return true;
    }

    /// False when somebody else was first.
    bool remove(node* n) {
      if (cds_lfht_del(cache_.table_, &n->link) != 0) return false;
      {
        const std::scoped_lock lock(cache_.mutex_);
        n->timer.disarm();
      }
      retire(n);
      return true;
    }

    static void retire(node* n) {
      // Relaxed, here and below: as [WH4].
      retired_.fetch_add(1, std::memory_order_relaxed);
      call_rcu(&n->reclaim, [](rcu_head* head) {
        delete caa_container_of(head, node, reclaim);
        retired_.fetch_sub(1, std::memory_order_relaxed);
      });
    }

    /// False: nothing is due any more.
    bool clean_some(timing_wheel::tick now) {
      const read_lock reading;
      const std::scoped_lock lock(cache_.mutex_);
      for (int i = 0; i != at_once; ++i) {
        auto* const due = cache_.wheel_.pop(now);
        if (due == nullptr) return false;
        node* const n = node::of(due);
        if (cds_lfht_del(cache_.table_, &n->link) != 0) continue;  // who deleted it waits for the lock
        const value_type value = n->value;
        retire(n);
        cache_.told_.expired(value);
      }
      return true;
    }

    wheel& cache_;
    rcu_registration registered_;
  };

 private:
  mourner& told_;
  cds_lfht* table_;
  std::mutex mutex_;  // guards the wheel, and every timer
  timing_wheel wheel_;
  static inline std::atomic<std::size_t> retired_{0};  // of all, for the callback knows no more than its node
  std::optional<cleaner<wheel>> cleaner_;
};

}  // namespace bench::expiry
