// SPDX-License-Identifier: BSL-1.0
// The split-ordered list: search, insertion, replacement and removal of nodes, and the splitting of buckets.
//
//   bucket words    [0]----------------------->[2]---------->[1]-------------------> ...
//                     \                       /  \          /  \.
//   nodes              (h=.1)--(h=.2)--------'    (h=.3)---'    (h=.6)--(h=.9)--> end
//
// One list holds every entry, sorted by hash. A sentinel is a bucket word that stands in the list at its bucket's lower
// bound; a search starts at the word of its bucket.
//
// Invariants (I1 to I9 stand with the words, the nodes, the pool and the buckets):
//   L1  Links go up: a node's hash is at least that of whatever leads to it; a sentinel precedes nodes of equal hash.
//   L2  A node is inserted at the end of its run of equal hashes, so two insertions of one key race for one word.
//   L3  Of the nodes with one key that the list can reach, at most one, with the nodes it is FORWARD to, is LIVE.
//   L4  Removal is in three steps, for DEAD and FORWARD alike, and anybody may do each of them (help):
//         freeze n.next; if n is FORWARD(m), point m.next where n.next points, unless it is set already;
//         swing the word before n from n to m or to n's successor. Who does the last retires n; nobody else does.
//   L5  Writers go on only from words that are not frozen: a change to a frozen word fails, and the search starts over.
//   L6  Readers never help. They walk through frozen nodes (whose next stays what it was) and follow FORWARD.
//   L7  Every change is of the exact word that the search went by, tag and version included, never of one loaded anew.
//
// Under a reclaimer that is no blanket (see reclaim/concept.hpp) a slot may serve again while a search stands on it. The
// search then relies on its anchor: what it has read of a node counts once the anchor is seen to hold still. A frozen word
// is no anchor, because it stays as it was when its target has gone; but while the anchor before it holds, its node is
// linked, and so is what comes behind.
//
// Why a reader that has walked off the list may report absence: each node it visits was in the list at some moment since
// the reader began (by induction over the hop, I1), and it moves from w to the first node beyond the run at a moment
// when both were linked next to each other. A live node of its key would have been linked before w or have become w by
// L2, and then it was met on the way, as it was or FORWARD.
#pragma once

#include <algorithm>
#include <cstdint>
#include <new>
#include <type_traits>

#include <wane/impl/births.hpp>
#include <wane/impl/buckets.hpp>
#include <wane/impl/limbo.hpp>
#include <wane/impl/pool.hpp>
#include <wane/impl/probe.hpp>
#include <wane/impl/thread_state.hpp>
#include <wane/reclaim/concept.hpp>

namespace wane::impl {

/// Where a node met on a search stands to what is looked for; lost: it cannot be told, the anchor has moved.
enum class place : std::uint8_t { before, here, beyond, lost };

template <class Node, class Policy>
class split_list {
 public:
  using environment = typename Policy::environment;
  using pages = typename Policy::pages;
  using reclaimer = typename Policy::reclaimer;
  using guard = typename reclaimer::guard;
  using word = link_word<environment>;

  /// A place in the list: `before` held `expected`, and what is looked for belongs between it and what it leads to.
  struct position {
    word* before = nullptr;
    link expected;
  };
  /// A node met, or none; with its position, or that of a node to be inserted, unless it was met by way of a FORWARD, or
  /// (reclaimers that are no blanket) of a frozen word: where.before is null then.
  struct found {
    Node* node = nullptr;
    handle at = null_handle;
    state life;
    position where;
  };

  /// Enters a read-side critical section, which is all that a reader needs.
  [[nodiscard, gnu::always_inline]] guard enter() const {
    if constexpr (std::is_constructible_v<guard, typename reclaimer::domain&>)
      return guard(*domain_);
    else
      return guard(*domain_, environment::thread_slot());
  }

  /// What a change carries through the list: its guard and its thread's state.
  class operation {
   public:
    explicit operation(split_list& list) : operation(list, environment::thread_slot()) {}
    [[nodiscard]] thread_state<environment>& me() const noexcept { return me_; }
    [[nodiscard]] const guard& held() const noexcept { return guard_; }
    /// For a search that goes on after others by the same guard: where it stood counts as long as this is the same.
    [[nodiscard]] std::uint64_t mark() const noexcept {
      if constexpr (reclaimer::kind == protection::interval)
        return guard_.upper();
      else
        return outings_;
    }

   private:
    friend class split_list;
    [[nodiscard]] bool must_step_outside() const noexcept {
      return reclaimer::kind == protection::version && must_step_outside_;
    }

    operation(split_list& list, std::uint32_t slot) : guard_(*list.domain_, slot), me_(list.threads_.at(slot)) {}

    guard guard_;
    thread_state<environment>& me_;
    bool must_step_outside_ = false;
    unsigned outings_ = 0;  // how often the guard was left in the middle: what was found before does not count then
  };

  split_list(pages& p, typename reclaimer::domain& domain, bool huge, unsigned bits, std::uint64_t expected);
  ~split_list();

  [[nodiscard]] Node& operator[](handle h) const noexcept { return pool_[h]; }
  [[nodiscard]] auto& slots() noexcept { return pool_; }
  [[nodiscard]] const auto& slots() const noexcept { return pool_; }
  [[nodiscard]] auto& table() noexcept { return buckets_; }
  [[nodiscard]] const auto& table() const noexcept { return buckets_; }
  [[nodiscard]] auto& threads() noexcept { return threads_; }
  [[nodiscard]] const auto& threads() const noexcept { return threads_; }
  [[nodiscard]] auto& domain() const noexcept { return *domain_; }

  // Hints to the processor, for who will look a hash up soon. Under a guard, so that no shrink takes the bucket away.

  /// Has the bucket of a hash fetched ...
  void prefetch_bucket(std::uint64_t hash) const noexcept {
    __builtin_prefetch(&buckets_.of_hash(hash));
  }
  /// ... and the line where its entry is likely to be, which does not wait for the bucket ...
  [[gnu::always_inline]] void prefetch_home(std::uint64_t hash) const noexcept { pool_.prefetch_home(hash); }
  /// ... and, when that is there, the first node behind it.
  void prefetch_node_behind(link l) const noexcept {
    if (leads_to_node(l)) __builtin_prefetch(&pool_[l.target()]);
  }

  // ---- Reading ---------------------------------------------------------------------------------------------------
  // match(node, handle, still) -> place says where a node stands to what is looked for; still() tells whether what has
  // been read of the node counts.
  // judge(node, handle, state) -> bool is asked for each LIVE node found: true accepts it; false has it looked at again.

  /// The entry that match finds, followed through replacements; empty when there is none.
  template <class Match, class Judge>
  [[nodiscard]] found find(const guard& held, std::uint64_t hash, Match&& match, Judge&& judge) const;

  /// What a search comes to that nothing stands in the way of; unclear: it has to be done in full, by find.
  enum class seen : std::uint8_t { there, absent, unclear };
  struct glimpse {
    seen what;
    Node* node = nullptr;  ///< the one that is there ...
    handle at = null_handle;
    state life{};  ///< ... and its state, which may be any
  };
  /// `bucket` is the hash's in a table of 2^bits buckets, `fetched` whether it and its first node have been. may_be(node) is false
  /// only if match would not find that.
  template <class Match, class MayBe>
  [[nodiscard]] glimpse glance(const word& bucket, std::uint64_t hash, Match&& match, MayBe&& may_be, unsigned bits,
                               bool fetched) const
    requires(reclaimer::kind == protection::blanket);

  /// The node in slot `target` if the list leads to it, dead or alive. `hash` is what its slot says.
  [[nodiscard]] found find_slot(const guard& held, std::uint64_t hash, handle target) const;

  /// What a walk does after an entry.
  enum class step : std::uint8_t { next, again, stop };
  /// Calls f(hash, found) -> step for the entries from hash `from` on. Entries of the hash visited last may be met again.
  template <class Judge, class F>
  void walk(const guard& held, std::uint64_t from, Judge&& judge, F&& f) const;

  /// Looks at the whole list once: same(bits) -> whether to go on is told of every link and of every node's state, in one
  /// order, after judge(hash) has accepted the node if it is live; then live(node, state) is called. Returns whether it came
  /// to the end. Under blanket guards only: nothing but the guard keeps what is looked at.
  template <class Same, class Judge, class Live>
  bool look_at_all(const guard& held, Same&& same, Judge&& judge, Live&& live) const
    requires(reclaimer::kind == protection::blanket);

  /// Calls f(node) for every node that is linked or has replaced one that is, dead or alive; f may destroy the entry.
  /// Precondition: nobody else uses the list.
  template <class F>
  void for_each_node(F&& f) const;

  // ---- Writing ---------------------------------------------------------------------------------------------------

  /// The entry that match finds, or where a node is to be inserted (a result without node), after every dead node met on
  /// the way has been unlinked. Throws std::bad_alloc when there is no room for garbage.
  template <class Match, class Judge>
  [[nodiscard]] found locate(operation& op, std::uint64_t hash, Match&& match, Judge&& judge);

  /// Links the prepared node at a position that locate returned. LP(insert): this compare-and-swap, when it succeeds.
  [[nodiscard]] bool insert(operation& op, const position& at, handle h) noexcept {
    pool_[h].next.prepare(pool_[h].next.peek().pointing_to(at.expected));
    link expected = at.expected;
    return change(op, *at.before, expected, at.expected.pointing_to(link::to_node(h)));
  }

  /// Unlinks a node that is dead or replaced, found as `f` says (f.life is what became of it), unless others have or
  /// memory for garbage is exhausted (then it stays behind, dead, for a later writer).
  void unlink(operation& op, std::uint64_t hash, const found& f) noexcept;

  /// Makes sure that bucket `bucket` of a table at least that large is initialised, unless another thread is at it.
  void initialise(operation& op, std::uint32_t bucket) noexcept;

  /// Initialises a batch of buckets in order, if any are left from the last doubling.
  /// Returns whether it found some.
  bool split_some(operation& op) noexcept {
    const auto first = buckets_.take_split_batch(buckets_.size());
    if (!first) return false;
    // The two nodes that each search meets first are fetched for all of them at once.
    const auto parent = [&](std::uint32_t i) { return buckets_[bucket_of_key(parent_key(key_of_bucket(*first + i)))].read(); };
    for (std::uint32_t i = 0; i < buckets_.split_batch; ++i) prefetch_node_behind(parent(i));
    for (std::uint32_t i = 0; i < buckets_.split_batch; ++i)
      if (const link l = parent(i); leads_to_node(l)) prefetch_node_behind(pool_[l.target()].next.read());
    for (std::uint32_t i = 0; i < buckets_.split_batch; ++i) initialise(op, *first + i);
    return true;
  }

  /// Takes a sentinel out of the list (shrinking). Precondition: the table is smaller than `bucket`, and no operation
  /// starts there any more. False when memory is exhausted: try again later.
  [[nodiscard]] bool remove_sentinel(operation& op, std::uint32_t bucket) noexcept;

  // ---- Slots -----------------------------------------------------------------------------------------------------

  /// A slot for the caller alone, near the home of the hash. Throws std::bad_alloc.
  [[nodiscard]] handle allocate(operation& op, std::uint64_t hash) {
    for (;;) {
      const handle h = pool_.allocate(op.me().slots, hash);
      if constexpr (reclaimer::kind == protection::version)
        if (is_worn(pool_[h])) [[unlikely]] {
          quarantine(op, h);
          continue;
        }
      if (births_.note(h, *domain_)) [[likely]]
        return h;
      pool_.release(op.me().slots, h);
      throw std::bad_alloc();
    }
  }

  /// Gives back a slot that was never linked; its key and value are destroyed. I6, I7.
  void abandon(operation& op, handle h) noexcept {
    Node& n = pool_[h];
    n.life.prepare(n.life.peek().killed(cause{}));
    pool_.release(op.me().slots, h);
  }

  /// Frees slots whose grace period has passed, everybody's. Returns how many.
  std::size_t collect(operation& op);

  [[nodiscard]] std::size_t mapped_bytes() const noexcept {
    return pool_.mapped_bytes() + births_.mapped_bytes() + buckets_.mapped_bytes();
  }
  /// Slots unlinked and not yet freed.
  [[nodiscard]] std::size_t retired() const noexcept;
  /// Heap memory of garbage bags, about: what holds the slots that are waiting.
  [[nodiscard]] std::size_t garbage_bytes() const noexcept;

 private:
  enum class helped : std::uint8_t { unlinked, lost, no_memory };

  /// Changes a link that other threads may change. Under a reclaimer by version that may have to wait, which is done by
  /// `locate` when it starts over.
  bool change(operation& op, word& w, link& expected, link desired) noexcept {
    if constexpr (reclaimer::kind == protection::version)
      if (expected.is_worn()) [[unlikely]] {
        if (!domain_->may_pass()) {
          op.must_step_outside_ = true;
          return false;
        }
        desired = desired.with_tag_of(expected.renewed());
      }
    return w.change(expected, desired);
  }
  /// Leaves the guard until a worn link may be changed. Throws std::bad_alloc inside another guard, which would be in its way.
  void step_outside(operation& op);

  [[nodiscard]] static bool is_worn(const Node& n) noexcept {
    return n.life.peek().is_worn() || n.next.peek().is_worn();
  }
  /// Keeps a worn slot from serving for a grace period. Throws std::bad_alloc, the slot being free again.
  void quarantine(operation& op, handle h);

  /// A search under way: its anchor, and the link that it is about to follow, which is the anchor's unless the search is
  /// passing what is frozen.
  class course;
  /// What can be found by way of a node that a search stands at.
  enum class met : std::uint8_t { entry, nothing, lost };

  /// The ready word nearest below `hash`. Initialises nothing.
  [[nodiscard]] position start_reading(std::uint64_t hash) const noexcept;
  /// The nearest ready word above a bucket that is not.
  [[nodiscard]] position start_at_ancestor(std::uint64_t key) const noexcept;
  /// The same, after having tried to initialise the bucket.
  [[nodiscard]] position start_writing(operation& op, std::uint64_t hash) noexcept;

  /// The entry that the node n, in slot `at`, is or has been replaced by.
  template <class Judge>
  [[nodiscard]] met look(const guard& held, const course& c, Node& n, handle at, Judge&& judge, found& f) const;

  /// L4 for the node n, in slot h, met at `at`, which goes on from what its word holds afterwards.
  helped help(operation& op, position& at, handle h, Node& n, state dead) noexcept;

  /// False when memory for garbage is exhausted.
  bool clear_run(operation& op, std::uint64_t hash) noexcept;

  void reclaim(operation& op, handle h) noexcept {
    Node& n = pool_[h];
    n.destroy();
    if (n.life.peek().is_forward()) n.life.prepare(n.life.peek().killed(cause::replaced));
    pool_.release(op.me().slots, h);
    op.me().count(&counters<environment>::freed);
  }

  /// The same, for a slot that has outlived a grace period, as what is in quarantine has.
  void reclaim_ripe(operation& op, handle h) noexcept {
    if constexpr (reclaimer::kind == protection::version) {
      Node& n = pool_[h];
      n.life.prepare(n.life.peek().renewed());
      n.next.prepare(n.next.peek().renewed());
    }
    reclaim(op, h);
  }

  /// Seals the open bag, and sifts. False when memory is exhausted.
  bool seal(garbage& g) noexcept;
  /// Whether the reclaimer is to move on for this garbage, of which a bag was sealed. That may interrupt every thread
  /// (membarrier), so bags are let wait, for as many slots as an eighth of the buckets, a thousand at most.
  [[nodiscard]] bool is_impatient(const garbage& g) const noexcept {
    if constexpr (sifting_reclaimer<reclaimer>)
      return true;
    else
      return g.waiting.size() >= std::clamp<std::size_t>(buckets_.size() / 1024, 1, 8);
  }
  /// Moves on the waiting bags whose grace period has passed, where that is how it is found out.
  void ripen(garbage& g) noexcept;
  /// Looks at the slots of a few waiting bags, where that is. Returns how many bags those were.
  std::size_t sift(garbage& g) noexcept;
  /// More than the one that is sealed each time, so that what had to wait once is looked at again.
  static constexpr std::size_t sifted_at_once = 4;
  /// A thread's right to retire one slot.
  class ticket;
  /// Takes over what `from`, a thread that is idle or gone, has retired. False when its owner is at it, or no memory.
  bool adopt(operation& op, thread_state<environment>& from) noexcept;
  /// Looks at one thread slot for garbage that its thread has left behind.
  void adopt_orphan(operation& op) noexcept;
  void lay_out_sentinels(unsigned bits) noexcept;
  void destroy_entries() noexcept;

  static constexpr bool leads_to_node(link l) noexcept { return l.is_ready() && !l.is_sentinel(); }
  static constexpr bool is_end_or_above(link l, std::uint64_t hash) noexcept {
    return key_of_bucket(l.target()) > hash || l.is_end();
  }

  pool<Node, environment, pages> pool_;
  [[no_unique_address]] births<Policy> births_;
  buckets<environment, pages> buckets_;
  typename reclaimer::domain* domain_;
  per_thread<thread_state<environment>, environment> threads_;
};

}  // namespace wane::impl

#include <wane/impl/split_list_search.hpp>
#include <wane/impl/split_list_update.hpp>
