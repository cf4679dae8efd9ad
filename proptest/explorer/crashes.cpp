// SPDX-License-Identifier: BSL-1.0
#include "crashes.hpp"

#include <array>
#include <csignal>
#include <string>

#include "engine.hpp"

namespace explorer {

namespace {

void on_signal(int signal) { engine::current().crash(signal); }

}  // namespace

void catch_crashes() {
  // Fibers overflow their stacks, too.
  static std::array<char, 1 << 16> stack;
  const stack_t on{.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
  sigaltstack(&on, nullptr);
  struct sigaction action {};
  action.sa_handler = on_signal;
  // The handler does not return, so the signal must not stay blocked.
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigaction(signal, &action, nullptr);
}

}  // namespace explorer

/// What assert() calls, in place of the C library's.
extern "C" void __assert_fail(const char* expression, const char* file, unsigned line, const char*) noexcept {
  explorer::engine::current().fail(explorer::verdict::assertion,
                                   std::string(expression) + " (" + file + ":" + std::to_string(line) + ")");
  __builtin_unreachable();
}
