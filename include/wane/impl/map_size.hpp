// SPDX-License-Identifier: BSL-1.0
// A map's size and shape: construction, the population estimate, growth, reserve, shrinking, statistics.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <stdexcept>

#include <wane/impl/map_core.hpp>

namespace wane::impl {

template <class Key, class T, class Policy>
map_core<Key, T, Policy>::map_core(const options& opts, components<Policy>&& parts)
    : hash_(std::move(parts.hash)),
      equal_(std::move(parts.key_equal)),
      listener_(std::move(parts.listener)),
      pages_(std::move(parts.pages)),
      time_(std::move(parts.clock)),
      max_load_(opts.max_load_factor > 0 && opts.max_load_factor <= 64
                    ? opts.max_load_factor
                    : throw std::invalid_argument("wane: max_load_factor must be in (0, 64]")),
      grows_(opts.growth),
      huge_pages_(opts.huge_pages),
      fewest_bits_(bits_for_buckets(opts.minimum_buckets)),
      least_bits_(std::max(fewest_bits_, bits_for(opts.expected_entries))),
      // [C1] relaxed: construction is alone.
      list_(pages_, *parts.domain, opts.huge_pages, least_bits_.load(std::memory_order_relaxed), opts.expected_entries) {
  environment::set_up();
}

template <class Key, class T, class Policy>
unsigned map_core<Key, T, Policy>::bits_for_buckets(std::uint64_t buckets) {
  if (buckets == 0) throw std::invalid_argument("wane: minimum_buckets must be at least 1");
  if (buckets > std::uint64_t{1} << max_bucket_bits)
    throw std::invalid_argument("wane: a table has at most 2^31 buckets");
  return static_cast<unsigned>(std::bit_width(buckets - 1));
}

template <class Key, class T, class Policy>
unsigned map_core<Key, T, Policy>::bits_for(std::uint64_t entries) const {
  if (entries >= std::uint64_t{1} << 32) throw std::invalid_argument("wane: a map holds at most 2^32 entries");
  unsigned bits = 0;
  while (bits < max_bucket_bits && is_too_small(entries, bits)) ++bits;
  return bits;
}

template <class Key, class T, class Policy>
void map_core<Key, T, Policy>::bury(operation& op, std::uint64_t hash, const found& gone, const obituary& last,
                                    cause why) {
  using all = counters<environment>;
  switch (why) {
    case cause::erased: op.me().count(&all::erased); break;
    case cause::expired: op.me().count(&all::expired); break;
    case cause::cleared: op.me().count(&all::cleared); break;
    case cause::replaced: break;   // counted by replace, which kills nothing
    case cause::destroyed: break;  // told by the destructor, which kills nothing
  }
  if (--op.me().unfolded <= -fold_limit(list_.table().bits())) fold(op);
  list_.unlink(op, hash, gone);
  tell(last, why);
}

// ---- Growth ----------------------------------------------------------------------------------------------------------

template <class Key, class T, class Policy>
void map_core<Key, T, Policy>::note_inserted(operation& op) noexcept {
  auto& me = op.me();
  const unsigned bits = list_.table().bits();
  if (++me.unfolded >= fold_limit(bits)) {
    const std::int64_t population = fold(op);
    if (grows_ && population > 0 && is_too_small(static_cast<std::uint64_t>(population), bits) &&
        list_.table().grow(bits))
      // [C2] relaxed: a figure for statistics.
      growths_.fetch_add(1, std::memory_order_relaxed);
  }
  // Two buckets an insertion, or four where there are twice as many: all are split by the time the table is half way to its next
  // doubling.
  if (++me.insertions % (table::split_batch / (table::is_cached(bits) ? 4 : 2)) == 0) list_.split_some(op);
}

/// Touches no entry, so it takes no part in reclamation.
template <class Key, class T, class Policy>
std::size_t map_core<Key, T, Policy>::prepare() noexcept {
  // [C12] relaxed: an estimate.
  const std::int64_t population = std::max<std::int64_t>(population_.load(std::memory_order_relaxed), 0);
  return ahead_.step(list_, shrinker_, [&](std::uint64_t more, unsigned bits) {
    return grows_ && is_too_small(static_cast<std::uint64_t>(population) + more, bits);
  });
}

template <class Key, class T, class Policy>
std::int64_t map_core<Key, T, Policy>::fold(operation& op) noexcept {
  const std::int64_t delta = op.me().unfolded;
  op.me().unfolded = 0;
  // [C3] relaxed: an estimate that decides nothing but the size of the table.
  return population_.fetch_add(delta, std::memory_order_relaxed) + delta;
}

template <class Key, class T, class Policy>
void map_core<Key, T, Policy>::reserve(std::size_t entries) {
  const unsigned wanted = bits_for(entries);
  admit();
  auto& table = list_.table();
  if (!table.ensure(wanted)) throw std::bad_alloc();
  // [C4] relaxed: a floor for later shrinks; no data hangs on it.
  unsigned floor = least_bits_.load(std::memory_order_relaxed);
  // [C5] relaxed: as [C4].
  while (floor < wanted &&
         !least_bits_.compare_exchange_strong(floor, wanted, std::memory_order_relaxed, std::memory_order_relaxed)) {
  }
  for (unsigned bits = table.bits(); bits < wanted; bits = table.bits()) {
    // A shrink under way bars growth, and takes segments away; the table then grows as it fills.
    if (!table.grow(bits) && table.bits() == bits) break;
  }
  for (bool more = true; more;) {
    operation op(list_);
    more = list_.split_some(op);
  }
}

// ---- Shrinking -------------------------------------------------------------------------------------------------------

template <class Key, class T, class Policy>
void map_core<Key, T, Policy>::shrink_to_fit() {
  assert(!list_.domain().in_guard(environment::thread_slot()) && "shrink_to_fit waits for grace periods");
  admit();
  // [C6] relaxed: as [C4].
  least_bits_.store(fewest_bits_, std::memory_order_relaxed);
  using progress = typename shrinker<list>::progress;
  for (;;) {
    switch (shrinker_.step(list_)) {
      case progress::waiting: list_.domain().wait_a_moment(); break;
      case progress::working: break;
      case progress::idle:
      case progress::shrunk: {
        const unsigned bits = list_.table().bits();
        if (bits <= std::max(fewest_bits_, bits_for(size()))) return;
        shrinker_.begin(list_, bits);  // or somebody is before us, and the next step waits
      }
    }
  }
}

template <class Key, class T, class Policy>
void map_core<Key, T, Policy>::maintain() {
  if constexpr (Policy::reclaimer::has_grace_period) shrink_if_sparse();
}

template <class Key, class T, class Policy>
void map_core<Key, T, Policy>::shrink_if_sparse() {
  [[maybe_unused]] const typename Policy::reclaimer::participant here;
  using progress = typename shrinker<list>::progress;
  if (shrinker_.step(list_) != progress::idle) return;
  const unsigned bits = list_.table().bits();
  // [C7] relaxed: as [C4].
  if (bits <= least_bits_.load(std::memory_order_relaxed)) return;
  // An eighth of what the table could hold: after halving it is still far from growing again.
  if (static_cast<double>(size()) * 8 < room(bits))
    shrinker_.begin(list_, bits);
}

// ---- Figures ---------------------------------------------------------------------------------------------------------

template <class Key, class T, class Policy>
std::size_t map_core<Key, T, Policy>::size() const noexcept {
  using all = counters<environment>;
  const auto& threads = list_.threads();
  // Removals are summed first: an entry is counted in before it can be counted out, by another thread perhaps.
  const std::uint64_t gone =
      total(threads, &all::erased) + total(threads, &all::expired) + total(threads, &all::cleared);
  const std::uint64_t came = total(threads, &all::inserted);
  return came > gone ? static_cast<std::size_t>(came - gone) : 0;
}

template <class Key, class T, class Policy>
stats map_core<Key, T, Policy>::stats() const {
  using all = counters<environment>;
  const auto& threads = list_.threads();
  wane::stats s;
  s.erased = total(threads, &all::erased);
  s.expired = total(threads, &all::expired);
  s.cleared = total(threads, &all::cleared);
  s.replaced = total(threads, &all::replaced);
  s.met_expired = total(threads, &all::met_expired);
  s.inserted = total(threads, &all::inserted);
  const std::uint64_t gone = s.erased + s.expired + s.cleared;
  s.size = s.inserted > gone ? static_cast<std::size_t>(s.inserted - gone) : 0;
  s.listener_errors = total(threads, &all::listener_errors);
  s.buckets = list_.table().size();
  // [C8] relaxed: figures.
  s.growths = growths_.load(std::memory_order_relaxed);
  s.shrinks = shrinker_.shrinks();
  s.node_bytes = sizeof(node);
  s.slots = std::size_t{list_.slots().blocks()} * block_slots;
  s.retired = list_.retired();
  // The first slot of the first block is null's.
  const std::size_t in_use = s.size + s.retired + 1;
  s.slots_free = s.slots > in_use ? s.slots - in_use : 0;
  s.slots_mapped = list_.slots().mapped_slots();
  s.garbage_bytes = garbage_bytes();
  s.mapped_bytes = list_.mapped_bytes();
  s.heap_bytes = threads.bytes() + list_.garbage_bytes();
  s.huge_pages = huge_pages_ && transparent_huge_pages() != "never" && transparent_huge_pages() != "unknown";
  // [C9] relaxed: figures.
  s.swept = swept_.load(std::memory_order_relaxed);
  // [C10] relaxed: figures.
  s.blocks_scanned = blocks_scanned_.load(std::memory_order_relaxed);
  // [C11] relaxed: figures.
  s.blocks_skipped = blocks_skipped_.load(std::memory_order_relaxed);
  return s;
}

}  // namespace wane::impl
