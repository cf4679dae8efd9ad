// SPDX-License-Identifier: BSL-1.0
// Asymmetric fences: readers pay a compiler barrier, reclaimers a membarrier system call.
//
// membarrier(PRIVATE_EXPEDITED) returns after every running thread of the process has executed a full barrier between
// its call and its return. So for a reader's (store X; light_fence; load Y) and a reclaimer's (store Y; heavy_fence;
// load X) at least one of the two loads sees the other's store, as with two sequentially consistent fences.
// Source: Linux membarrier(2); P. E. McKenney, "Is parallel programming hard?", section 15.4.9 (asymmetric barriers).
#include <wane/environment.hpp>

#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>

namespace wane {

namespace impl {

constinit bool asymmetric_fences = false;

namespace {

long membarrier(int command) noexcept { return syscall(SYS_membarrier, command, 0U, 0); }

}  // namespace

/// When a map is made, before a thread gets its slot, and before its first heavy fence: who only waits for grace periods has no slot.
/// Registering is inherited by fork.
void set_up_fences() noexcept {
  static std::once_flag once;
  std::call_once(once, [] {
    const long supported = membarrier(MEMBARRIER_CMD_QUERY);
    asymmetric_fences = supported > 0 && (supported & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0 &&
                        membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
  });
}

void heavy_fence() noexcept {
  set_up_fences();
  if (asymmetric_fences) {
    membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
  } else {
    // [F1] seq_cst: pairs with [F2], the readers' fence where membarrier is missing: one of the two comes first, and the
    // thread whose fence comes second sees what the other stored before its own.
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
}

void yield() noexcept { sched_yield(); }

}  // namespace impl

bool has_asymmetric_fences() noexcept {
  impl::set_up_fences();
  return impl::asymmetric_fences;
}

}  // namespace wane
