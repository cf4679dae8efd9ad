// SPDX-License-Identifier: BSL-1.0
// Searches of the split-ordered list: readers' (which write nothing) and writers' (which help).
#pragma once

#include <wane/impl/split_list.hpp>

namespace wane::impl {

template <class Node, class Policy>
class split_list<Node, Policy>::course {
 public:
  explicit course(const position& from) noexcept : anchor_(from), next_(from.expected) {}

  [[nodiscard]] link next() const noexcept { return next_; }
  /// Where what `next` leads to hangs, if that can be changed.
  [[nodiscard]] position where() const noexcept {
    if constexpr (is_blanket)
      return anchor_;
    else
      return next_ == anchor_.expected ? anchor_ : position{};
  }

  /// Before n, which `next` leads to, is read.
  [[nodiscard]] bool approach(const guard& held, const Node& n) const noexcept {
    return held.protect(*anchor_.before, anchor_.expected, &n);
  }
  /// After it was read: whether that counts.
  [[nodiscard]] bool still(const guard& held) const noexcept {
    return held.validate(*anchor_.before, anchor_.expected);
  }

  void pass_sentinel(word& w) noexcept { pass(w, w.read()); }
  [[nodiscard]] bool pass_node(const guard& held, Node& n) noexcept {
    const link l = n.next.read();
    if (!still(held)) return false;
    if (pass(n.next, l)) held.advance();
    return true;
  }
  /// The anchor's word was changed to what `at` says.
  void go_on(const position& at) noexcept {
    anchor_ = at;
    next_ = at.expected;
  }

 private:
  static constexpr bool is_blanket = reclaimer::kind == protection::blanket;

  /// Whether the anchor moved on.
  bool pass(word& w, link l) noexcept {
    next_ = l;
    if (!is_blanket && l.is_frozen()) return false;
    anchor_ = {&w, l};
    return true;
  }

  position anchor_;
  link next_;
};

template <class Node, class Policy>
inline auto split_list<Node, Policy>::start_reading(std::uint64_t hash) const noexcept -> position {
  prefetch_home(hash);
  const unsigned bits = buckets_.bits();
  word& w = buckets_.of_hash(hash, bits);
  if (const link l = w.read(); l.is_ready()) [[likely]]
    return {&w, l};
  return start_at_ancestor(sentinel_key_of_hash(hash, bits));
}

template <class Node, class Policy>
[[gnu::noinline]] auto split_list<Node, Policy>::start_at_ancestor(std::uint64_t key) const noexcept -> position {
  for (;;) {
    key = parent_key(key);
    word& w = buckets_[bucket_of_key(key)];
    // Bucket 0 is ready always, so nobody waits.
    if (const link l = w.read(); l.is_ready()) return {&w, l};
  }
}

template <class Node, class Policy>
auto split_list<Node, Policy>::start_writing(operation& op, std::uint64_t hash) noexcept -> position {
  prefetch_home(hash);
  const unsigned bits = buckets_.bits();
  word& w = buckets_.of_hash(hash, bits);
  if (const link l = w.read(); l.is_ready()) [[likely]]
    return {&w, l};
  initialise(op, impl::bucket_of_hash(hash, bits));
  return start_reading(hash);
}

/// find without what is rare: a bucket that is not ready, sentinels on the way, nodes that are not LIVE.
template <class Node, class Policy>
template <class Match, class MayBe>
[[gnu::always_inline]] inline auto split_list<Node, Policy>::glance(const word& bucket, std::uint64_t hash, Match&& match,
                                                                    MayBe&& may_be, unsigned bits, bool fetched) const -> glimpse
  requires(reclaimer::kind == protection::blanket)
{
  link l = bucket.read();
  if (l.is_plain()) [[likely]] {
    // Whether the first node is the one is hard to guess. Where that is in the caches a wrong guess is what a search costs, so
    // none is made; beyond them, to go on with a guess is better than to wait for the node. Whether it is beyond, which is as
    // hard to guess, is not asked: most often there is no second one.
    const Node& first = pool_[l.target()];
    const bool here = may_be(first);
    if (fetched || buckets_.is_cached(bits)) {
      l = link::select(here, l, first.next.read());
    } else if (!here) {
      asm volatile("");  // or the compiler makes one of both
      l = first.next.read();
    }
    bool on_node = !l.is_sentinel();
    while (on_node) {
      Node& n = pool_[l.target()];
      switch (match(std::as_const(n))) {
        case place::here: return {seen::there, &n, l.target(), n.life.read()};
        case place::before: break;
        default: return {seen::absent};
      }
      l = n.next.read();
      on_node = !l.is_sentinel();
    }
  } else if (!l.is_ready()) [[unlikely]] {
    return {seen::unclear};
  }
  // Buckets of this table begin where others end; those of a larger one may begin below.
  return {l.target() >> bits == 0 || is_end_or_above(l, hash) ? seen::absent : seen::unclear};
}

template <class Node, class Policy>
template <class Match, class Judge>
inline auto split_list<Node, Policy>::find(const guard& held, std::uint64_t hash, Match&& match, Judge&& judge) const
    -> found {
restart:
  course c(start_reading(hash));
  for (;;) {
    const link l = c.next();
    if (l.is_sentinel()) {
      if (is_end_or_above(l, hash)) return {};
      c.pass_sentinel(buckets_[l.target()]);
      continue;
    }
    Node& n = pool_[l.target()];
    if (!c.approach(held, n)) goto restart;
    switch (match(n, l.target(), [&] { return c.still(held); })) {
      case place::before: break;
      case place::here: {
        found f;
        switch (look(held, c, n, l.target(), judge, f)) {
          case met::entry: return f;
          // A dead node does not end the search: the key may have been inserted again, further along its run.
          case met::nothing:
            if (!c.approach(held, n)) goto restart;  // again, after its replacements
            break;
          case met::lost: goto restart;
        }
        break;
      }
      case place::beyond:
        if (!c.still(held)) goto restart;
        return {};
      case place::lost: goto restart;
    }
    if (!c.pass_node(held, n)) goto restart;
  }
}

template <class Node, class Policy>
template <class Judge>
inline auto split_list<Node, Policy>::look(const guard& held, const course& c, Node& n, handle at, Judge&& judge,
                                           found& f) const -> met {
  // While n is linked its replacements are not (L4), and cannot be unlinked while the anchor holds.
  Node* entry = &n;
  position where = c.where();
  for (;;) {
    state s = entry->life.read();
    if (!c.still(held)) return met::lost;
    if (s.is_live()) [[likely]] {
      if (!judge(*entry, at, s)) continue;  // it has died or changed; see how
      f = {entry, at, s, where};
      return met::entry;
    }
    if (s.is_dead()) return met::nothing;
    at = s.forward();
    entry = &pool_[at];
    where = {};
    if (!c.approach(held, *entry)) return met::lost;
  }
}

template <class Node, class Policy>
auto split_list<Node, Policy>::find_slot(const guard& held, std::uint64_t hash, handle target) const -> found {
restart:
  course c(start_reading(hash));
  for (;;) {
    const link l = c.next();
    if (l.is_sentinel()) {
      if (is_end_or_above(l, hash)) return {};
      c.pass_sentinel(buckets_[l.target()]);
      continue;
    }
    Node& n = pool_[l.target()];
    if (!c.approach(held, n)) goto restart;
    if (l.target() == target) {
      const state s = n.life.read();
      if (!c.still(held)) goto restart;
      return {&n, target, s, c.where()};
    }
    if (n.hash() > hash && c.still(held)) return {};
    if (!c.pass_node(held, n)) goto restart;
  }
}

template <class Node, class Policy>
template <class Judge, class F>
void split_list<Node, Policy>::walk(const guard& held, std::uint64_t from, Judge&& judge, F&& f) const {
restart:
  course c(start_reading(from));
  while (!c.next().is_end()) {
    const link l = c.next();
    if (l.is_sentinel()) {
      c.pass_sentinel(buckets_[l.target()]);
      continue;
    }
    Node& n = pool_[l.target()];
    if (!c.approach(held, n)) goto restart;
    const std::uint64_t hash = n.hash();
    if (hash >= from) {
      found entry;
      const met m = look(held, c, n, l.target(), judge(hash), entry);
      if (m == met::lost) goto restart;
      from = hash;
      if (m == met::entry) {
        switch (f(hash, entry)) {
          case step::next: break;
          case step::again: goto restart;
          case step::stop: return;
        }
      }
      if (entry.node != &n && !c.approach(held, n)) goto restart;  // again, after its replacements
    }
    if (!c.pass_node(held, n)) goto restart;
  }
}

template <class Node, class Policy>
template <class Same, class Judge, class Live>
bool split_list<Node, Policy>::look_at_all(const guard&, Same&& same, Judge&& judge, Live&& live) const
  requires(reclaimer::kind == protection::blanket)
{
  for (const word* w = &buckets_[0];;) {
    const link l = w->read();
    if (!same(l.bits())) return false;
    if (l.is_end()) return true;
    if (l.is_sentinel()) {
      w = &buckets_[l.target()];
      continue;
    }
    w = &pool_[l.target()].next;
    state s;
    for (handle at = l.target();; at = s.forward()) {
      Node& n = pool_[at];
      do s = n.life.read();
      while (s.is_live() && !judge(n.hash())(n, at, s));  // it has died or changed; see how
      if (!same(s.bits())) return false;
      if (s.is_live()) live(std::as_const(n), s);
      if (!s.is_forward()) break;
    }
  }
}

template <class Node, class Policy>
template <class Match, class Judge>
auto split_list<Node, Policy>::locate(operation& op, std::uint64_t hash, Match&& match, Judge&& judge) -> found {
restart:
  if constexpr (reclaimer::kind == protection::version)
    if (op.must_step_outside()) [[unlikely]]
      step_outside(op);
  course c(start_writing(op, hash));
  for (;;) {
    const link l = c.next();
    // L5. A frozen predecessor is being unlinked; what hangs on it can be changed only by way of its own predecessor.
    if (l.is_frozen()) goto restart;
    position here = c.where();
    if (l.is_sentinel()) {
      if (is_end_or_above(l, hash)) return {nullptr, null_handle, {}, here};
      word& w = buckets_[l.target()];
      link after = w.read();
      if (after.is_frozen()) {
        // A sentinel that a shrink takes out. Anybody may do so; nothing is retired, the table is given back whole.
        if (!change(op, *here.before, here.expected, l.pointing_to(after))) goto restart;
        c.go_on(here);
        continue;
      }
      // We came through the list, so the sentinel is linked. I2.
      while (after.is_fresh()) w.change(after, after.pointing_to(after));  // first changes: no tag is worn
      c.go_on({&w, after});
      continue;
    }
    Node& n = pool_[l.target()];
    if (!c.approach(op.held(), n)) goto restart;
    const handle at = l.target();
    const place p = match(n, at, [&] { return c.still(op.held()); });
    if (p == place::lost) goto restart;
    if (p == place::beyond) {
      if (!c.still(op.held())) goto restart;
      return {nullptr, null_handle, {}, here};
    }
    state s = n.life.read();
    if (!c.still(op.held())) goto restart;
    if (!s.is_live()) [[unlikely]] {
      probe<environment>::help(hash, at);
      switch (help(op, here, at, n, s)) {
        case helped::unlinked: c.go_on(here); continue;
        case helped::lost: goto restart;
        case helped::no_memory: throw std::bad_alloc();
      }
    }
    if (p == place::here) {
      if (judge(n, at, s)) return {&n, at, s, here};
      goto restart;
    }
    if (!c.pass_node(op.held(), n)) goto restart;
  }
}

}  // namespace wane::impl
