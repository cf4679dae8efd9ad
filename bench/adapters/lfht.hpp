// SPDX-License-Identifier: BSL-1.0
// liburcu cds_lfht: a split-ordered list with buckets resized by a worker thread; wane's nearest relative.
//
// Include through lfht_memb.hpp or lfht_qsbr.hpp: liburcu allows one flavour a translation unit, and its headers bind
// the rcu_* names below to the flavour that was included first.
#pragma once

#include <urcu/rculfhash.h>

#include <bit>
#include <new>
#include <vector>

#include "concept.hpp"

namespace bench {

class rcu_registration {
 public:
  rcu_registration() { rcu_register_thread(); }
  ~rcu_registration() { rcu_unregister_thread(); }
  rcu_registration(const rcu_registration&) = delete;
  rcu_registration& operator=(const rcu_registration&) = delete;
};

/// `expected`: entries to make room for; 0: start small.
inline cds_lfht* new_lfht(std::size_t expected) {
  // What a map that must grow starts with. liburcu names no default, and a small one is not safe: 0.13 queues a resize
  // for its worker first and notes that it did afterwards. A resize that is over before the note is made leaves the
  // note behind, and the table never grows again. That happens every few runs from one bucket; from this size on a
  // resize takes far longer than the note.
  constexpr std::size_t least_buckets = std::size_t{1} << 14;
  // A limit on the buckets, high enough never to be met, selects liburcu's flat bucket array over its array of
  // doubling segments, and with it the cheaper of its two lookups.
  cds_lfht* const table = cds_lfht_new(expected == 0 ? least_buckets : std::bit_ceil(expected), 1, std::size_t{1} << 32,
                                       CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING, nullptr);
  if (table == nullptr) throw std::bad_alloc();
  return table;
}

/// Frees what was erased, the table, and what is left in it: `free(cds_lfht_node*)`. Nobody uses it any more.
template <class Free>
void destroy_lfht(cds_lfht* table, Free&& free) {
  std::vector<cds_lfht_node*> nodes;
  {
    const rcu_registration registered;
    rcu_read_lock();
    cds_lfht_iter it;
    for (cds_lfht_first(table, &it); cds_lfht_iter_get_node(&it) != nullptr; cds_lfht_next(table, &it)) {
      nodes.push_back(cds_lfht_iter_get_node(&it));
      cds_lfht_del(table, nodes.back());
    }
    rcu_read_unlock();
  }
  rcu_barrier();  // earlier erasures have been freed
  cds_lfht_destroy(table, nullptr);
  for (cds_lfht_node* n : nodes) free(n);
}

/// `Qsbr`: the flavour needs announcements of quiescent states, and in return its read lock is nothing.
template <bool Qsbr, class Key = key_type>
class lfht {
  struct node {
    cds_lfht_node link;
    Key key;
    value_type value;
    rcu_head reclaim;

    static node* of(cds_lfht_node* link) { return caa_container_of(link, node, link); }
  };

 public:
  using key = Key;
  using with_strings = lfht<Qsbr, std::string>;
  static constexpr bool stores = true;

  explicit lfht(std::size_t expected) : table_(new_lfht(expected)) {}
  ~lfht() {
    destroy_lfht(table_, [](cds_lfht_node* link) { delete node::of(link); });
  }

  lfht(const lfht&) = delete;
  lfht& operator=(const lfht&) = delete;

  [[nodiscard]] facts describe() const { return {}; }

  class session {
   public:
    explicit session(lfht& map) : table_(map.table_) {}

    bool find(key_argument<Key> key, value_type& out) {
      rcu_read_lock();
      cds_lfht_node* found = lookup(key);
      if (found != nullptr) out = node::of(found)->value;
      rcu_read_unlock();
      return found != nullptr;
    }

    bool insert(key_argument<Key> key, value_type value) {
      auto* fresh = new node{{}, key, value, {}};
      rcu_read_lock();
      const auto* winner = cds_lfht_add_unique(table_, hash{}(key), matches, &key, &fresh->link);
      rcu_read_unlock();
      if (winner == &fresh->link) return true;
      delete fresh;  // never visible to anybody
      return false;
    }

    bool erase(key_argument<Key> key) {
      rcu_read_lock();
      cds_lfht_node* found = lookup(key);
      const bool erased = found != nullptr && cds_lfht_del(table_, found) == 0;
      if (erased) retire(found);
      rcu_read_unlock();
      return erased;
    }

    void assign(key_argument<Key> key, value_type value) {
      auto* fresh = new node{{}, key, value, {}};
      rcu_read_lock();
      cds_lfht_node* old = cds_lfht_add_replace(table_, hash{}(key), matches, &key, &fresh->link);
      if (old != nullptr) retire(old);
      rcu_read_unlock();
    }

    void quiescent() {
      if constexpr (Qsbr) rcu_quiescent_state();
    }

    std::size_t size() {
      long before = 0, after = 0;
      unsigned long count = 0;
      rcu_read_lock();
      cds_lfht_count_nodes(table_, &before, &count, &after);
      rcu_read_unlock();
      return count;
    }

   private:
    static int matches(cds_lfht_node* candidate, const void* key) {
      return node::of(candidate)->key == *static_cast<const Key*>(key);
    }

    cds_lfht_node* lookup(key_argument<Key> key) {
      cds_lfht_iter it;
      cds_lfht_lookup(table_, hash{}(key), matches, &key, &it);
      return cds_lfht_iter_get_node(&it);
    }

    static void retire(cds_lfht_node* removed) {
      call_rcu(&node::of(removed)->reclaim, [](rcu_head* head) { delete caa_container_of(head, node, reclaim); });
    }

    rcu_registration registered_;
    cds_lfht* table_;
  };

 private:
  cds_lfht* table_;
};

}  // namespace bench
