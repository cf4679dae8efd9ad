// SPDX-License-Identifier: BSL-1.0
// Limbo: slots that have been unlinked and wait for their grace period, in bags.
//
//   thread's garbage:  open bag  ->  sealed bags, oldest first, each with the stamp of its sealing
//
// Room for a slot is made sure of before the compare-and-swap that unlinks it (class `ticket`), so that retiring cannot
// fail. Each ticket then frees a few slots whose time has come, never a whole batch at once, so that no operation pays
// for many and freed slots are reused while they are warm.
//
// A thread's garbage hangs on one atomic pointer. The owner takes it by exchange for the length of a ticket; anybody
// else (a collector, the next thread after the owner has ended) takes it by compare-and-swap, leaving an empty one in
// its place. So garbage is never stuck with a thread that is idle or gone (M1: whoever holds the pointer owns it all).
#pragma once

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

struct garbage {
  std::unique_ptr<bag> open = std::make_unique<bag>();
  std::unique_ptr<bag> spare;
  std::unique_ptr<bag> oldest;
  bag* newest = nullptr;

  garbage() = default;
  garbage(const garbage&) = delete;
  garbage& operator=(const garbage&) = delete;
  ~garbage() {
    while (oldest) oldest = std::move(oldest->newer);  // not recursively
  }

  void append(std::unique_ptr<bag> sealed) noexcept {
    bag* const b = sealed.get();
    (newest == nullptr ? oldest : newest->newer) = std::move(sealed);
    newest = b;
  }
  std::unique_ptr<bag> drop_oldest() noexcept {
    std::unique_ptr<bag> b = std::move(oldest);
    oldest = std::move(b->newer);
    if (!oldest) newest = nullptr;
    return b;
  }
  [[nodiscard]] bool has_room() const noexcept { return open->size < bag::capacity; }
  /// Seals the open bag and opens another. False when that needs memory that is not there.
  [[nodiscard]] bool seal(std::uint64_t stamp) noexcept {
    std::unique_ptr<bag> next = spare ? std::move(spare) : std::unique_ptr<bag>(new (std::nothrow) bag);
    if (!next) return false;
    open->stamp = stamp;
    append(std::exchange(open, std::move(next)));
    return true;
  }
  /// Lets a sealed bag pass but for the slots that are held, which wait anew. False when that needs memory that is not there.
  [[nodiscard]] bool part(bag& b, const std::bitset<bag::capacity>& held, std::uint64_t waiting,
                          std::uint64_t passed) noexcept {
    if (open->size + held.count() > bag::capacity && !seal(waiting)) return false;
    std::uint32_t left = 0;
    for (std::uint32_t i = 0; i < b.size; ++i) (held[i] ? open->slots[open->size++] : b.slots[left++]) = b.slots[i];
    b.size = left;
    b.stamp = passed;
    return true;
  }
  /// The slots of a bag that is used up can serve again.
  void keep(std::unique_ptr<bag> used) noexcept {
    if (spare) return;
    used->size = 0;
    spare = std::move(used);
  }
  [[nodiscard]] bool empty() const noexcept { return open->size == 0 && !oldest; }
  template <class F>
  void for_each(F&& f) const {
    for (std::uint32_t i = 0; i < open->size; ++i) f(open->slots[i]);
    for (const bag* b = oldest.get(); b != nullptr; b = b->newer.get())
      for (std::uint32_t i = 0; i < b->size; ++i) f(b->slots[i]);
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
