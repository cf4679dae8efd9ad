// SPDX-License-Identifier: BSL-1.0
// Linearizability of short histories: a depth-first search for an order of the calls that the contract allows.
#pragma once

#include "history.hpp"

namespace proptest {

/// What a checker found.
struct verdict {
  bool linearizable = true;
  std::uint64_t key = 0;  ///< whose history is not
  const char* why = "";   ///< a rule that was broken outright, if one was
  explicit operator bool() const noexcept { return linearizable; }
};

/// Checks histories one after another, reusing its memory.
class small_checker {
 public:
  /// Whether each key's history is linearizable.
  [[nodiscard]] verdict check(const small_history&);
};

}  // namespace proptest
