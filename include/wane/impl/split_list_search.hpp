// SPDX-License-Identifier: BSL-1.0
// Searches of the split-ordered list: readers' (which write nothing) and writers' (which help).
#pragma once

#include <wane/impl/split_list.hpp>

namespace wane::impl {

template <class Node, class Policy>
inline auto split_list<Node, Policy>::start_reading(std::uint64_t hash) const noexcept -> start {
  const std::uint64_t key = sentinel_key_of_hash(hash, buckets_.bits());
  word& w = buckets_[bucket_of_key(key)];
  if (const link l = w.read(); l.is_ready()) [[likely]]
    return {&w, l};
  return start_at_ancestor(key);
}

template <class Node, class Policy>
[[gnu::noinline]] auto split_list<Node, Policy>::start_at_ancestor(std::uint64_t key) const noexcept -> start {
  for (;;) {
    key = parent_key(key);
    word& w = buckets_[bucket_of_key(key)];
    // Bucket 0 is ready always, so nobody waits.
    if (const link l = w.read(); l.is_ready()) return {&w, l};
  }
}

template <class Node, class Policy>
auto split_list<Node, Policy>::start_writing(operation& op, std::uint64_t hash) noexcept -> start {
  const std::uint32_t bucket = bucket_of_key(sentinel_key_of_hash(hash, buckets_.bits()));
  word& w = buckets_[bucket];
  if (const link l = w.read(); l.is_ready()) [[likely]]
    return {&w, l};
  initialise(op, bucket);
  return start_reading(hash);
}

template <class Node, class Policy>
template <class Match, class Judge>
inline auto split_list<Node, Policy>::find(const guard& held, std::uint64_t hash, Match&& match, Judge&& judge) const
    -> found {
restart:
  auto [before, l] = start_reading(hash);
  for (;;) {
    if (!held.protect(*before, l)) goto restart;
    if (l.is_sentinel()) {
      if (is_end_or_above(l, hash)) return {};
      before = &buckets_[l.target()];
      l = before->read();
      continue;
    }
    Node& n = pool_[l.target()];
    const place p = match(n, l.target());
    if (p == place::beyond) return {};
    if (p == place::here) {
      state s = n.life.read();
      if (s.is_live() && judge(n, l.target(), s)) [[likely]]
        return {&n, l.target(), s, {before, l}};
      if (const found f = follow(n, l.target(), judge); f.node != nullptr) return f;
      // A dead node does not end the search: the key may have been inserted again, further along its run.
    }
    before = &n.next;
    l = before->read();
  }
}

template <class Node, class Policy>
template <class Judge>
auto split_list<Node, Policy>::follow(Node& n, handle at, Judge&& judge) const -> found {
  Node* entry = &n;
  state s = entry->life.read();
  while (!s.is_dead()) {
    if (s.is_forward()) {
      at = s.forward();
      entry = &pool_[at];
      s = entry->life.read();
    } else if (judge(*entry, at, s)) {
      return {entry, at, s, {}};
    }
  }
  return {};
}

template <class Node, class Policy>
auto split_list<Node, Policy>::find_slot(const guard& held, std::uint64_t hash, handle target) const -> found {
restart:
  auto [before, l] = start_reading(hash);
  for (;;) {
    if (!held.protect(*before, l)) goto restart;
    if (l.is_sentinel()) {
      if (is_end_or_above(l, hash)) return {};
      before = &buckets_[l.target()];
    } else {
      Node& n = pool_[l.target()];
      if (l.target() == target) return {&n, target, n.life.read(), {before, l}};
      if (n.hash() > hash) return {};
      before = &n.next;
    }
    l = before->read();
  }
}

template <class Node, class Policy>
template <class F>
void split_list<Node, Policy>::walk(const guard&, std::uint64_t from, F&& f) const {
  static_assert(reclaimer::kind == protection::blanket, "walking holds on to nodes while a callable runs");
  for (link l = start_reading(from).first; !l.is_end();) {
    if (l.is_sentinel()) {
      l = buckets_[l.target()].read();
      continue;
    }
    Node& n = pool_[l.target()];
    if (n.hash() >= from && !f(n, l.target())) return;
    l = n.next.read();
  }
}

template <class Node, class Policy>
template <class Match, class Judge>
auto split_list<Node, Policy>::locate(operation& op, std::uint64_t hash, Match&& match, Judge&& judge) -> found {
restart:
  auto [before, l] = start_writing(op, hash);
  for (;;) {
    // L5. A frozen predecessor is being unlinked; what hangs on it can be changed only by way of its own predecessor.
    if (l.is_frozen() || !op.held().protect(*before, l)) goto restart;
    if (l.is_sentinel()) {
      if (is_end_or_above(l, hash)) return {nullptr, null_handle, {}, {before, l}};
      word& w = buckets_[l.target()];
      link after = w.read();
      if (after.is_frozen()) {
        // A sentinel that a shrink takes out. Anybody may do so; nothing is retired, the table is given back whole.
        if (!before->change(l, l.pointing_to(after))) goto restart;
        continue;
      }
      // We came through the list, so the sentinel is linked. I2.
      while (after.is_fresh()) w.change(after, after.pointing_to(after));
      before = &w;
      l = after;
      continue;
    }
    Node& n = pool_[l.target()];
    const handle at = l.target();
    const place p = match(n, at);
    if (p == place::beyond) return {nullptr, null_handle, {}, {before, l}};
    state s = n.life.read();
    if (!s.is_live()) {
      switch (help(op, *before, l, at, n, s)) {
        case helped::unlinked: continue;
        case helped::lost: goto restart;
        case helped::no_memory: throw std::bad_alloc();
      }
    }
    if (p == place::here) {
      if (judge(n, at, s)) return {&n, at, s, {before, l}};
      continue;
    }
    before = &n.next;
    l = before->read();
  }
}

}  // namespace wane::impl
