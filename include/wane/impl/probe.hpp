// SPDX-License-Identifier: BSL-1.0
// Static probes (USDT, provider `wane`) off the common path: growth, initialisation of buckets, expiry, help, reclamation.
//
// A probe is a nop and a note in the program that says where the nop is and where its arguments are at that moment; a tracer
// puts a breakpoint there. So one is placed where its arguments are at hand, and none on the way of a hit.
//
// They are compiled in where <sys/sdt.h> (Debian's systemtap-sdt-dev) is found, unless WANE_NO_PROBES is defined, and in the
// standard environment only: under a controlled scheduler there is nothing to trace.
#pragma once

#include <cstdint>
#include <type_traits>

#include <wane/environment.hpp>

// With semaphores each probe would want a variable beside it, which headers cannot define: a program that has asked
// <sys/sdt.h> for them has no probes of ours.
#if !defined(WANE_NO_PROBES) && !defined(_SDT_HAS_SEMAPHORES) && __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#define WANE_PROBE(arguments, ...) \
  if constexpr (std::is_same_v<Env, std_environment>) STAP_PROBE##arguments(wane, __VA_ARGS__)
#else
#define WANE_PROBE(arguments, name, ...) ignore(__VA_ARGS__)
#endif

namespace wane::impl {

/// One function a probe, of its name. What they tell: papers/manual/probes.md, which a test holds to them.
template <class Env>
class probe {
 public:
  [[gnu::always_inline]] static void grow(std::uint64_t before, std::uint64_t after) noexcept {
    WANE_PROBE(2, grow, before, after);
  }
  [[gnu::always_inline]] static void shrink_begin(std::uint64_t before, std::uint64_t after) noexcept {
    WANE_PROBE(2, shrink_begin, before, after);
  }
  [[gnu::always_inline]] static void shrink_end(std::uint64_t buckets) noexcept { WANE_PROBE(1, shrink_end, buckets); }
  [[gnu::always_inline]] static void initialise(std::uint32_t bucket) noexcept { WANE_PROBE(1, initialise, bucket); }
  [[gnu::always_inline]] static void expire(std::uint64_t hash, std::uint64_t deadline, std::uint64_t now) noexcept {
    WANE_PROBE(3, expire, hash, deadline, now);
  }
  [[gnu::always_inline]] static void help(std::uint64_t hash, std::uint32_t slot) noexcept {
    WANE_PROBE(2, help, hash, slot);
  }
  [[gnu::always_inline]] static void retire(std::uint32_t slot) noexcept { WANE_PROBE(1, retire, slot); }
  [[gnu::always_inline]] static void reclaim(std::uint64_t slots) noexcept { WANE_PROBE(1, reclaim, slots); }

 private:
  [[gnu::always_inline]] static void ignore(auto...) noexcept {}
};

}  // namespace wane::impl

#undef WANE_PROBE
