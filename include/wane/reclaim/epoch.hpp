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
// What is unlinked (event U) and then stamped s is free for reuse once the epoch is s + 2, because the step from s + 1 to
// s + 2 was made by an advance A that began after U (R1), and no guard that A did not see inside can reach it (R2):
//   R1  The stamp reads the epoch by a read-modify-write, which returns the newest value. Every later step reads, through
//       the chain of read-modify-writes, what it releases; A loaded s + 1, so U happens before A's heavy fence. (A plain
//       load may return an old epoch, and so may the announcement of the guard that unlinked: it was stored some time
//       after the epoch was loaded. Both have been tried, by others and by us, and both free too early.)
//   R2  A guard that A saw had announced s + 1, so it loaded the epoch from a step after U and finds the node unlinked.
//       A guard that A did not see either ended before A's scan, or its light fence comes after A's heavy fence: then its
//       reads find the node unlinked too.
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
struct basic_epoch : announced_by_guards<basic_epoch<Env>> {
  static constexpr protection kind = protection::blanket;
  static constexpr bool value_only = false;
  static constexpr bool has_grace_period = true;
  static constexpr bool reuses_at_once = false;
  static constexpr bool bounded_garbage = false;
  /// Threads whose records are part of the domain, four kilobytes of them: a reader comes to its own by an addition.
  static constexpr std::uint32_t near_records = 32;

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
    /// Returns when every guard that there was at the call is over, so that what was unlinked before it has outlived its
    /// grace period. Blocks for as long as one of these guards lasts, later ones are not waited for; inside a guard of the
    /// caller's it never returns.
    void barrier();
    [[nodiscard]] std::uint64_t stamp() noexcept {
      // [E7] release: pairs with [E8], see R1.
      return epoch_.fetch_add(0, std::memory_order_release);
    }
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

    /// The calling thread's.
    [[nodiscard, gnu::always_inline]] record& record_here() {
      // Whoever has no slot yet does not have one of the first.
      if (record* const near = records_.near_at(Env::thread_slot_if_any())) [[likely]]
        return *near;
      return further_record();
    }
    [[nodiscard, gnu::noinline]] record& further_record() { return records_.at(Env::thread_slot()); }

    alignas(128) typename Env::template atomic<std::uint64_t> epoch_{1};
    alignas(128) impl::per_thread<record, Env, near_records> records_;
  };

  class guard : public blanket_guard {
   public:
    /// For the calling thread, whatever its slot.
    [[gnu::always_inline]] explicit guard(domain& d) : guard(d, d.record_here()) {}
    [[gnu::always_inline]] guard(domain& d, std::uint32_t slot) : guard(d, d.records_.at(slot)) {}
    [[gnu::always_inline]] ~guard() {
      // [E4] release: pairs with [E5]; our reads are over before the epoch may move on.
      if (--record_->nesting == 0) record_->announced.store(0, std::memory_order_release);
    }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

   private:
    [[gnu::always_inline]] guard(domain& d, typename domain::record& mine) : record_(&mine) {
      if (record_->nesting++ != 0) return;
      // [E2] acquire: pairs with [E6], for R2.
      const std::uint64_t epoch = d.epoch_.load(std::memory_order_acquire);
      // [E3] release: pairs with [E5]. The store ends the release sequence of [E4], so it must publish the previous
      // guard's reads itself: an advance may read this announcement instead of the 0 before it.
      record_->announced.store(epoch * 2 + 1, std::memory_order_release);
      // [E9] light: pairs with [E10]. If the announcement comes before an advance's heavy fence, that advance sees it and does not pass us; if the
      // heavy fence comes first, everything unlinked before it is seen unlinked by our reads below this line.
      Env::light_fence();
    }

    typename domain::record* record_;
  };
};

template <class Env>
bool basic_epoch<Env>::domain::advance() noexcept {
  // [E8] acquire: pairs with [E6] and [E7]; what was unlinked before a stamp of the last epoch happens before our fence.
  std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  // [E10] heavy: pairs with [E9].
  Env::heavy_fence();
  bool all_here = true;
  records_.for_each([&](std::uint32_t, const record& r) {
    // [E5] acquire: pairs with [E3] and [E4].
    const std::uint64_t announced = r.announced.load(std::memory_order_acquire);
    if (announced != 0 && announced / 2 != epoch) all_here = false;
  });
  if (!all_here) return false;
  // [E6] release: pairs with [E1], [E2] and [E8]; carries the guards' releases on to whoever reads the new epoch. What
  // earlier steps and stamps released comes along, because nothing but read-modify-writes changes the epoch; this thread
  // itself needs none of it before it loads the epoch again.
  return epoch_.compare_exchange_strong(epoch, epoch + 1, std::memory_order_release, std::memory_order_relaxed);
}

template <class Env>
void basic_epoch<Env>::domain::barrier() {
  for (const std::uint64_t mine = stamp(); !passed(mine);) wait_a_moment();
}

using epoch = basic_epoch<std_environment>;

extern template struct basic_epoch<std_environment>;

static_assert(reclaimer<epoch>);

}  // namespace wane
