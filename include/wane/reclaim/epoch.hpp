// SPDX-License-Identifier: BSL-1.0
// Epoch reclamation: our own, with asymmetric entry. The default reclaimer.
//
// Sources: K. Fraser, "Practical lock-freedom", UCAM-CL-TR-579, 2004, section 5.2.3; T. E. Hart, P. E. McKenney,
// A. D. Brown, J. Walpole, "Performance of memory reclamation for lockless synchronization", JPDC 67(12), 2007;
// freeing a few at a time: T. Brown and others, "Are your epochs too epic? Batch free can be harmful", PPoPP 2024.
//
//   domain    epoch e: e goes to e + 1 when every thread inside a guard has announced e
//   record    one a thread slot: the epoch announced at entry, or 0 outside; nesting depth
//
// A guard announced at a keeps the epoch at a or a + 1 while it lasts. So for whatever its thread unlinks meanwhile:
// another reader that may still hold it entered at some epoch r <= a + 1. The stamp is a + 1 (R1: stamp >= r, without
// loading the epoch again, which would need a fence to be trusted), and the slot is free for reuse once the epoch is at
// stamp + 2: by then the epoch has left r + 1 behind, which it cannot while the reader is inside (R2). A guard entered
// later, at r >= stamp + 1, read the epoch from an advance that happened after the unlinking thread left its guard, so
// it finds the node unlinked (R3).
//
// Garbage behind one stalled reader is unbounded; entry and exit are wait-free; no call blocks but barrier().
#pragma once

#include <cassert>
#include <cstdint>

#include <wane/environment.hpp>
#include <wane/impl/per_thread.hpp>
#include <wane/reclaim/concept.hpp>

namespace wane {

template <class Env>
struct basic_epoch {
  static constexpr protection kind = protection::blanket;
  static constexpr bool value_only = false;
  static constexpr bool has_grace_period = true;

  class guard;

  class domain {
   public:
    domain() = default;
    domain(const domain&) = delete;
    domain& operator=(const domain&) = delete;

    [[nodiscard]] bool passed(std::uint64_t stamp) const noexcept {
      // [E1] acquire: pairs with [E6]; what guards did before the epoch moved past them happens before the reuse.
      return epoch_.load(std::memory_order_acquire) >= stamp + 2;
    }
    bool advance() noexcept;
    void wait_a_moment() noexcept {
      advance();
      Env::yield();
    }
    void barrier();
    [[nodiscard]] bool in_guard(std::uint32_t slot) const noexcept {
      const record* const r = records_.find(slot);
      return r != nullptr && r->nesting != 0;
    }

   private:
    friend class guard;
    /// Two cache lines, because adjacent lines are fetched in pairs.
    struct alignas(128) record {
      typename Env::template atomic<std::uint64_t> announced{0};  // epoch * 2 + 1, or 0
      std::uint32_t nesting = 0;                                  // the owner's alone
    };

    alignas(128) typename Env::template atomic<std::uint64_t> epoch_{1};
    alignas(128) impl::per_thread<record, Env> records_;
  };

  class guard {
   public:
    guard(domain& d, std::uint32_t slot) : record_(&d.records_.at(slot)) {
      if (record_->nesting++ != 0) return;
      // [E2] acquire: pairs with [E6], for R3.
      const std::uint64_t epoch = d.epoch_.load(std::memory_order_acquire);
      // [E3] release: pairs with [E5]. The store ends the release sequence of [E4], so it must publish the previous
      // guard's reads itself: an advance may read this announcement instead of the 0 before it.
      record_->announced.store(epoch * 2 + 1, std::memory_order_release);
      // If the announcement comes before an advance's heavy fence, that advance sees it and does not pass us; if the
      // heavy fence comes first, everything unlinked before it is seen unlinked by our reads below this line.
      Env::light_fence();
    }
    ~guard() {
      // [E4] release: pairs with [E5]; our reads are over before the epoch may move on.
      if (--record_->nesting == 0) record_->announced.store(0, std::memory_order_release);
    }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

    [[nodiscard]] static constexpr bool protect(const impl::link_word<Env>&, impl::link) noexcept { return true; }

    [[nodiscard]] std::uint64_t stamp() const noexcept {
      // [E7] relaxed: our own store. R1.
      return record_->announced.load(std::memory_order_relaxed) / 2 + 1;
    }

   private:
    typename domain::record* record_;
  };

  struct participant {};

  static domain& default_domain() noexcept {
    static domain shared;
    return shared;
  }
};

template <class Env>
bool basic_epoch<Env>::domain::advance() noexcept {
  // [E8] acquire: pairs with [E6]; the next epoch happens after all that made this one.
  std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  Env::heavy_fence();
  bool all_here = true;
  records_.for_each([&](std::uint32_t, const record& r) {
    // [E5] acquire: pairs with [E3] and [E4].
    const std::uint64_t announced = r.announced.load(std::memory_order_acquire);
    if (announced != 0 && announced / 2 != epoch) all_here = false;
  });
  if (!all_here) return false;
  // [E6] acq_rel: pairs with [E1], [E2] and [E8]; carries the guards' releases on to whoever reads the new epoch.
  return epoch_.compare_exchange_strong(epoch, epoch + 1, std::memory_order_acq_rel, std::memory_order_relaxed);
}

template <class Env>
void basic_epoch<Env>::domain::barrier() {
  // [E9] acquire: pairs with [E6]. Three steps, as a stamp taken now would ask for.
  const std::uint64_t target = epoch_.load(std::memory_order_acquire) + 3;
  while (!passed(target - 2)) wait_a_moment();
}

using epoch = basic_epoch<std_environment>;

extern template struct basic_epoch<std_environment>;

static_assert(reclaimer<epoch>);

}  // namespace wane
