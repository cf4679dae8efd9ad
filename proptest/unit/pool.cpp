// SPDX-License-Identifier: BSL-1.0
// The pool: a slot has one owner at a time, chains of free slots pass between threads, tags outlive their slots, and
// what fails for want of memory changes nothing. Earliest deadlines: a sweep between take and lower loses none.
#include <wane/impl/node.hpp>
#include <wane/impl/pool.hpp>
#include <wane/pages.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "support/faults.hpp"
#include "support/harness.hpp"
#include "support/jitter.hpp"
#include "support/threads.hpp"

using namespace proptest;
using wane::impl::handle;
using wane::impl::slot_cache;

namespace {

template <class Env>
struct pool_of {
  explicit pool_of(std::uint64_t at_home = 0) : slots(pages, false, at_home, at_home != 0) {}

  using node = wane::impl::node<std::uint64_t, std::uint64_t, wane::hash<std::uint64_t>, Env>;
  failing_pages pages;
  wane::impl::pool<node, Env, failing_pages> slots;
};

template <class Pool>
std::vector<handle> allocated(Pool& pool, slot_cache& cache, std::size_t n) {
  std::vector<handle> all(n);
  for (auto& h : all) h = pool.allocate(cache);
  return all;
}

void slots_are_dense_and_distinct() {
  pool_of<wane::std_environment> p;
  slot_cache cache;
  const auto all = allocated(p.slots, cache, 1000);
  const std::set<handle> distinct(all.begin(), all.end());
  EXPECT(distinct.size() == all.size(), all.size() - distinct.size() << " slots were given out twice");
  EXPECT(*distinct.begin() == 1 && *distinct.rbegin() == 1000,
         "from " << *distinct.begin() << " to " << *distinct.rbegin());
}

/// Whether in the first segment, which is as long as what is expected, or in those behind it.
void slots_have_memory_of_their_own(std::uint64_t expected) {
  using node = wane::impl::node<std::uint64_t, std::uint64_t, wane::hash<std::uint64_t>, wane::std_environment>;
  failing_pages pages;
  wane::impl::pool<node, wane::std_environment, failing_pages> slots{pages, false, expected};
  slot_cache cache;
  const auto all = allocated(slots, cache, 10'000);
  for (const handle h : all) slots[h].construct(0, h, ~std::uint64_t{h});
  for (const handle h : all) {
    EXPECT(slots[h].key() == h && slots[h].value() == ~std::uint64_t{h}, "slot " << h << " lies on another");
    if (h < expected) EXPECT(&slots[h] == &slots[0] + h, "slot " << h << " was expected and is not in the first segment");
  }
}

/// Of any type: a node of 32 bytes, one of two lines, one that asks for lines of its own.
template <class Value>
void slots_are_aligned() {
  using node = wane::impl::node<std::uint64_t, Value, wane::hash<std::uint64_t>, wane::std_environment>;
  failing_pages pages;
  wane::impl::pool<node, wane::std_environment, failing_pages> slots{pages, false};
  slot_cache cache;
  for (const handle h : allocated(slots, cache, 1000)) {
    const auto at = reinterpret_cast<std::uintptr_t>(&slots[h]);
    EXPECT(at % alignof(node) == 0, "slot " << h << " is at " << at << ", its nodes ask for " << alignof(node));
    EXPECT(sizeof(node) != 32 || at % 32 == 0, "slot " << h << " is in two cache lines");
  }
}
struct alignas(64) wide {
  std::array<char, 65> bytes;
};

void who_is_expected_is_at_home() {
  constexpr std::uint64_t entries = 100'000;
  pool_of<wane::std_environment> p(entries);
  EXPECT(p.slots.blocks() * wane::impl::block_slots < entries * 11 / 10, p.slots.blocks() << " blocks of homes");
  const auto homes = p.slots.blocks();
  slot_cache cache;
  random_source random(1);
  std::set<handle> distinct;
  std::size_t in_line = 0, in_pair = 0, elsewhere = 0;
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::uint64_t hash = random();
    const handle h = p.slots.allocate(cache, hash);
    EXPECT(h != wane::impl::null_handle && distinct.insert(h).second, "slot " << h << " was given out twice");
    const auto home = static_cast<handle>(static_cast<double>(hash) / 0x1p64 * homes * wane::impl::block_slots);
    in_line += home / 2 == h / 2;
    in_pair += home / 4 == h / 4;
    elsewhere += h / wane::impl::block_slots >= homes;
  }
  EXPECT(in_line > entries * 6 / 10, in_line << " of " << entries << " are on the line of their home");
  EXPECT(in_pair > entries * 7 / 10, in_pair << " of " << entries << " are on the pair of lines that is fetched for them");
  EXPECT(elsewhere < entries / 50, elsewhere << " of " << entries << " found no home");
}

/// Entries of one hash, and more than expected: what is full is full.
void who_finds_no_home_is_put_elsewhere() {
  pool_of<wane::std_environment> p(100);
  const std::size_t homes = std::size_t{p.slots.blocks()} * wane::impl::block_slots;
  slot_cache cache;
  std::set<handle> distinct;
  for (const std::uint64_t hash : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    for (std::size_t i = 0; i < homes; ++i) {
      const handle h = p.slots.allocate(cache, hash);
      EXPECT(h != wane::impl::null_handle && distinct.insert(h).second, "slot " << h << " was given out twice");
    }
  std::size_t unheld = 0;
  const auto count = [&](handle h) {
    ++unheld;
    EXPECT(!distinct.contains(h), "slot " << h << " is free and given out");
  };
  p.slots.for_each_unheld(count);
  p.slots.for_each_cached(cache, count);
  EXPECT(unheld + distinct.size() + 1 == p.slots.blocks() * wane::impl::block_slots, unheld << " slots are free");
  // What comes back serves again, where it is nearest.
  const handle taken = *distinct.begin();
  p.slots.release(cache, taken);
  EXPECT(p.slots.allocate(cache, 0) == taken, "slot " << taken << " is vacant and not used");
}

void no_memory_for_homes() {
  unsigned after = 0;
  for (bool made = false; !made; ++after) try {
      const armed_fault armed({fault::kind::pages, after, true});
      const pool_of<wane::std_environment> p(10'000);
      made = true;
    } catch (const std::bad_alloc&) {
    }
  EXPECT(after > 3, "made with memory for " << after - 1 << " mappings");
}

void chains_pass_between_threads() {
  pool_of<wane::std_environment> p;
  slot_cache giver, taker;
  const auto all = allocated(p.slots, taker, 640);
  for (const auto h : all) p.slots.release(giver, h);
  const auto blocks = p.slots.blocks();
  const auto again = allocated(p.slots, taker, 512);
  EXPECT(p.slots.blocks() == blocks, p.slots.blocks() - blocks << " new blocks although chains were free");
  const std::set<handle> distinct(again.begin(), again.end());
  EXPECT(distinct.size() == again.size(), "a slot was given out twice");
  std::size_t cached = 0, chained = 0;
  p.slots.for_each_cached(giver, [&](handle h) {
    ++cached;
    EXPECT(!distinct.contains(h), "slot " << h << " is cached and given out");
  });
  p.slots.for_each_cached(taker, [&](handle h) {
    ++cached;
    EXPECT(!distinct.contains(h), "slot " << h << " is cached and given out");
  });
  p.slots.for_each_unheld([&](handle h) {
    ++chained;
    EXPECT(!distinct.contains(h), "slot " << h << " is chained and given out");
  });
  EXPECT(
      cached + chained + again.size() == std::size_t{blocks} * wane::impl::block_slots - 1,
      cached << " cached, " << chained << " chained and " << again.size() << " given out in " << blocks << " blocks");
}

void a_recycled_slot_goes_on_counting() {
  pool_of<wane::std_environment> p;
  slot_cache cache;
  const handle first = p.slots.allocate(cache);
  auto& n = p.slots[first];
  for (std::uint32_t life = 0; life < 100; ++life) {
    const auto link = n.next.peek();
    const auto state = n.life.peek();
    n.next.prepare(link.pointing_to(wane::impl::link::to_node(7)));
    n.life.prepare(state.lives_until(5).killed(wane::cause::erased));
    p.slots.release(cache, first);
    EXPECT(p.slots.allocate(cache) == first, "the slot freed last comes first");
    EXPECT(n.next.peek().tag() > link.tag() && n.next.peek().is_unset(), "tag " << n.next.peek().tag());
    EXPECT(n.life.peek().version() > state.version() && n.life.peek().is_dead(), "version " << n.life.peek().version());
  }
}

void want_of_memory_changes_nothing() {
  pool_of<wane::std_environment> p;
  slot_cache cache;
  for (unsigned after = 0; after < 8; ++after) {
    std::vector<handle> got;
    try {
      const armed_fault armed({fault::kind::pages, after, true});
      for (;;) got.push_back(p.slots.allocate(cache));
    } catch (const std::bad_alloc&) {
    }
    const auto blocks = p.slots.blocks();
    const handle next = p.slots.allocate(cache);
    EXPECT(p.slots.blocks() == blocks + 1, "with memory again, one block");
    EXPECT(std::find(got.begin(), got.end(), next) == got.end(), "slot " << next << " was given out before");
  }
}

/// Sets allocate against release of other threads, and chains pushed against chains popped.
template <class Env>
void no_slot_has_two_owners(std::uint64_t at_home) {
  constexpr unsigned threads = 3;
  constexpr std::size_t most = 3000;
  for (rounds r; r.go_on();) {
    pool_of<Env> p(at_home);
    // Relaxed, so that only the pool, and the exchange where slots are handed over, order what threads do to a slot.
    std::vector<std::atomic<unsigned>> owners(64 * 1024);
    std::vector<std::vector<handle>> left(threads);
    std::vector<std::atomic<handle>> exchange(64);
    std::vector<slot_cache> caches(threads);
    together(threads, [&](unsigned me) {
      random_source random(me + 10 * r.number());
      auto& mine = left[me];
      const auto release_one = [&](handle h) {
        EXPECT(owners[h].exchange(0, std::memory_order_relaxed) == me + 1, "slot " << h << " had lost its owner");
        p.slots.release(caches[me], h);
      };
      for (int burst = 0; burst < 40; ++burst) {
        for (auto n = random.below(300); n > 0 && mine.size() < most; --n) {
          const handle h = p.slots.allocate(caches[me], random());
          const unsigned before = owners[h].exchange(me + 1, std::memory_order_relaxed);
          EXPECT(before == 0, "slot " << h << " of thread " << before - 1 << " was given to thread " << me);
          mine.push_back(h);
        }
        for (auto n = random.below(300); n > 0 && !mine.empty(); --n) {
          const handle h = mine.back();
          mine.pop_back();
          if (!random.once_in(2)) {
            release_one(h);
            continue;
          }
          // Somebody else's to free: what one thread allocates another releases.
          owners[h].store(0, std::memory_order_relaxed);
          const handle other = exchange[random.below(exchange.size())].exchange(h, std::memory_order_acq_rel);
          if (other == wane::impl::null_handle) continue;
          owners[other].store(me + 1, std::memory_order_relaxed);
          release_one(other);
        }
      }
    });
    std::vector<char> seen(std::size_t{p.slots.blocks()} * wane::impl::block_slots);
    std::size_t total = 0;
    const auto see = [&](handle h) {
      if (h == wane::impl::null_handle) return;
      EXPECT(seen[h]++ == 0, "slot " << h << " is in two places");
      ++total;
    };
    for (const auto& l : left) std::for_each(l.begin(), l.end(), see);
    for (const auto& e : exchange) see(e.load(std::memory_order_acquire));
    for (const auto& c : caches) p.slots.for_each_cached(c, see);
    p.slots.for_each_unheld(see);
    EXPECT(total == seen.size() - 1, seen.size() - 1 - total << " slots are lost");
  }
}

/// Sets lower_earliest against take_earliest: a deadline stored before, during or after a scan stays known.
template <class Env>
void no_earliest_deadline_is_lost() {
  for (rounds r; r.go_on();) {
    pool_of<Env> p;
    slot_cache cache;
    const handle h = p.slots.allocate(cache);
    EXPECT(p.slots.earliest(0) == wane::impl::never, "an empty block is never due");
    std::atomic<bool> done{false};
    together(2, [&](unsigned me) {
      Env::thread_slot();  // light fences are for threads that have one
      auto& life = p.slots[h].life;
      if (me == 0) {
        random_source random(r.number());
        for (int i = 0; i < 2000; ++i) {
          const auto deadline = 1 + random.below(1000);
          life.prepare(life.peek().lives_until(deadline));
          p.slots.lower_earliest(0, deadline);
        }
        done.store(true, std::memory_order_release);
      } else {
        while (!done.load(std::memory_order_acquire)) {
          p.slots.take_earliest(0);
          Env::heavy_fence();
          const auto s = life.read();
          if (s.is_live()) p.slots.lower_earliest(0, s.deadline());
        }
      }
    });
    EXPECT(p.slots.earliest(0) <= p.slots[h].life.peek().deadline(),
           "the earliest is " << p.slots.earliest(0) << ", a slot has " << p.slots[h].life.peek().deadline());
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("slots_are_dense_and_distinct", slots_are_dense_and_distinct);
  for (const std::uint64_t expected : {0, 1, 33, 1000, 20'000})
    tests.test("slots_have_memory_of_their_own [" + std::to_string(expected) + " expected]",
               [=] { slots_have_memory_of_their_own(expected); });
  tests.test("slots_are_aligned [eight bytes]", slots_are_aligned<std::uint64_t>);
  tests.test("slots_are_aligned [a cache line]", slots_are_aligned<std::array<char, 40>>);
  tests.test("slots_are_aligned [asks for a cache line]", slots_are_aligned<wide>);
  tests.test("chains_pass_between_threads", chains_pass_between_threads);
  tests.test("a_recycled_slot_goes_on_counting", a_recycled_slot_goes_on_counting);
  tests.test("want_of_memory_changes_nothing", want_of_memory_changes_nothing);
  tests.test("who_is_expected_is_at_home", who_is_expected_is_at_home);
  tests.test("who_finds_no_home_is_put_elsewhere", who_finds_no_home_is_put_elsewhere);
  tests.test("no_memory_for_homes", no_memory_for_homes);
  for (const std::uint64_t at_home : {0, 1000}) {
    const std::string homes = at_home == 0 ? "" : "homes, ";
    tests.test("no_slot_has_two_owners [" + homes + "at once]",
               [=] { no_slot_has_two_owners<wane::std_environment>(at_home); });
    tests.test("no_slot_has_two_owners [" + homes + "delayed]",
               [=] { no_slot_has_two_owners<jittery_environment>(at_home); });
  }
  tests.test("no_earliest_deadline_is_lost", no_earliest_deadline_is_lost<wane::std_environment>);
  tests.test("no_earliest_deadline_is_lost [delayed]", no_earliest_deadline_is_lost<jittery_environment>);
  return tests.result();
}
