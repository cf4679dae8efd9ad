// SPDX-License-Identifier: BSL-1.0
// Turns a signal or a failed assert of the code under test into a verdict.
#pragma once

namespace explorer {

/// From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT end the execution under way, not the process; so does assert().
void catch_crashes();

}  // namespace explorer
