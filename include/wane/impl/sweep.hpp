// SPDX-License-Identifier: BSL-1.0
// The sweep: finds expired entries in the pool, in memory order, and removes them by way of the list.
//
// Blocks of 32 slots whose earliest deadline has come are looked into; the others cost one comparison. For a batch of
// due blocks: empty their summaries, one heavy fence, scan the slots, remove what is expired, lower each summary to the
// earliest deadline that is left. (I8 in pool.hpp says why no deadline stored meanwhile is lost.)
//
// Where one entry in a block is due, the look at its 32 slots costs as much as the removal, and both wait for memory. So
// a block is fetched while the one before it is scanned, an entry's bucket while the rest of the batch is, and then the
// first node of each of these buckets.
//
// A slot that looks expired is a candidate, not more: it may not be linked yet, or be gone, or serve another key by the
// time it is looked at. So it is looked up from its bucket by identity; only when the list leads to this very slot, under
// our guard, is its state loaded again, killed by compare-and-swap of the exact expired word, and unlinked.
//
// No guard is held from one batch to the next, or a sweep would hold up its own garbage.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include <wane/impl/map_core.hpp>

namespace wane::impl {

/// One batch of due blocks.
struct due_blocks {
  static constexpr std::size_t capacity = 64;
  std::array<std::uint32_t, capacity> block;
  std::size_t count = 0;
};

/// What is in a block: which slots look expired, and the earliest deadline of the others.
struct scanned_block {
  std::uint32_t expired = 0;
  tick_count earliest = never;
};
static_assert(block_slots == 32);

/// The first slot of a block that is in the set.
[[nodiscard]] constexpr handle slot_of(std::uint32_t block, std::uint32_t set) noexcept {
  return block * block_slots + static_cast<handle>(std::countr_zero(set));
}

template <class Key, class T, class Policy>
sweep_result map_core<Key, T, Policy>::sweep_some(const sweep_budget& budget) {
  [[maybe_unused]] const typename Policy::reclaimer::participant here;
  return sweep(budget, true);
}

template <class Key, class T, class Policy>
std::size_t map_core<Key, T, Policy>::collect() {
  [[maybe_unused]] const typename Policy::reclaimer::participant here;
  return collect_here();
}

/// Three guards, because a guard keeps the epoch from moving on by more than one.
template <class Key, class T, class Policy>
std::size_t map_core<Key, T, Policy>::collect_here() {
  std::size_t freed = 0;
  for (int round = 0; round < 3; ++round) {
    operation op(list_);
    freed += list_.collect(op);
  }
  return freed;
}

template <class Key, class T, class Policy>
sweep_result map_core<Key, T, Policy>::sweep(const sweep_budget& budget, bool in_background) {
  admit();
  sweep_result result;
  // [W1] acquire: pairs with [W2]; the sweep's place is seen as it was left.
  if (sweeping_.exchange(true, std::memory_order_acquire)) {
    result.busy = true;
    return result;
  }
  environment::writing(&sweep_next_);
  struct unlock {
    map_core& core;
    // [W2] release: pairs with [W1].
    ~unlock() { core.sweeping_.store(false, std::memory_order_release); }
  } const unlock_at_end{*this};

  // One slot at least, or nothing would ever go.
  const std::size_t garbage_slots = std::max<std::size_t>(budget.garbage_bytes / sizeof(node), 1);
  const auto room_for_garbage = [&] { return garbage_slots - std::min(garbage_slots, list_.retired()); };
  auto& slots = list_.slots();
  due_blocks due;
  const auto within_budget = [&] {
    return result.blocks_scanned + due.count + result.blocks_skipped / sweep_budget::passed_over_for_one <
           budget.blocks;
  };
  while (within_budget() && result.removed < budget.removals) {
    std::size_t room = room_for_garbage();
    if (room == 0) {
      collect_here();
      room = room_for_garbage();
      if (room == 0) {
        result.garbage_limited = true;
        break;
      }
    }
    const tick_count now = time_.now();
    const std::uint32_t end = slots.blocks();
    while (sweep_next_ < end && due.count < due_blocks::capacity && within_budget()) {
      const tick_count earliest = slots.earliest(sweep_next_);
      if (earliest <= now)
        due.block[due.count++] = sweep_next_;
      else
        sweep_earliest_ = std::min(sweep_earliest_, earliest), ++result.blocks_skipped;
      ++sweep_next_;
    }
    if (due.count > 0) sweep_batch(due, now, std::min(budget.removals, result.removed + room), in_background, result);
    result.blocks_scanned += std::exchange(due.count, 0);
    if (sweep_next_ >= end) {
      result.pass_ended = true;
      result.next_due = sweep_earliest_ == never ? std::chrono::nanoseconds::max() : time_.until(sweep_earliest_);
      sweep_next_ = 0;
      sweep_earliest_ = never;
      break;
    }
  }
  // [W3] relaxed: figures for statistics.
  swept_.fetch_add(result.removed, std::memory_order_relaxed);
  // [W4] relaxed: as [W3].
  blocks_scanned_.fetch_add(result.blocks_scanned, std::memory_order_relaxed);
  // [W5] relaxed: as [W3].
  blocks_skipped_.fetch_add(result.blocks_skipped, std::memory_order_relaxed);
  return result;
}

template <class Key, class T, class Policy>
void map_core<Key, T, Policy>::sweep_batch(const due_blocks& due, tick_count now, std::size_t most, bool in_background,
                                           sweep_result& result) {
  auto& slots = list_.slots();
  /// Lowers the summaries of the blocks that were emptied, whatever happens: one that is not scanned to its end goes
  /// back to "due at once", and is looked into in the next pass.
  struct summaries {
    decltype(slots)& pool;
    const due_blocks& due;
    tick_count& next_pass;
    std::size_t done = 0;
    ~summaries() {
      if (done < due.count) next_pass = 0;
      for (; done < due.count; ++done) pool.lower_earliest(due.block[done], 0);
    }
  } restore{slots, due, sweep_earliest_};

  for (std::size_t i = 0; i < due.count; ++i) slots.take_earliest(due.block[i]);
  // [W6] heavy: pairs with [P14]. If a deadline was stored before this fence the scan below sees it; if after, its
  // thread finds the summary empty.
  environment::heavy_fence();
  operation op(list_);
  std::array<scanned_block, due_blocks::capacity> scanned;
  for (std::size_t i = 0; i < due.count; ++i) {
    if (i + 1 < due.count) slots.prefetch_block(due.block[i + 1]);
    scanned[i] = scan_block(due.block[i], now);
  }
  for (std::size_t i = 0; i < due.count; ++i)
    for (std::uint32_t left = scanned[i].expired; left != 0; left &= left - 1)
      list_.prefetch_node_behind(list_.table().of_hash(list_[slot_of(due.block[i], left)].hash()).read());
  for (; restore.done < due.count; ++restore.done) {
    if (result.removed >= most) return;
    const std::uint32_t block = due.block[restore.done];
    auto [expired, earliest] = scanned[restore.done];
    for (; expired != 0; expired &= expired - 1) {
      const handle h = slot_of(block, expired);
      if (result.removed >= most || !sweep_slot(op, h, now, in_background, result)) earliest = 0;
    }
    if (earliest != never) slots.lower_earliest(block, earliest);
    sweep_earliest_ = std::min(sweep_earliest_, std::max(earliest, now));
  }
}

template <class Key, class T, class Policy>
scanned_block map_core<Key, T, Policy>::scan_block(std::uint32_t block, tick_count now) const noexcept {
  scanned_block found;
  const node* const slots = &list_[block * block_slots];
  for (std::uint32_t i = 0; i < block_slots; ++i) {
    const state s = slots[i].life.read();
    if (!s.is_live() || !s.has_deadline()) continue;
    if (s.deadline() > now) {
      found.earliest = std::min(found.earliest, s.deadline());
    } else {
      found.expired |= std::uint32_t{1} << i;
      list_.prefetch_bucket(slots[i].hash());
    }
  }
  return found;
}

/// Removes the entry in a slot if the list leads to it and it is expired. False when it may have to be looked at again.
template <class Key, class T, class Policy>
bool map_core<Key, T, Policy>::sweep_slot(operation& op, handle h, tick_count now, bool in_background,
                                          sweep_result& result) {
  const std::uint64_t hash = list_[h].hash();  // a hint: the slot may be changing hands
  found f = list_.find_slot(op.held(), hash, h);
  if (f.node == nullptr) return false;
  if (!f.life.is_live() || f.life.deadline() > now) return !f.life.is_live();
  const tick_count deadline = f.life.deadline();
  try {
    if (!kill(op, hash, f, cause::expired, now)) return false;
  } catch (...) {
    // The listener threw; the entry is gone all the same.
    if (!in_background) throw;
    op.me().count(&counters<environment>::listener_errors);
  }
  ++result.removed;
  result.lateness.add(std::chrono::nanoseconds((time_.now() - deadline) * time_.tick_ns));
  return true;
}

}  // namespace wane::impl
