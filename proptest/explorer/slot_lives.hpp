// SPDX-License-Identifier: BSL-1.0
// The life of slots: allocated, retired once, reclaimed once, and not while a guard that might still use it lasts.
//
// A guard counts from the moment its entry is complete to the moment it begins to leave. If it was complete when a slot was
// retired and has not begun to leave when the slot is reclaimed, the reclaimer has failed, whether or not that thread
// goes on to touch the slot in this execution.
#pragma once

#include <array>
#include <cstdint>

#include "engine.hpp"
#include "execution_table.hpp"

namespace explorer {

class slot_lives {
 public:
  void guard_entered(engine& e) noexcept {
    guard& g = guard_of(e);
    if (g.depth++ == 0) ++g.number;
  }
  void guard_leaving(engine& e) noexcept { --guard_of(e).depth; }

  void allocated(engine& e, const void* slot) {
    life& l = slots_.at(e, slot);
    if (l.is == state::retired) e.fail(verdict::slot_misused, "a slot is handed out that is retired and not reclaimed");
    if (l.is == state::allocated) e.fail(verdict::slot_misused, "a slot is handed out twice");
    l.is = state::allocated;
  }
  void retired(engine& e, const void* slot) {
    life& l = slots_.at(e, slot);
    if (l.is == state::retired || l.is == state::reclaimed) e.fail(verdict::slot_misused, "a slot is retired twice");
    l.is = state::retired;
    for (unsigned t = 0; t < max_threads; ++t) {
      const guard& g = guards_[t];
      l.guards[t] = g.execution == e.execution() && g.depth != 0 ? g.number : 0;
    }
  }
  void reclaimed(engine& e, const void* slot) {
    life& l = slots_.at(e, slot);
    if (l.is == state::reclaimed) e.fail(verdict::slot_misused, "a slot is reclaimed twice");
    if (l.is == state::retired && e.is_concurrent())
      for (unsigned t = 0; t < max_threads; ++t)
        if (l.guards[t] != 0 && guards_[t].depth != 0 && guards_[t].number == l.guards[t])
          e.fail(verdict::freed_in_guard, "a slot is reclaimed while thread " + std::to_string(t) +
                                              " is in a guard that began before it was retired");
    l.is = state::reclaimed;
  }

 private:
  enum class state : std::uint8_t { unknown, allocated, retired, reclaimed };
  struct guard {
    std::uint32_t execution = 0;
    std::uint32_t number = 0;
    unsigned depth = 0;
  };
  struct life {
    state is = state::unknown;  // as set-up has left it
    std::array<std::uint32_t, max_threads> guards{};
  };

  guard& guard_of(engine& e) noexcept {
    guard& g = guards_[e.thread()];
    if (g.execution != e.execution()) g = {e.execution(), 0, 0};
    return g;
  }

  std::array<guard, max_threads> guards_;
  execution_table<life> slots_;
};

}  // namespace explorer
