// SPDX-License-Identifier: BSL-1.0
// The compare-and-swap of two words that lie beside each other (cmpxchg16b), for the standard environment.
//
// In assembly, because g++ leaves 16 bytes to a library that may take a lock, and neither word is only ever one half: each is
// read and changed alone, too. Both instructions lock the line, so they are atomic to each other (Intel SDM, volume 3, 9.1;
// S. Flur and others, "Mixed-size concurrency", POPL 2017).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#if defined(__SANITIZE_THREAD__)
#define WANE_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WANE_THREAD_SANITIZER
#endif
#endif
#ifdef WANE_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace wane::impl {

/// Whether this processor has it. Set when the first map is made, before any is used.
extern constinit bool processor_has_double_width_cas;

void look_for_double_width_cas() noexcept;

using two_words = std::array<std::uint64_t, 2>;

/// Sequentially consistent. Precondition: the processor has it; `first` is 16-byte aligned, `second` comes right behind it.
[[nodiscard]] inline bool double_width_cas([[maybe_unused]] std::atomic<std::uint64_t>& first,
                                           [[maybe_unused]] std::atomic<std::uint64_t>& second,
                                           [[maybe_unused]] two_words expected,
                                           [[maybe_unused]] const two_words& desired) noexcept {
#ifdef __x86_64__
#ifdef WANE_THREAD_SANITIZER
  __tsan_release(&first);  // of which the assembly tells it nothing
#endif
  bool done;
  __asm__ volatile("lock cmpxchg16b %[first]"
                   : "=@ccz"(done), [first] "+m"(first), "+m"(second), "+a"(expected[0]), "+d"(expected[1])
                   : "b"(desired[0]), "c"(desired[1])
                   : "memory");
  return done;
#else
  return false;  // nobody comes here
#endif
}

}  // namespace wane::impl

#undef WANE_THREAD_SANITIZER
