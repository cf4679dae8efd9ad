// SPDX-License-Identifier: BSL-1.0
// Limbo: slots that have been unlinked and wait for their grace period, in bags.
//
//   thread's garbage:  open bag  ->  waiting bags, oldest first, each with the stamp of its sealing  ->  ripe bags
//
// A waiting bag is ripe when the grace period of its stamp has passed. Reclaimers without such look at the slots of a few
// waiting bags whenever one is sealed: what somebody holds waits on, in bags shared with others of its kind.
//
// Room for a slot is made sure of before the compare-and-swap that unlinks it (class `ticket`), so that retiring cannot
// fail. Each ticket then frees a few slots whose time has come, never a whole batch at once, so that no operation pays
// for many and freed slots are reused while they are warm.
//
// A thread's garbage hangs on one atomic pointer. The owner takes it by exchange for the length of a ticket; anybody
// else (a collector, the next thread after the owner has ended) takes it by compare-and-swap, leaving an empty one in
// its place. So garbage is never stuck with a thread that is idle or gone (M1: whoever holds the pointer owns it all).
#pragma once

#include <algorithm>
#include <atomic>
#include <bitset>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include <wane/impl/link.hpp>

namespace wane::impl {

struct bag {
  static constexpr std::uint32_t capacity = 123;  // 512 bytes with the rest
  std::unique_ptr<bag> newer;
  std::uint64_t stamp = 0;
  std::uint32_t size = 0;
  handle slots[capacity];
};
static_assert(sizeof(bag) <= 520);

/// Bags, first in first out.
class bag_queue {
 public:
  bag_queue() = default;
  bag_queue(const bag_queue&) = delete;
  bag_queue& operator=(const bag_queue&) = delete;
  ~bag_queue() {
    while (oldest_) oldest_ = std::move(oldest_->newer);  // not recursively
  }

  [[nodiscard]] bool empty() const noexcept { return !oldest_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bag& oldest() const noexcept { return *oldest_; }
  [[nodiscard]] bag& newest() const noexcept { return *newest_; }
  void append(std::unique_ptr<bag> last) noexcept {
    bag* const b = last.get();
    (newest_ == nullptr ? oldest_ : newest_->newer) = std::move(last);
    newest_ = b;
    ++size_;
  }
  std::unique_ptr<bag> drop_oldest() noexcept {
    std::unique_ptr<bag> b = std::move(oldest_);
    oldest_ = std::move(b->newer);
    if (!oldest_) newest_ = nullptr;
    --size_;
    return b;
  }
  void take_over(bag_queue& other) noexcept {
    while (!other.empty()) append(other.drop_oldest());
  }
  template <class F>
  void for_each_slot(F&& f) const {
    for (const bag* b = oldest_.get(); b != nullptr; b = b->newer.get())
      for (std::uint32_t i = 0; i < b->size; ++i) f(b->slots[i]);
  }

 private:
  std::unique_ptr<bag> oldest_;
  bag* newest_ = nullptr;
  std::size_t size_ = 0;
};

struct garbage {
  std::unique_ptr<bag> open = std::make_unique<bag>();
  std::unique_ptr<bag> spare;
  bag_queue waiting;  // sealed
  bag_queue ripe;     // their time has come

  [[nodiscard]] bool has_room() const noexcept { return open->size < bag::capacity; }
  /// Seals the open bag and opens another. False when that needs memory that is not there.
  [[nodiscard]] bool seal(std::uint64_t stamp) noexcept {
    std::unique_ptr<bag> next = empty_bag();
    if (!next) return false;
    open->stamp = stamp;
    waiting.append(std::exchange(open, std::move(next)));
    return true;
  }
  /// What becomes of a bag that was waiting, when those of its slots that are `held` must wait on and the others need not.
  void settle(std::unique_ptr<bag> b, const std::bitset<bag::capacity>& held) noexcept {
    if (held.none()) return ripe.append(std::move(b));
    const bool shares = !waiting.empty() && waiting.newest().size + held.count() <= bag::capacity;
    std::unique_ptr<bag> fresh = shares || held.count() == b->size ? nullptr : empty_bag();
    if (!shares && !fresh) return waiting.append(std::move(b));  // as it is: all of it is held, or memory exhausted
    if (fresh) waiting.append(std::move(fresh));
    bag& rest = waiting.newest();
    rest.stamp = std::max(rest.stamp, b->stamp);
    std::uint32_t left = 0;
    for (std::uint32_t i = 0; i < b->size; ++i) (held[i] ? rest.slots[rest.size++] : b->slots[left++]) = b->slots[i];
    b->size = left;
    if (left == 0) return keep(std::move(b));
    ripe.append(std::move(b));
  }
  /// The slots of a bag that is used up can serve again.
  void keep(std::unique_ptr<bag> used) noexcept {
    if (spare) return;
    used->size = 0;
    used->stamp = 0;
    spare = std::move(used);
  }
  [[nodiscard]] bool empty() const noexcept { return open->size == 0 && waiting.empty() && ripe.empty(); }
  template <class F>
  void for_each(F&& f) const {
    for (std::uint32_t i = 0; i < open->size; ++i) f(open->slots[i]);
    waiting.for_each_slot(f);
    ripe.for_each_slot(f);
  }

 private:
  [[nodiscard]] std::unique_ptr<bag> empty_bag() noexcept {
    return spare ? std::move(spare) : std::unique_ptr<bag>(new (std::nothrow) bag);
  }
};

/// The pointer that a thread's garbage hangs on.
template <class Env>
class garbage_slot {
 public:
  garbage_slot() : held_(new garbage) {}
  garbage_slot(const garbage_slot&) = delete;
  garbage_slot& operator=(const garbage_slot&) = delete;
  ~garbage_slot() {
    // [M1] relaxed: destruction is alone.
    delete held_.load(std::memory_order_relaxed);
  }

  /// The owner takes its garbage. Never null: only the owner takes without leaving something, and it does not nest.
  [[nodiscard]] garbage* take() noexcept {
    // [M2] acquire: pairs with [M3] and [M5]: what hangs here is seen as it was left.
    garbage* const g = held_.exchange(nullptr, std::memory_order_acquire);
    assert(g != nullptr);
    Env::writing(g);
    return g;
  }
  void put_back(garbage* g) noexcept {
    Env::writing(g);
    // [M3] release: pairs with [M2], [M5] and [M6].
    held_.store(g, std::memory_order_release);
  }
  /// Anybody takes the garbage, leaving `empty`. Null, and `empty` kept by the caller, while the owner has it.
  [[nodiscard]] std::unique_ptr<garbage> steal(std::unique_ptr<garbage>& empty) noexcept {
    // [M4] relaxed: checked by the compare-and-swap.
    garbage* g = held_.load(std::memory_order_relaxed);
    Env::writing(empty.get());
    // [M5] acq_rel: acquire pairs with [M3], release with [M2] (the empty one). The pointer is a token: that it may have
    // been away and back does no harm.
    if (g == nullptr ||
        !held_.compare_exchange_strong(g, empty.get(), std::memory_order_acq_rel, std::memory_order_relaxed))
      return nullptr;
    empty.release();
    Env::writing(g);
    return std::unique_ptr<garbage>(g);
  }
  /// Precondition: the owner is quiet.
  [[nodiscard]] const garbage& peek() const noexcept {
    // [M6] acquire: pairs with [M3].
    return *held_.load(std::memory_order_acquire);
  }

 private:
  typename Env::template atomic<garbage*> held_;
};

}  // namespace wane::impl
