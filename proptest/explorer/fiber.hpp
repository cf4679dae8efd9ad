// SPDX-License-Identifier: BSL-1.0
// Fibers: the threads of an explored program, on stacks of their own, switched by hand in a few nanoseconds.
#pragma once

#include <cstddef>

namespace explorer {

class fiber {
 public:
  using body = void (*)(unsigned number);
  static constexpr std::size_t stack_bytes = std::size_t{256} << 10;

  fiber() = default;
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;
  ~fiber();

  /// Makes the next switch to this fiber call run(number), which must never return. Whatever it was doing is forgotten,
  /// not unwound. Throws std::bad_alloc when there is no memory for its stack.
  void prepare(body run, unsigned number);

  /// Leaves `from`, which goes on where it was when somebody switches to it, for `to`. An exception being handled stays
  /// with the fiber that handles it.
  static void change(fiber& from, fiber& to) noexcept;

 private:
  void* stack_pointer_ = nullptr;
  void* stack_ = nullptr;
  // The C++ runtime's account of caught and uncaught exceptions.
  void* caught_ = nullptr;
  unsigned uncaught_ = 0;
};

}  // namespace explorer
