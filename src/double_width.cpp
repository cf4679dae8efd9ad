// SPDX-License-Identifier: BSL-1.0
#include <wane/environment.hpp>
#include <wane/impl/double_width.hpp>

#ifdef __x86_64__
#include <cpuid.h>
#endif

#include <mutex>

namespace wane {

namespace impl {

constinit bool processor_has_double_width_cas = false;

void look_for_double_width_cas() noexcept {
#ifdef __x86_64__
  static std::once_flag once;
  std::call_once(once, [] {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    processor_has_double_width_cas = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_CMPXCHG16B) != 0;
  });
#endif
}

}  // namespace impl

bool has_double_width_cas() noexcept {
  impl::look_for_double_width_cas();
  return impl::processor_has_double_width_cas;
}

}  // namespace wane
