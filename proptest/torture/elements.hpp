// SPDX-License-Identifier: BSL-1.0
// The elements of a torture run: each value that enters a map stands for one, and its age says what has become of it.
//
// After the Linux kernel's rcutorture (kernel/rcu/rcutorture.c, P. E. McKenney, J. Triplett): an element that is taken away
// passes through a pipe, one place a grace period. A reader that has come to it may see it at ages 0 and 1 only:
//
//   0        it is in a map, or nobody has been told otherwise
//   1        it has been removed; who came to it before may still look at it
//   2 and up a grace period has passed since: nobody can be looking at it
//   beyond   it serves another generation
//
// The grace periods are the domain's own (domain.barrier), so the pipe tests the reclaimer's word apart from what maps do
// with it. Under a reclaimer that has none an age only says that some time has passed. Elements live outside the maps, so
// their ages can be read whatever has become of a slot.
#pragma once

#include <wane/reclaim/concept.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support/harness.hpp"
#include "support/ledger.hpp"

namespace proptest {

/// What was wrong, stated once for tests that plant it.
inline constexpr const char* reclaimed_under_guard = "an element was reclaimed under a guard";
inline constexpr const char* removed_already = "the removal of an element is reported again";
inline constexpr const char* too_old = "grace periods after its removal an element is visited";
inline constexpr const char* period_too_short = "a grace period began and ended during one visit";

class elements {
 public:
  static constexpr unsigned oldest = 5;           // an element that has become so old is used again
  static constexpr unsigned beyond = oldest + 1;  // what a reader sees then
  static constexpr unsigned ages = beyond + 1;
  static constexpr std::uint32_t capacity = 1u << 18;

  elements() : all_(std::make_unique<element[]>(capacity)) {
    free_.reserve(capacity);
    for (std::uint32_t i = capacity; i-- > 0;) free_.push_back(i);
  }

  /// Elements for one thread; what it has not used goes back.
  class supply {
   public:
    explicit supply(elements& from) : from_(from) {}
    supply(const supply&) = delete;
    supply& operator=(const supply&) = delete;
    ~supply() { from_.give(mine_, 0); }

    /// False while all are in use: somebody stalls, and the pipe is full.
    [[nodiscard]] bool ready() {
      if (mine_.empty()) from_.take(mine_, batch);
      return !mine_.empty();
    }
    /// An element for a value of `key`. Precondition: ready.
    [[nodiscard]] identity next(std::uint64_t key) {
      const std::uint32_t i = mine_.back();
      mine_.pop_back();
      return {key, from_.generation_of(i) << index_bits | i};
    }
    /// The value did not enter the map.
    void put_back(identity who) {
      from_.renew(index_of(who));  // so that a map that shows it nevertheless is found out
      mine_.push_back(index_of(who));
      if (mine_.size() > 2 * batch) from_.give(mine_, batch);
    }

   private:
    static constexpr std::size_t batch = 32;
    elements& from_;
    std::vector<std::uint32_t> mine_;
  };

  [[nodiscard]] unsigned age_of(identity who) const noexcept {
    const std::uint64_t word = all_[index_of(who)].word.load(std::memory_order_relaxed);
    return word >> age_bits == who.id() >> index_bits ? static_cast<unsigned>(word & age_mask) : beyond;
  }

  /// The element has left its map, or its map has ended.
  void retire(identity who) {
    const unsigned age = age_of(who);
    EXPECT(age == 0, "key " << who.key() << ": " << removed_already << ", its age is " << age);
    if (failures::any()) return;
    element& e = all_[index_of(who)];
    grow_older(e);
    std::uint32_t top = retired_.load(std::memory_order_relaxed);
    do e.below = top;
    while (!retired_.compare_exchange_weak(top, index_of(who), std::memory_order_release, std::memory_order_relaxed));
  }

  /// One grace period: everything in the pipe moves on. For one thread, outside every guard.
  template <class Domain>
  void wait_and_age(Domain& domain) {
    std::vector<std::uint32_t> young;
    for (std::uint32_t i = retired_.exchange(none, std::memory_order_acquire); i != none; i = all_[i].below)
      young.push_back(i);
    pipe_.push_front(std::move(young));
    if constexpr (wane::waits_for_grace_periods<Domain>) domain.barrier();
    for (const auto& place : pipe_)
      for (const std::uint32_t i : place) grow_older(all_[i]);
    if (pipe_.size() < oldest - 1) return;
    for (const std::uint32_t i : pipe_.back()) renew(i);
    give(pipe_.back(), 0);
    pipe_.pop_back();
  }
  /// When no map is left: every element must have come back.
  template <class Domain>
  void settle(Domain& domain) {
    for (unsigned i = 0; i <= oldest; ++i) wait_and_age(domain);
    EXPECT(failures::any() || free_.size() == capacity,
           capacity - free_.size() << " elements entered a map, and no removal of them was reported");
  }

 private:
  static constexpr unsigned index_bits = 18;
  static constexpr unsigned age_bits = 3;
  static constexpr std::uint64_t age_mask = (std::uint64_t{1} << age_bits) - 1;
  static constexpr std::uint64_t generations = std::uint64_t{1} << (identity::id_bits - index_bits);
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  struct element {
    std::atomic<std::uint64_t> word{0};  // generation | age; changed by its owner alone
    std::uint32_t below = none;
  };

  [[nodiscard]] static std::uint32_t index_of(identity who) noexcept {
    return static_cast<std::uint32_t>(who.id() % capacity);
  }
  [[nodiscard]] std::uint64_t generation_of(std::uint32_t i) const noexcept {
    return all_[i].word.load(std::memory_order_relaxed) >> age_bits;
  }
  static void grow_older(element& e) noexcept {
    e.word.store(e.word.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void renew(std::uint32_t i) noexcept {
    all_[i].word.store((generation_of(i) + 1) % generations << age_bits, std::memory_order_relaxed);
  }

  void take(std::vector<std::uint32_t>& into, std::size_t n) {
    const std::lock_guard one_at_a_time(mutex_);
    for (; n > 0 && !free_.empty(); --n) {
      into.push_back(free_.back());
      free_.pop_back();
    }
  }
  void give(std::vector<std::uint32_t>& from, std::size_t keep) {
    const std::lock_guard one_at_a_time(mutex_);
    for (; from.size() > keep; from.pop_back()) free_.push_back(from.back());
  }

  std::unique_ptr<element[]> all_;
  std::atomic<std::uint32_t> retired_{none};
  std::deque<std::vector<std::uint32_t>> pipe_;  // by one thread
  std::mutex mutex_;
  std::vector<std::uint32_t> free_;
};

}  // namespace proptest
