// SPDX-License-Identifier: BSL-1.0
// Changes to the split-ordered list: helping, unlinking, splitting buckets, and retiring what was unlinked.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <memory>

#include <wane/impl/split_list.hpp>

namespace wane::impl {

template <class Node, class Policy>
split_list<Node, Policy>::split_list(pages& p, typename reclaimer::domain& domain, bool huge, unsigned bits,
                                     std::uint64_t expected)
    : pool_(p, huge, expected, !decltype(buckets_)::is_cached(bits)),
      births_(p, huge),
      buckets_(p, huge, bits),
      domain_(&domain) {
  if (!buckets_.ensure(bits)) throw std::bad_alloc();
  lay_out_sentinels(bits);
}

/// All sentinels of an empty list, each leading to the next: sequential within each level, and no search.
template <class Node, class Policy>
void split_list<Node, Policy>::lay_out_sentinels(unsigned bits) noexcept {
  const std::uint64_t size = std::uint64_t{1} << bits;
  std::uint32_t bucket = 0;
  for (std::uint64_t p = 1; p < size; ++p) {
    const std::uint32_t next = bucket_of_key(p << (64 - bits));
    buckets_[bucket].prepare(link::to_sentinel(next));
    bucket = next;
  }
  buckets_[bucket].prepare(link::end());
  buckets_.all_split(size);
}

template <class Node, class Policy>
split_list<Node, Policy>::~split_list() {
  if constexpr (!Node::trivially_destructible) destroy_entries();
}

template <class Node, class Policy>
template <class F>
void split_list<Node, Policy>::for_each_node(F&& f) const {
  for (link l = buckets_[0].read(); !l.is_end();) {
    if (l.is_sentinel()) {
      l = buckets_[l.target()].read();
      continue;
    }
    Node& n = pool_[l.target()];
    l = n.next.read();
    // While a node that was replaced is linked its replacement is not (L4), so no node is met twice.
    for (state s = n.life.read(); s.is_forward();) {
      Node& replacement = pool_[s.forward()];
      s = replacement.life.read();
      f(replacement);
    }
    f(n);
  }
}

template <class Node, class Policy>
void split_list<Node, Policy>::destroy_entries() noexcept {
  for_each_node([](Node& n) { n.destroy(); });
  threads_.for_each([&](std::uint32_t, const thread_state<environment>& t) {
    t.retired.peek().for_each([&](handle h) { pool_[h].destroy(); });
  });
}

// ---- Retiring --------------------------------------------------------------------------------------------------------

/// Owns the thread's garbage while it lives. No user code runs meanwhile; the entries whose time has come are destroyed
/// after the garbage is back. Where slots serve again at once there is nothing to own, and nothing to wait for.
template <class Node, class Policy>
class split_list<Node, Policy>::ticket {
 public:
  ticket(split_list& list, operation& op, bool waits = !reclaimer::reuses_at_once) noexcept : list_(list), op_(op) {
    if (!waits) return;
    garbage_ = op.me().retired.take();
    sealed_ = !garbage_->has_room() && list.seal(*garbage_);
  }
  ~ticket() {
    if (garbage_ == nullptr) {
      if (retired_ != null_handle) {
        list_.reclaim(op_, retired_);
        probe<environment>::reclaim(1);
      }
      return;
    }
    handle ripe[frees_a_ticket];
    std::uint32_t count = 0;
    if (garbage_->ripe.empty()) list_.ripen(*garbage_);
    while (count < frees_a_ticket && !garbage_->ripe.empty()) {
      bag& b = garbage_->ripe.oldest();
      while (count < frees_a_ticket && b.size > 0) ripe[count++] = b.slots[--b.size];
      if (b.size == 0) garbage_->keep(garbage_->ripe.drop_oldest());
    }
    // What the next ticket frees.
    if (!garbage_->ripe.empty()) {
      const bag& next = garbage_->ripe.oldest();
      for (std::uint32_t i = 0; i < std::min(frees_a_ticket, next.size); ++i)
        list_.pool_.prefetch_release(next.slots[next.size - 1 - i]);
    }
    const bool moves_on = sealed_ && list_.is_impatient(*garbage_);
    // [U1] relaxed: a hint for adopters, who look at it again when they find the garbage taken ([U4]).
    op_.me().waiting.store(!garbage_->empty(), std::memory_order_relaxed);
    op_.me().retired.put_back(garbage_);
    for (std::uint32_t i = 0; i < count; ++i) list_.reclaim_ripe(op_, ripe[i]);
    if (count > 0) probe<environment>::reclaim(count);
    if (moves_on) list_.domain_->advance();
    if (sealed_) list_.adopt_orphan(op_);
  }
  ticket(const ticket&) = delete;
  ticket& operator=(const ticket&) = delete;

  [[nodiscard]] bool has_room() const noexcept { return garbage_ == nullptr || garbage_->has_room(); }
  void retire(handle h) noexcept {
    environment::on_retire(&list_.pool_[h]);
    probe<environment>::retire(h);
    op_.me().count(&counters<environment>::retired);
    if (garbage_ == nullptr) {
      retired_ = h;
    } else {
      bag& b = *garbage_->open;
      b.slots[b.size++] = h;
    }
  }

 private:
  /// More than one, so that garbage shrinks when readers have been slow; few, so that no operation pays for many.
  static constexpr std::uint32_t frees_a_ticket = 3;

  split_list& list_;
  operation& op_;
  garbage* garbage_ = nullptr;
  handle retired_ = null_handle;  // what serves again at once
  bool sealed_ = false;
};

template <class Node, class Policy>
bool split_list<Node, Policy>::seal(garbage& g) noexcept {
  if (!g.seal(domain_->stamp())) return false;
  if constexpr (sifting_reclaimer<reclaimer>) sift(g);
  return true;
}

template <class Node, class Policy>
void split_list<Node, Policy>::ripen(garbage& g) noexcept {
  if constexpr (!sifting_reclaimer<reclaimer>)
    while (!g.waiting.empty() && domain_->passed(g.waiting.oldest().stamp)) g.ripe.append(g.waiting.drop_oldest());
}

template <class Node, class Policy>
std::size_t split_list<Node, Policy>::sift(garbage& g) noexcept {
  std::array<std::unique_ptr<bag>, sifted_at_once> bags;
  std::array<std::bitset<bag::capacity>, sifted_at_once> held;
  std::size_t count = 0;
  while (count < sifted_at_once && !g.waiting.empty()) bags[count++] = g.waiting.drop_oldest();
  domain_->scan([&](auto&& is_held) {
    for (std::size_t b = 0; b < count; ++b)
      for (std::uint32_t i = 0; i < bags[b]->size; ++i) {
        const handle h = bags[b]->slots[i];
        if (is_held(unlinked_node{&pool_[h], births_.of(h), bags[b]->stamp})) held[b].set(i);
      }
  });
  for (std::size_t b = 0; b < count; ++b) g.settle(std::move(bags[b]), held[b]);
  return count;
}

template <class Node, class Policy>
void split_list<Node, Policy>::quarantine(operation& op, handle h) {
  ticket mine(*this, op, true);
  if (mine.has_room()) return mine.retire(h);
  pool_.release(op.me().slots, h);
  throw std::bad_alloc();
}

template <class Node, class Policy>
void split_list<Node, Policy>::step_outside(operation& op) {
  const std::uint32_t slot = environment::thread_slot();
  std::destroy_at(&op.guard_);
  const bool is_outside = !domain_->in_guard(slot);
  if (is_outside) domain_->await_passage();
  std::construct_at(&op.guard_, *domain_, slot);
  op.must_step_outside_ = false;
  ++op.outings_;
  if (!is_outside) throw std::bad_alloc();
}

template <class Node, class Policy>
bool split_list<Node, Policy>::adopt(operation& op, thread_state<environment>& from) noexcept {
  std::unique_ptr<garbage> theirs;
  try {
    auto empty = std::make_unique<garbage>();
    // [U3] relaxed: before the exchange, whose release ([M5]) orders it before what the owner says when it has put slots
    // into the empty garbage. Afterwards it could undo that, and these slots would be overlooked.
    from.waiting.store(false, std::memory_order_relaxed);
    theirs = from.retired.steal(empty);
  } catch (const std::bad_alloc&) {
  }
  if (!theirs) {
    // [U4] relaxed: the owner may be about to put its garbage back and have said so before [U3].
    from.waiting.store(true, std::memory_order_relaxed);
    return false;
  }
  // Our stamp serves for what they unlinked: it was handed over (M1) before the stamp was taken.
  theirs->open->stamp = domain_->stamp();
  theirs->waiting.append(std::move(theirs->open));
  garbage* const ours = op.me().retired.take();
  ours->waiting.take_over(theirs->waiting);
  ours->ripe.take_over(theirs->ripe);
  // [U5] relaxed: as [U1].
  op.me().waiting.store(true, std::memory_order_relaxed);
  op.me().retired.put_back(ours);
  return true;
}

template <class Node, class Policy>
void split_list<Node, Policy>::adopt_orphan(operation& op) noexcept {
  const std::uint32_t slot = op.me().next_orphan++;
  if (slot >= environment::slots_in_use()) {
    op.me().next_orphan = 0;
    return;
  }
  thread_state<environment>* const t = threads_.find(slot);
  if (t == nullptr || t == &op.me() || environment::slot_taken(slot)) return;
  // [U6] relaxed: as [U1].
  if (t->waiting.load(std::memory_order_relaxed)) adopt(op, *t);
}

template <class Node, class Policy>
std::size_t split_list<Node, Policy>::collect(operation& op) {
  threads_.for_each([&](std::uint32_t, thread_state<environment>& t) {
    // [U7] relaxed: as [U1].
    if (&t != &op.me() && t.waiting.load(std::memory_order_relaxed)) adopt(op, t);
  });
  garbage* const ours = op.me().retired.take();
  if (ours->open->size > 0) (void)ours->seal(domain_->stamp());
  domain_->advance();
  if constexpr (sifting_reclaimer<reclaimer>)
    for (std::size_t left = ours->waiting.size(); left > 0 && !ours->waiting.empty();)
      left -= std::min(left, sift(*ours));
  ripen(*ours);
  bag_queue ripe;
  ripe.take_over(ours->ripe);
  // [U8] relaxed: as [U1].
  op.me().waiting.store(!ours->empty(), std::memory_order_relaxed);
  op.me().retired.put_back(ours);
  std::size_t count = 0;
  ripe.for_each_slot([&](handle h) {
    reclaim_ripe(op, h);
    ++count;
  });
  if (count > 0) probe<environment>::reclaim(count);
  return count;
}

template <class Node, class Policy>
std::size_t split_list<Node, Policy>::retired() const noexcept {
  // Freed is read first: every slot is counted as retired before it is counted as freed.
  const std::uint64_t freed = total(threads_, &counters<environment>::freed);
  return static_cast<std::size_t>(total(threads_, &counters<environment>::retired) - freed);
}

template <class Node, class Policy>
std::size_t split_list<Node, Policy>::garbage_bytes() const noexcept {
  std::size_t threads = 0;
  threads_.for_each([&](std::uint32_t, const thread_state<environment>&) { ++threads; });
  return threads * (sizeof(garbage) + sizeof(bag)) + retired() / bag::capacity * sizeof(bag);
}

// ---- Removing --------------------------------------------------------------------------------------------------------

template <class Node, class Policy>
auto split_list<Node, Policy>::help(operation& op, position& at, handle h, Node& n, state dead) noexcept -> helped {
  // I1, L5: a reader may have come here through a frozen link.
  if (at.expected.is_frozen()) return helped::lost;
  ticket mine(*this, op);
  if (!mine.has_room()) return helped::no_memory;
  const auto still = [&] { return op.held().validate(*at.before, at.expected); };
  link after = n.next.read();
  do {
    if (!still() || op.must_step_outside()) return helped::lost;
  } while (!after.is_frozen() && !change(op, n.next, after, after.frozen()));
  link successor = after;
  if (dead.is_forward()) {
    // Every helper computes the same target, because n.next is frozen; one of them succeeds, once.
    Node& replacement = pool_[dead.forward()];
    if (!op.held().protect(*at.before, at.expected, &replacement)) return helped::lost;
    word& next = replacement.next;
    link l = next.read();
    if (!still()) return helped::lost;  // or the slot may serve another replacement by now
    if (l.is_unset() && !change(op, next, l, l.pointing_to(after)) && op.must_step_outside()) return helped::lost;
    successor = link::to_node(dead.forward());
  }
  if (!change(op, *at.before, at.expected, at.expected.pointing_to(successor))) return helped::lost;
  mine.retire(h);
  return helped::unlinked;
}

template <class Node, class Policy>
void split_list<Node, Policy>::unlink(operation& op, std::uint64_t hash, const found& f) noexcept {
  if (f.where.before != nullptr) {
    position where = f.where;
    if (help(op, where, f.at, *f.node, f.life) != helped::lost) return;
  }
  (void)clear_run(op, hash);
}

/// A writer's search to the end of a run, which unlinks what is dead on the way, frozen sentinels included.
template <class Node, class Policy>
bool split_list<Node, Policy>::clear_run(operation& op, std::uint64_t hash) noexcept {
  try {
    (void)locate(
        op, hash, [&](const Node& n, handle, auto&&) { return n.hash() > hash ? place::beyond : place::before; },
        [](const Node&, handle, state&) { return true; });
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

// ---- Buckets ---------------------------------------------------------------------------------------------------------

template <class Node, class Policy>
void split_list<Node, Policy>::initialise(operation& op, std::uint32_t bucket) noexcept {
  word& w = buckets_[bucket];
  link l = w.read();
  if (!l.is_untouched()) return;
  const std::uint64_t key = key_of_bucket(bucket);
  initialise(op, bucket_of_key(parent_key(key)));
  if (!w.change(l, link::claimed())) return;
  try {
    for (;;) {
      const found at = locate(
          op, key, [&](const Node& n, handle, auto&&) { return n.hash() >= key ? place::beyond : place::before; },
          [](const Node&, handle, state&) { return true; });
      // Not linked yet, so `fresh`: whoever comes by way of the table starts from the parent instead.
      w.prepare(w.peek().pointing_to(at.where.expected).as_fresh());
      link expected = at.where.expected;
      if (change(op, *at.where.before, expected, expected.pointing_to(link::to_sentinel(bucket)))) break;
    }
  } catch (const std::bad_alloc&) {
    w.prepare(link());  // untouched again, for a time with more memory
    return;
  }
  for (link now = w.read(); now.is_fresh();) w.change(now, now.pointing_to(now));
  probe<environment>::initialise(bucket);
}

template <class Node, class Policy>
bool split_list<Node, Policy>::remove_sentinel(operation& op, std::uint32_t bucket) noexcept {
  word& w = buckets_[bucket];
  link l = w.read();
  if (l.is_untouched()) return true;
  while (!l.is_frozen() && !op.must_step_outside()) change(op, w, l, l.frozen());
  return l.is_frozen() && clear_run(op, key_of_bucket(bucket));
}

}  // namespace wane::impl
