// SPDX-License-Identifier: BSL-1.0
// Faults on demand: user code that throws, operator new and page allocation that fail, at the n-th call.
//
// A fault is armed for the calling thread and for a scope. What the tests themselves do meanwhile (a listener that
// writes its log) suspends it. operator new asks `fails` only in programs that include failing_new.hpp.
#pragma once

#include <wane/pages.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

#include "command.hpp"

namespace proptest {

/// What user code throws when its fault fires.
struct injected_fault : std::runtime_error {
  injected_fault() : std::runtime_error("an injected fault") {}
};
/// What moving a T throws.
template <class T>
struct fault_in_move : injected_fault {};

namespace detail {
inline thread_local std::optional<fault> armed;
}

/// Arms `plan` for this thread until the end of the scope.
class armed_fault {
 public:
  explicit armed_fault(const fault& plan) {
    if (plan.what != fault::kind::none) detail::armed = plan;
  }
  armed_fault(const armed_fault&) = delete;
  armed_fault& operator=(const armed_fault&) = delete;
  ~armed_fault() { detail::armed.reset(); }
};

/// Holds the armed fault back until the end of the scope.
class suspended_fault {
 public:
  suspended_fault() : held_(std::exchange(detail::armed, std::nullopt)) {}
  suspended_fault(const suspended_fault&) = delete;
  suspended_fault& operator=(const suspended_fault&) = delete;
  ~suspended_fault() { detail::armed = held_; }

 private:
  std::optional<fault> held_;
};

/// Counts a call of kind `what`. Returns whether this is the one that fails.
[[nodiscard]] inline bool fails(fault::kind what) noexcept {
  auto& plan = detail::armed;
  if (!plan || plan->what != what) return false;
  if (plan->after > 0) {
    --plan->after;
    return false;
  }
  if (!plan->lasting) plan.reset();
  return true;
}

/// A point at which user code may throw.
template <class Fault = injected_fault>
void user_code() {
  if (fails(fault::kind::user)) throw Fault();
}

/// Pages that run out on demand.
struct failing_pages {
  wane::os_pages os;
  [[nodiscard]] void* map(std::size_t bytes, bool huge) noexcept {
    return fails(fault::kind::pages) ? nullptr : os.map(bytes, huge);
  }
  void unmap(void* p, std::size_t bytes) noexcept { os.unmap(p, bytes); }
};

}  // namespace proptest
