// SPDX-License-Identifier: BSL-1.0
// Reclamation by userspace RCU (liburcu): rcu<memb>, rcu<qsbr>, rcu<mb>, rcu<bp>.
//
// Sources: M. Desnoyers, P. E. McKenney, A. S. Stern, M. R. Dagenais, J. Walpole, "User-level implementations of
// read-copy update", IEEE TPDS 23(2), 2012; liburcu 0.13.
//
// The map keeps its garbage in per-thread batches; the domain hands one callback per grace period to call_rcu, not one
// per node, and counts the grace periods that have begun and ended:
//
//   begun     number of the last grace period asked for
//   ended     number of the last one over; begun - ended is 0 or 1
//
// What is unlinked while `begun` is at n has outlived its grace period once `ended` is n + 1: the one asked for next
// begins later (R4). The stamp reads `begun` by a read-modify-write, because a load could return an old number, and the
// period that a reader still needs would already be running (R5).
//
// Threads register themselves, except for QSBR, where a thread says when it is quiescent and therefore must know: it
// holds a `rcu<qsbr>::participant` and calls `rcu<qsbr>::quiescent()` now and then, outside every operation.
// An operation of a thread that is not online throws thread_not_online; nothing is touched.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <wane/environment.hpp>
#include <wane/reclaim/concept.hpp>

#if defined(__SANITIZE_THREAD__)
#define WANE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WANE_TSAN 1
#endif
#endif

#ifdef WANE_TSAN
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

namespace wane {

/// An operation on a map under rcu<qsbr> by a thread that is not online.
class thread_not_online : public std::logic_error {
 public:
  thread_not_online()
      : std::logic_error("wane: this thread is not online for QSBR; hold a wane::rcu<wane::qsbr>::participant") {}
};

// The flavours of liburcu, by its names.
struct memb;  ///< membarrier on the reclaiming side; the fastest for threads that register
struct qsbr;  ///< guards write nothing; threads announce quiescent states
struct mb;    ///< full barriers in every guard
struct bp;    ///< "bulletproof": no registration at all, a little slower

namespace impl {

// ThreadSanitizer does not see liburcu's barriers: readers release the domain and callbacks acquire it.
inline void rcu_annotate_release([[maybe_unused]] void* p) noexcept {
#ifdef WANE_TSAN
  __tsan_release(p);
#endif
}
inline void rcu_annotate_acquire([[maybe_unused]] void* p) noexcept {
#ifdef WANE_TSAN
  __tsan_acquire(p);
#endif
}

/// Room for liburcu's rcu_head and ours.
struct alignas(std::max_align_t) rcu_callback_storage {
  std::byte bytes[48];
};

/// liburcu's functions for one flavour; defined in src/rcu_<flavour>.cpp.
template <class Flavour>
struct rcu_calls {
  static void register_thread();
  static void unregister_thread() noexcept;
  static bool is_registered() noexcept;
  /// Registers the thread first, if it is not.
  static void read_lock() noexcept;
  static void read_unlock() noexcept;
  /// QSBR: whether the calling thread is online. Others: whether it is inside a read-side critical section.
  static bool read_ongoing() noexcept;
  /// Has run(...) called after a grace period, by call_rcu. `storage` is in use until then.
  static void call(rcu_callback_storage& storage, void (*run)(void*)) noexcept;
  /// QSBR: announces a quiescent state if the thread is online. Others: nothing.
  static void quiescent() noexcept;
};

}  // namespace impl

template <class Flavour>
struct rcu {
  static constexpr protection kind = protection::blanket;
  static constexpr bool value_only = false;
  static constexpr bool has_grace_period = true;
  static constexpr bool reuses_at_once = false;
  static constexpr bool bounded_garbage = false;
  static constexpr bool is_qsbr = std::is_same_v<Flavour, qsbr>;
  using calls = impl::rcu_calls<Flavour>;

  /// There is one domain a flavour: liburcu has one set of readers a flavour.
  class domain {
   public:
    domain(const domain&) = delete;
    domain& operator=(const domain&) = delete;

    [[nodiscard]] std::uint64_t stamp() noexcept {
      // [Q3] acq_rel: pairs with [Q4], R5: a period begun after this is one that sees what we unlinked.
      return begun_.fetch_add(0, std::memory_order_acq_rel) + 1;
    }
    [[nodiscard]] bool passed(std::uint64_t stamp) const noexcept {
      // [Q1] acquire: pairs with [Q2].
      return ended_.load(std::memory_order_acquire) >= stamp;
    }
    void advance() noexcept;
    void wait_a_moment() noexcept {
      advance();
      calls::quiescent();
      impl::yield();
    }
    /// Returns when a grace period of liburcu that began after the call is over, and with it every guard that there was at the
    /// call. Blocks for as long as one of these lasts (QSBR: as a thread that was online has not been quiescent; the caller is,
    /// in here, so it must hold no reference); inside a guard of the caller's it never returns.
    void barrier();
    [[nodiscard]] bool in_guard(std::uint32_t) const noexcept { return !is_qsbr && calls::read_ongoing(); }

   private:
    friend struct rcu;
    domain() = default;

    static void period_over(void*) noexcept;

    alignas(64) std::atomic<std::uint64_t> begun_{0};
    std::atomic<std::uint64_t> ended_{0};
    impl::rcu_callback_storage callback_;  // in use while begun_ is ahead of ended_
  };

  class guard : public blanket_guard {
   public:
    guard(domain& d, std::uint32_t) : guard(d) {}
    explicit guard(domain& d) : domain_(&d) {
      if constexpr (is_qsbr) {
        if (!calls::read_ongoing()) [[unlikely]]
          throw thread_not_online();
      } else {
        calls::read_lock();
      }
    }
    ~guard() {
      if constexpr (!is_qsbr) {
        impl::rcu_annotate_release(domain_);
        calls::read_unlock();
      }
    }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

   private:
    domain* domain_;
  };

  /// QSBR: registers the thread and keeps it online while it lives; nests. Others: nothing.
  class participant {
   public:
    participant() {
      if constexpr (is_qsbr) {
        mine_ = !calls::is_registered();
        if (mine_) calls::register_thread();
      }
    }
    ~participant() {
      if constexpr (is_qsbr) {
        if (!mine_) return;
        impl::rcu_annotate_release(&default_domain());
        calls::unregister_thread();
      }
    }
    participant(const participant&) = delete;
    participant& operator=(const participant&) = delete;

   private:
    bool mine_ = false;
  };

  /// QSBR: the calling thread holds no reference into any map at this moment. Others: nothing.
  static void quiescent() noexcept {
    if constexpr (is_qsbr) impl::rcu_annotate_release(&default_domain());
    calls::quiescent();
  }

  static domain& default_domain() noexcept;
};

template <class Flavour>
void rcu<Flavour>::domain::advance() noexcept {
  // [Q5] acquire: pairs with [Q2]; the head is free again.
  const std::uint64_t ended = ended_.load(std::memory_order_acquire);
  std::uint64_t begun = ended;
  // [Q4] acq_rel: pairs with [Q3]; what was unlinked before a stamp of `begun` + 1 was taken happens before this period.
  if (begun_.compare_exchange_strong(begun, ended + 1, std::memory_order_acq_rel, std::memory_order_relaxed))
    calls::call(callback_, &period_over);
}

template <class Flavour>
void rcu<Flavour>::domain::barrier() {
  [[maybe_unused]] const participant here;
  { const guard registers_the_thread(*this, 0); }  // which call_rcu asks for
  for (const std::uint64_t mine = stamp(); !passed(mine);) wait_a_moment();
}

template <class Flavour>
void rcu<Flavour>::domain::period_over(void*) noexcept {
  domain& d = default_domain();
  impl::rcu_annotate_acquire(&d);
  // [Q6] relaxed: the one callback under way is the only writer.
  const std::uint64_t ended = d.ended_.load(std::memory_order_relaxed) + 1;
  // [Q2] release: pairs with [Q1] and [Q5].
  d.ended_.store(ended, std::memory_order_release);
}

template <class Flavour>
auto rcu<Flavour>::default_domain() noexcept -> domain& {
  // Never destroyed: liburcu's thread may call back while the process ends.
  static domain& shared = *new domain;
  return shared;
}

extern template struct rcu<memb>;
extern template struct rcu<qsbr>;
extern template struct rcu<mb>;
extern template struct rcu<bp>;

}  // namespace wane
