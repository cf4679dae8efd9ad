// SPDX-License-Identifier: BSL-1.0
// The environment: everything the core asks of the machine. The standard one is std::atomic and costs nothing; a
// controlled scheduler supplies another, and then runs the very code that ships.
//
// What an environment provides:
//   cached_table_bits      binary logarithm of the largest table that is likely to be in the caches, entries included
//   set_up()               called by every map's constructor: for what the process needs once, and may have to wait for
//   atomic<T>              load, store, exchange, fetch_add, compare_exchange_strong; every order is explicit
//   has_double_width_cas() whether two words can be changed in one step; the same for as long as a map lives
//   double_width_cas(first, second, expected, desired, success, failure)   compare_exchange_strong of both, which lie beside
//                          each other, `first` 16-byte aligned; it does not say what it found instead
//   light_fence()          the cheap half of an asymmetric store-load barrier (readers, every operation)
//   heavy_fence()          the dear half (reclaimers and sweepers, once a batch); see src/asymmetric_fence.cpp
//   thread_slot()          a small dense number that is the calling thread's alone until it ends
//   thread_slot_if_any()   the same, or a number no less than 65,536 when the calling thread has none
//   slots_in_use()         one more than the largest slot handed out so far
//   slot_taken(slot)       whether a thread holds that slot now
//   yield()                called in a loop that waits for other threads (never by a lock-free operation)
//   reading(p), writing(p) hooks on plain (non-atomic) accesses: to keys, values, and what a lock or a token guards
//   on_allocate(p), on_retire(p), on_reclaim(p)   hooks on the life of a slot
//
// The core uses no other thread-dependent facility: no thread_local, no mutex, no volatile.
#pragma once

#include <atomic>
#include <cstdint>

#include <wane/impl/double_width.hpp>

namespace wane {

namespace impl {

/// True once membarrier(PRIVATE_EXPEDITED) is registered. Set before any thread gets its slot, so never seen to change
/// by a thread that is inside the core.
extern constinit bool asymmetric_fences;

/// The slot of the calling thread, or a negative number before its first use of the library.
extern constinit thread_local std::int32_t this_thread_slot;

/// Takes the smallest free slot for the calling thread, to be given back when the thread ends.
/// Throws: std::system_error (resource_unavailable_try_again) with more than 65,536 threads at once.
[[gnu::cold]] std::uint32_t register_thread();

/// One more than the largest slot ever taken.
std::uint32_t thread_slots_in_use() noexcept;

bool thread_slot_taken(std::uint32_t slot) noexcept;

void set_up_fences() noexcept;

void heavy_fence() noexcept;

void yield() noexcept;

}  // namespace impl

struct std_environment {
  template <class T>
  using atomic = std::atomic<T>;

  /// 131,072 buckets and half as many nodes of 32 bytes are 3 MiB.
  static constexpr unsigned cached_table_bits = 17;

  /// Registering with membarrier takes a process of several threads ten milliseconds, which are not to be the first insertion's.
  static void set_up() noexcept {
    impl::set_up_fences();
    impl::look_for_double_width_cas();
  }

  static bool has_double_width_cas() noexcept { return impl::processor_has_double_width_cas; }
  static bool double_width_cas(atomic<std::uint64_t>& first, atomic<std::uint64_t>& second,
                               const impl::two_words& expected, const impl::two_words& desired, std::memory_order,
                               std::memory_order) noexcept {
    return impl::double_width_cas(first, second, expected, desired);
  }

  static void light_fence() noexcept {
    if (impl::asymmetric_fences) [[likely]]
      // [F3] seq_cst: keeps the compiler from moving accesses across; pairs with [F4].
      std::atomic_signal_fence(std::memory_order_seq_cst);
    else
      // [F2] seq_cst: pairs with [F1] and [F4].
      std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  // [F4] seq_cst: pairs with [F2] and [F3]; the dear half, see src/asymmetric_fence.cpp.
  static void heavy_fence() noexcept { impl::heavy_fence(); }

  static std::uint32_t thread_slot() {
    const std::int32_t slot = impl::this_thread_slot;
    if (slot < 0) [[unlikely]]
      return impl::register_thread();
    return static_cast<std::uint32_t>(slot);
  }
  static std::uint32_t thread_slot_if_any() noexcept { return static_cast<std::uint32_t>(impl::this_thread_slot); }
  static std::uint32_t slots_in_use() noexcept { return impl::thread_slots_in_use(); }
  static bool slot_taken(std::uint32_t slot) noexcept { return impl::thread_slot_taken(slot); }

  static void yield() noexcept { impl::yield(); }

  static void reading(const void*) noexcept {}
  static void writing(const void*) noexcept {}
  static void on_allocate(const void*) noexcept {}
  static void on_retire(const void*) noexcept {}
  static void on_reclaim(const void*) noexcept {}
};

/// True when fences are asymmetric (membarrier); false when every guard pays a full fence. For reports.
[[nodiscard]] bool has_asymmetric_fences() noexcept;

/// True when small values are assigned in place (see is_assigned_in_place); false when each assignment makes a new entry. For
/// reports.
[[nodiscard]] bool has_double_width_cas() noexcept;

}  // namespace wane
