// SPDX-License-Identifier: BSL-1.0
// What an execution can be found guilty of.
#pragma once

#include <cstdint>
#include <string>

namespace explorer {

enum class verdict : std::uint8_t {
  clean,
  race,              ///< two plain accesses, one of them a write, unordered; or an object reached before it was made
  freed_in_guard,    ///< a slot reclaimed while a guard that began before its retirement lasts
  slot_misused,      ///< retired twice, reclaimed twice, handed out while in use
  invariant,         ///< a word changed as it must not (I1, I3, I4, I5)
  not_linearizable,  ///< results that no order of the operations explains
  wrong_events,      ///< a removal event missing, repeated, early, or with the wrong cause (G5)
  wrong_structure,   ///< what check() reports when all is quiet
  wrong_result,      ///< an expectation of the scenario itself
  stuck,             ///< no end in sight: a lock, a lost wake-up, a livelock
  assertion,         ///< an assert of the code under test
  exception,         ///< one that no operation documents
  crash,             ///< a signal
};

[[nodiscard]] constexpr const char* name_of(verdict v) noexcept {
  switch (v) {
    case verdict::clean: return "clean";
    case verdict::race: return "race";
    case verdict::freed_in_guard: return "freed-in-guard";
    case verdict::slot_misused: return "slot-misused";
    case verdict::invariant: return "invariant";
    case verdict::not_linearizable: return "not-linearizable";
    case verdict::wrong_events: return "wrong-events";
    case verdict::wrong_structure: return "wrong-structure";
    case verdict::wrong_result: return "wrong-result";
    case verdict::stuck: return "stuck";
    case verdict::assertion: return "assertion";
    case verdict::exception: return "exception";
    case verdict::crash: return "crash";
  }
  return "?";
}

struct failure {
  verdict kind = verdict::clean;
  std::string what;
};

}  // namespace explorer
