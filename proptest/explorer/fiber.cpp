// SPDX-License-Identifier: BSL-1.0
#include "fiber.hpp"

#include <sys/mman.h>

#include <cxxabi.h>

#include <cstdint>
#include <new>

#ifndef __x86_64__
#error "the explorer switches fibers by hand; this file knows x86-64 only"
#endif

// Saves what the System V ABI says a callee preserves, and the stack pointer. The floating-point control words are the
// same everywhere here.
extern "C" void explorer_change_stack(void** save, void* load) noexcept;
asm(R"(
.text
.globl explorer_change_stack
.type explorer_change_stack, @function
explorer_change_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size explorer_change_stack, .-explorer_change_stack

.globl explorer_start_fiber
.type explorer_start_fiber, @function
explorer_start_fiber:
  movq %r12, %rdi
  callq *%r13
  ud2
.size explorer_start_fiber, .-explorer_start_fiber
)");
extern "C" void explorer_start_fiber() noexcept;

namespace explorer {

namespace {

/// As laid out by the Itanium C++ ABI, section 2.2.2.
struct exception_globals {
  void* caught;
  unsigned uncaught;
};

}  // namespace

void fiber::prepare(body run, unsigned number) {
  if (stack_ == nullptr) {
    void* const memory =
        mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    mprotect(memory, 4096, PROT_NONE);  // so that an overflow is a fault
    stack_ = memory;
  }
  // From the top: a null return address for unwinders, the start routine, and the registers that it is popped with.
  auto* top = reinterpret_cast<void**>(static_cast<std::byte*>(stack_) + stack_bytes);
  *--top = nullptr;
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(&explorer_start_fiber);
  *--top = nullptr;                                          // rbp
  *--top = nullptr;                                          // rbx
  *--top = reinterpret_cast<void*>(std::uintptr_t{number});  // r12
  *--top = reinterpret_cast<void*>(run);                     // r13
  *--top = nullptr;                                          // r14
  *--top = nullptr;                                          // r15
  stack_pointer_ = top;
  caught_ = nullptr;
  uncaught_ = 0;
}

void fiber::change(fiber& from, fiber& to) noexcept {
  auto* const globals = reinterpret_cast<exception_globals*>(abi::__cxa_get_globals());
  from.caught_ = globals->caught;
  from.uncaught_ = globals->uncaught;
  globals->caught = to.caught_;
  globals->uncaught = to.uncaught_;
  explorer_change_stack(&from.stack_pointer_, to.stack_pointer_);
}

fiber::~fiber() {
  if (stack_ != nullptr) munmap(stack_, stack_bytes);
}

}  // namespace explorer
