// SPDX-License-Identifier: BSL-1.0
// A contest: threads that play roles against each other on a few keys, round after round, each round audited.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "arena.hpp"

namespace proptest {

/// What one thread does, over and over, to one key.
template <class Kind>
using role = std::function<void(arena<Kind>&, actor<Kind>&, std::uint64_t)>;

struct contest_shape {
  std::uint64_t keys = 4;
  std::uint64_t runs = 0;   // hashes to spread the keys over; 0: as many as keys
  unsigned turns = 3000;    // of each thread a round
  std::size_t buckets = 4;  // to begin with
  bool prefilled = false;
};

/// The roles. Where a clock has to move, somebody plays `time`; nothing else moves it.
template <class Kind>
struct roles {
  using A = arena<Kind>;
  using P = actor<Kind>;
  using K = std::uint64_t;
  using ms = std::chrono::milliseconds;

  static void insert(A&, P& me, K k) { me.insert(k); }
  static void insert_briefly(A&, P& me, K k) { me.insert(k, ms(1 + me.random.below(3))); }
  static void get_or_emplace(A&, P& me, K k) { me.get_or_emplace(k); }
  static void erase(A&, P& me, K k) { me.random.once_in(3) ? me.take(k) : me.erase(k); }
  static void assign(A&, P& me, K k) { me.assign(k); }
  static void assign_briefly(A&, P& me, K k) { me.insert_or_assign(k, ms(1 + me.random.below(3))); }
  static void find(A&, P& me, K k) { me.random.once_in(2) ? me.visit(k) : me.find(k).has_value(); }
  static void touch(A& a, P& me, K k) {
    switch (me.random.below(4)) {
      case 0: a.map.touch(k, ms(1 + me.random.below(3))); break;
      case 1: a.map.expire_at(k, a.clock.now() + ms(2), wane::when::if_later); break;
      case 2: a.map.persist(k); break;
      default: a.map.find_and_touch(k, ms(1), wane::when::if_sooner); break;
    }
  }
  static void time(A& a, P& me, K k) {
    a.clock.advance(ms(1));
    // Not in a tight loop: entries are to live for a few operations of the others.
    for (int pause = 0; pause < 8; ++pause) find(a, me, k);
  }
  static void sweep(A& a, P& me, K) {
    a.map.sweep_some({.blocks = 1 + me.random.below(8), .removals = 1 + me.random.below(8)});
  }
  static void scan(A& a, P& me, K) {
    const auto began = a.books.now();
    wane::cursor at;
    do
      at = a.map.scan(at, 1 + me.random.below(16), [&](K k, const auto& v) { a.books.seen(identity_of(v), k, began); });
    while (!at.at_end());
  }
  static void clear(A& a, P& me, K k) {
    if (!me.random.once_in(20)) return find(a, me, k);
    if (me.random.once_in(2))
      a.map.clear();
    else
      a.map.erase_if([&](K key, const auto&) { return key % 2 == k % 2; });
  }
  static void shrink(A& a, P& me, K k) {
    if (me.random.once_in(50))
      a.map.shrink_to_fit();
    else
      find(a, me, k);
  }
  static void collect(A& a, P& me, K k) {
    a.map.collect();
    find(a, me, k);
  }
};

/// Each role is played by a thread of its own, for rounds of `turns` turns on random keys.
template <class Kind>
void contend(const contest_shape& shape, const std::vector<role<Kind>>& cast) {
  for (rounds r; r.go_on();) {
    // Every second round with homes, where the environment has them for so few entries.
    const std::size_t expected = r.number() % 2 == 0 ? 0 : shape.keys;
    // Every turn makes at most two incarnations; numbers are handed out in batches of 64.
    arena<Kind> a({.expected_entries = expected, .minimum_buckets = shape.buckets}, cast.size() * (2 * shape.turns + 128) + shape.keys + 64,
                  shape.runs);
    if (shape.prefilled) {
      actor<Kind> me(a, r.number());
      for (std::uint64_t k = 0; k < shape.keys; ++k) me.insert(k);
    }
    together(static_cast<unsigned>(cast.size()), [&](unsigned i) {
      actor<Kind> me(a, r.number() * 100 + i);
      for (unsigned turn = 0; turn < shape.turns && !failures::any(); ++turn) {
        cast[i](a, me, me.random.below(shape.keys));
        me.rest();
      }
    });
    a.audit();
  }
}

}  // namespace proptest
