// SPDX-License-Identifier: BSL-1.0
// Looking inside a quiet map: check() verifies the structural invariants.
//
//   what is verified                                                                     invariant
//   hashes go up along the list; a sentinel stands before what its key bounds            L1
//   every bucket below the table's size that is initialised is in the list, once         I2
//   no link in the list is frozen, unset or fresh                                        I1, I2, L4
//   every node in the list is LIVE or has been killed; none is met twice                 L4
//   no two live nodes have one key                                                       L3
//   every finite deadline is covered by its block's summary                              I8
//   every slot is exactly one of: linked, retired, free; free ones are DEAD              I6, pool accounting
//   the counters add up to the live entries found                                        size
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include <wane/impl/map_core.hpp>

namespace wane::impl {

template <class Core>
class checker {
 public:
  explicit checker(Core& core) : core_(core), list_(core.entries()) {}

  check_report run() {
    walk_list();
    check_buckets();
    account_for_slots();
    if (report_.entries != core_.size())
      problem("size() is " + std::to_string(core_.size()) + ", the list has " + std::to_string(report_.entries));
    return std::move(report_);
  }

 private:
  using node = typename Core::node;
  enum class use : std::uint8_t { unseen, linked, retired, free };

  void problem(std::string what) {
    if (report_.problems.size() < 100) report_.problems.push_back(std::move(what));
  }
  /// False: the slot does not exist, or is something else; what hangs on it is not to be followed.
  bool put(handle h, use u, const char* name) {
    const bool exists = h != null_handle && h < uses_.size();
    if (!exists) problem("slot " + std::to_string(h) + " does not exist");
    if (!exists) return false;
    const bool unseen = uses_[h] == use::unseen;
    if (!unseen) problem("slot " + std::to_string(h) + " is " + name + " and something else as well");
    uses_[h] = u;
    report_.slots += unseen ? 1 : 0;
    return unseen;
  }

  void walk_list() {
    uses_.assign(std::size_t{list_.slots().blocks()} * block_slots, use::unseen);
    std::uint64_t floor = 0;
    std::vector<const node*> run;
    link l = list_.table()[0].read();
    sentinels_.insert(0);
    std::uint64_t at = 0;  // the bucket whose word l is, or 0 when it is a node's
    for (; !l.is_end();) {
      if (l.is_unset()) return problem("a link in the list is unset");
      // A shrink between two steps leaves upper sentinels in the list, frozen.
      const bool leaving = at >= list_.table().size() && list_.table().is_shrinking();
      if (l.is_frozen() && !leaving) problem("a link in the list is frozen");
      if (l.is_fresh()) problem("a sentinel in the list is fresh");
      if (l.is_sentinel()) {
        const std::uint64_t key = key_of_bucket(l.target());
        if (key < floor) problem("sentinel " + std::to_string(l.target()) + " stands too late");
        if (!sentinels_.insert(l.target()).second) return problem("sentinel met twice: the list has a cycle");
        floor = key;
        last_was_node_ = false;
        at = l.target();
        l = list_.table()[l.target()].read();
        continue;
      }
      const handle h = l.target();
      if (h < uses_.size() && uses_[h] == use::linked) return problem("a node is met twice: the list has a cycle");
      if (!put(h, use::linked, "linked")) return;
      const node& n = list_[h];
      const std::uint64_t hash = n.hash();
      if (hash < floor) problem("slot " + std::to_string(h) + " stands too late");
      if (hash != floor || !last_was_node_) run.clear();
      floor = hash;
      last_was_node_ = true;
      check_node(h, n, run);
      at = 0;
      l = n.next.read();
    }
    report_.sentinels = sentinels_.size();
  }

  void check_node(handle h, const node& n, std::vector<const node*>& run) {
    const state s = n.life.read();
    if (!s.is_live()) ++report_.dead;
    const node* live = s.is_live() ? &n : nullptr;
    handle at = h;
    // A node that was replaced and could not be unlinked for want of memory: its replacements are not linked yet.
    for (state f = s; f.is_forward();) {
      at = f.forward();
      if (!put(at, use::linked, "a replacement")) break;
      const node& replacement = list_[at];
      f = replacement.life.read();
      if (f.is_live()) live = &replacement;
    }
    if (live == nullptr) return;
    ++report_.entries;
    for (const node* other : run)
      if (core_.same_key(*other, *live)) problem("two live entries have one key (slot " + std::to_string(at) + ")");
    run.push_back(live);
    const state alive = live->life.read();
    if (alive.has_deadline() && list_.slots().earliest(at / block_slots) > alive.deadline())
      problem("the summary of block " + std::to_string(at / block_slots) + " is later than a deadline in it");
  }

  void check_buckets() {
    const std::uint64_t size = list_.table().size();
    for (std::uint64_t b = 0; b < size; ++b) {
      const link l = list_.table()[static_cast<std::uint32_t>(b)].read();
      const bool in_list = sentinels_.contains(static_cast<std::uint32_t>(b));
      if (l.is_untouched() ? in_list : !in_list)
        problem("bucket " + std::to_string(b) + (in_list ? " is in the list, untouched" : " is not in the list"));
    }
    for (const std::uint32_t b : sentinels_)
      if (b >= size * (list_.table().is_shrinking() ? 2 : 1))
        problem("sentinel " + std::to_string(b) + " is in the list, above the table");
  }

  void account_for_slots() {
    list_.threads().for_each([&](std::uint32_t, auto& t) {
      t.retired.peek().for_each([&](handle h) { put(h, use::retired, "retired"); });
      list_.slots().for_each_cached(t.slots, [&](handle h) { put_free(h); });
    });
    list_.slots().for_each_unheld([&](handle h) { put_free(h); });
    for (std::size_t h = 1; h < uses_.size(); ++h)
      if (uses_[h] == use::unseen) problem("slot " + std::to_string(h) + " is lost");
  }
  void put_free(handle h) {
    put(h, use::free, "free");
    if (h < uses_.size() && !list_[h].life.read().is_dead())
      problem("slot " + std::to_string(h) + " is free but not DEAD");
  }

  Core& core_;
  typename Core::list& list_;
  check_report report_;
  std::vector<use> uses_;
  std::unordered_set<std::uint32_t> sentinels_;
  bool last_was_node_ = false;
};

}  // namespace wane::impl
