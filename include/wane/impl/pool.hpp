// SPDX-License-Identifier: BSL-1.0
// The slab pool: type-stable slots named by 32-bit handles, handed out through per-thread caches.
//
//   slots      blocks of 32; handle 0 is null. Fresh blocks come from a counter, in address order.
//   homes      the first blocks, in a pool that is told how many entries there will be: see homes.hpp.
//   cache      a thread's own: a chain of free slots linked through `next`, one full spare chain, a fresh block.
//   chains     full chains pass between threads through a Treiber stack. Its head is {tag:32 | handle:32}; the tag
//              changes with every push and pop, since a chain can be popped, used and pushed again while a slow popper
//              still holds the old head (R. K. Treiber, IBM RJ 5118, 1986, describes the remedy too).
//   summaries  for each block the earliest deadline in it, see `lower_earliest`.
//
// I6: a free slot's state is DEAD. I7: link tags and state versions of a slot go on counting from one life to the next.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

#include <wane/impl/homes.hpp>
#include <wane/impl/segments.hpp>
#include <wane/impl/state.hpp>

namespace wane::impl {

/// A sweep that is after one entry of a block reads all of it: 1 KiB, what the fill buffers of a core can fetch at once.
inline constexpr std::uint32_t block_slots = 32;

/// A thread's free slots. Owned by one thread at a time.
struct slot_cache {
  handle free = null_handle;
  handle spare = null_handle;  // a full chain
  std::uint32_t free_count = 0;
  handle fresh = 0;  // [fresh, fresh_end): slots of a fresh block
  handle fresh_end = 0;
};

template <class Node, class Env, class Pages>
class pool {
 public:
  static constexpr std::uint32_t chain_length = 64;

  /// `expected`: for how many entries, as far as that is known; `at_home`: whether these have homes. Throws std::bad_alloc.
  pool(Pages& pages, bool huge, std::uint64_t expected = 0, bool at_home = false)
      : homes_(pages, huge, at_home ? expected : 0),
        // A quarter more for what waits to be freed and for what other threads keep.
        slots_(pages, huge, at_home ? std::uint64_t{homes_.blocks()} * block_slots : expected + expected / 4),
        summaries_(pages, huge),
        next_block_(homes_.blocks()) {
    if (!homes_.ensure() || !ensure(0, homes_.blocks())) throw std::bad_alloc();
  }

  [[nodiscard, gnu::always_inline]] Node& operator[](handle h) const noexcept { return slots_[h]; }

  /// A slot for the caller alone, its `next` unset, its state DEAD: near the home of the hash, if one is vacant there. Throws
  /// std::bad_alloc, changing nothing.
  [[nodiscard]] handle allocate(slot_cache& cache, std::uint64_t hash) {
    if (has_homes()) [[unlikely]]
      return allocate_at_home(cache, hash);
    return allocate(cache);
  }
  /// The same, wherever there is one.
  [[nodiscard]] handle allocate(slot_cache& cache) {
    if (cache.free == null_handle && !refill(cache)) {
      if (cache.fresh == cache.fresh_end) take_block(cache);
      const handle h = cache.fresh++;
      Env::on_allocate(&slots_[h]);
      return h;
    }
    const handle h = cache.free;
    cache.free = slots_[h].next.peek().target();
    --cache.free_count;
    return recycled(h);
  }

  /// Gives a slot back. Precondition: no thread can reach it; key and value are destroyed; its state is DEAD.
  void release(slot_cache& cache, handle h) noexcept {
    Node& n = slots_[h];
    Env::on_reclaim(&n);
    if (homes_.has(h)) return homes_.vacate(h);
    if (cache.free_count == chain_length) {
      if (cache.spare != null_handle) push_chain(cache.spare);
      cache.spare = cache.free;
      cache.free = null_handle;
      cache.free_count = 0;
    }
    n.next.prepare(n.next.peek().pointing_to(link::to_node(cache.free)));
    cache.free = h;
    ++cache.free_count;
  }

  /// Whether slots are handed out near the hashes of their entries.
  [[nodiscard]] bool has_homes() const noexcept { return homes_.blocks() != 0; }

  // Hints to the processor.

  /// Has the line fetched where an entry of this hash is likely to be. Precondition: there are homes.
  [[gnu::always_inline]] void prefetch_home_line(std::uint64_t hash) const noexcept {
    __builtin_prefetch(&slots_.at_first(homes_.of(hash)));
  }
  /// The same if there are homes, and the other line of the pair, or, if a node is larger than half a line, the end of the node.
  [[gnu::always_inline]] void prefetch_home(std::uint64_t hash) const noexcept {
    if (!has_homes()) [[likely]]
      return;
    const auto home = reinterpret_cast<std::uintptr_t>(&slots_.at_first(homes_.of(hash)));
    __builtin_prefetch(reinterpret_cast<const void*>(home));
    __builtin_prefetch(reinterpret_cast<const void*>(sizeof(Node) <= 32 ? home ^ 64 : home + sizeof(Node) - 1));
  }
  /// For who will ask for a slot ...
  void prefetch_allocate(std::uint64_t hash) const noexcept {
    if (has_homes()) [[unlikely]]
      homes_.prefetch(homes_.of(hash));
  }
  /// ... or give one back.
  void prefetch_release(handle h) const noexcept {
    if (homes_.has(h)) homes_.prefetch(h);
  }

  // Earliest deadlines. A summary holds never - deadline, so that zeroed memory says "nothing is ever due".
  // I8: for each slot that is LIVE with a finite deadline d, the summary of its block is <= d, or the thread that stored
  // d has yet to return from lower_earliest, or a sweep is between take_earliest and its own lower_earliest.

  /// Notes that a slot of `block` has been given the deadline d. Call after storing the state.
  void lower_earliest(std::uint32_t block, tick_count d) noexcept {
    // [P14] light: pairs with [W6]. Against take_earliest: if our state came first, the sweep's scan of the block sees
    // it; if the sweep's exchange came first, we see the empty summary here and lower it. The sweep pays for that order
    // with a heavy fence.
    Env::light_fence();
    auto& summary = summaries_[block];
    const std::uint64_t urgency = never - d;
    // [P1] relaxed: ordered by the fence; carries no data.
    std::uint64_t current = summary.load(std::memory_order_relaxed);
    // [P2] relaxed: as [P1].
    while (current < urgency &&
           !summary.compare_exchange_strong(current, urgency, std::memory_order_relaxed, std::memory_order_relaxed)) {
    }
  }
  [[nodiscard]] tick_count earliest(std::uint32_t block) const noexcept {
    // [P3] relaxed: a hint; a block missed now is seen by the next pass.
    return never - summaries_[block].load(std::memory_order_relaxed);
  }
  /// Empties the summary. The caller runs Env::heavy_fence(), scans the block and lowers the summary to what it found.
  void take_earliest(std::uint32_t block) noexcept {
    // [P4] relaxed: ordered by the caller's heavy fence against the light one in lower_earliest.
    summaries_[block].exchange(0, std::memory_order_relaxed);
  }

  /// Has the states of a block fetched: a hint to the processor. Precondition: the block has been handed out.
  void prefetch_block(std::uint32_t block) const noexcept {
    const auto* const first = reinterpret_cast<const char*>(&slots_[std::uint64_t{block} * block_slots]);
    constexpr std::size_t stride = sizeof(Node) < 64 ? 64 : sizeof(Node);
    for (std::size_t at = 0; at < block_slots * sizeof(Node); at += stride) __builtin_prefetch(first + at);
  }

  /// Has memory put behind the blocks [first, last) before they are handed out. Returns how many bytes.
  std::size_t populate(std::uint32_t first, std::uint32_t last) noexcept {
    last = std::min(last, last_block);
    if (first >= last) return 0;
    if (!ensure(first, last)) return 0;  // without memory for them their first user will say so
    return slots_.populate(std::uint64_t{first} * block_slots, std::uint64_t{last} * block_slots) +
           summaries_.populate(first, last);
  }

  /// Blocks handed out so far. Slots of the last ones may never have been used (their state is zero, DEAD).
  [[nodiscard]] std::uint32_t blocks() const noexcept {
    // [P5] acquire: pairs with [P6], so that the segments of these blocks are seen.
    return next_block_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::size_t mapped_bytes() const noexcept {
    return slots_.mapped_bytes() + summaries_.mapped_bytes() + homes_.mapped_bytes();
  }
  [[nodiscard]] std::size_t mapped_slots() const noexcept { return slots_.mapped_bytes() / sizeof(Node); }

  /// Calls f(handle) for every slot that is vacant or on the chains that no thread holds. Precondition: the pool is quiet.
  template <class F>
  void for_each_unheld(F&& f) const {
    homes_.for_each_vacant(f);
    // [P12] acquire: pairs with [P11].
    for (handle chain = handle_of(chains_.load(std::memory_order_acquire)); chain != null_handle;
         chain = slots_[chain].life.peek().next_chain())
      for_each_in_chain(chain, f);
  }
  /// Calls f(handle) for every slot a cache holds. Precondition: its owner is quiet.
  template <class F>
  void for_each_cached(const slot_cache& cache, F&& f) const {
    for_each_in_chain(cache.free, f);
    for_each_in_chain(cache.spare, f);
    for (handle h = cache.fresh; h != cache.fresh_end; ++h) f(h);
  }

 private:
  /// Out of line: small maps have no homes.
  [[gnu::noinline]] handle allocate_at_home(slot_cache& cache, std::uint64_t hash) {
    const handle h = homes_.claim(hash);
    return h == null_handle ? allocate(cache) : recycled(h);
  }
  /// A slot of the caller's, made ready for its next life. I7.
  handle recycled(handle h) noexcept {
    Node& n = slots_[h];
    n.next.prepare(n.next.peek().recycled());
    Env::on_allocate(&n);
    return h;
  }
  /// Maps what the blocks [first, last) need. False when memory is exhausted.
  [[nodiscard]] bool ensure(std::uint32_t first, std::uint32_t last) noexcept {
    if (first >= last) return true;
    for (unsigned s = slots_.segment_of(std::uint64_t{first} * block_slots);
         s <= slots_.segment_of(std::uint64_t{last - 1} * block_slots); ++s)
      if (!slots_.ensure(slots_.first_index(s))) return false;
    for (unsigned s = summaries_.segment_of(first); s <= summaries_.segment_of(last - 1); ++s)
      if (!summaries_.ensure(summaries_.first_index(s))) return false;
    return true;
  }

  static constexpr handle handle_of(std::uint64_t head) noexcept { return static_cast<handle>(head); }
  static constexpr std::uint64_t tagged(std::uint64_t old_head, handle h) noexcept {
    return (((old_head >> 32) + 1) << 32) | h;
  }

  template <class F>
  void for_each_in_chain(handle h, F&& f) const {
    for (; h != null_handle; h = slots_[h].next.peek().target()) f(h);
  }

  bool refill(slot_cache& cache) noexcept {
    if (cache.spare != null_handle) {
      cache.free = cache.spare;
      cache.spare = null_handle;
    } else if (cache.fresh != cache.fresh_end) {
      return false;
    } else {
      cache.free = pop_chain();
    }
    cache.free_count = cache.free == null_handle ? 0 : chain_length;
    return cache.free != null_handle;
  }

  void push_chain(handle chain) noexcept {
    Node& n = slots_[chain];
    // [P10] relaxed: checked by the compare-and-swap.
    std::uint64_t head = chains_.load(std::memory_order_relaxed);
    do {
      n.life.prepare(n.life.peek().heading_chain_before(handle_of(head)));
      // [P11] release: pairs with [P7], [P8] and [P12]; publishes the chain's links and its way to the next chain.
    } while (!chains_.compare_exchange_strong(head, tagged(head, chain), std::memory_order_release,
                                              std::memory_order_relaxed));
  }

  handle pop_chain() noexcept {
    // [P7] acquire: pairs with [P11], so that the way to the next chain is seen.
    std::uint64_t head = chains_.load(std::memory_order_acquire);
    while (handle_of(head) != null_handle) {
      // The chain may be gone by now and its first slot in use; then what is read here is thrown away, because the tag
      // has changed and the compare-and-swap fails.
      const handle next = slots_[handle_of(head)].life.peek().next_chain();
      // [P8] acquire: pairs with [P11]; the links of the chain, or, when it fails, the way on from the new head.
      if (chains_.compare_exchange_strong(head, tagged(head, next), std::memory_order_acquire,
                                          std::memory_order_acquire))
        return handle_of(head);
    }
    return null_handle;
  }

  void take_block(slot_cache& cache) {
    // [P13] relaxed: checked by the compare-and-swap.
    std::uint32_t block = next_block_.load(std::memory_order_relaxed);
    do {
      if (block == last_block || !slots_.ensure(std::uint64_t{block} * block_slots) || !summaries_.ensure(block))
        throw std::bad_alloc();
      // [P6] release: pairs with [P5]; the segments are there before the count says so.
    } while (
        !next_block_.compare_exchange_strong(block, block + 1, std::memory_order_release, std::memory_order_relaxed));
    cache.fresh = block * block_slots + (block == 0 ? 1 : 0);
    cache.fresh_end = (block + 1) * block_slots;
  }

  static constexpr std::uint32_t last_block = (std::uint64_t{1} << 32) / block_slots - 1;

  homes<block_slots, Env, Pages> homes_;
  segments<Node, block_slots, Env, Pages> slots_;
  segments<typename Env::template atomic<std::uint64_t>, 8, Env, Pages> summaries_;
  alignas(64) typename Env::template atomic<std::uint64_t> chains_{0};
  typename Env::template atomic<std::uint32_t> next_block_;
};

}  // namespace wane::impl
