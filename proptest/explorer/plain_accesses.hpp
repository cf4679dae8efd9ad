// SPDX-License-Identifier: BSL-1.0
// Races: two accesses to one plain object, one of them a write, neither of which happens before the other.
//
// By vector clocks: for each object the last write and, for each thread, its last read. An access is a race with an earlier
// one by thread t at clock c unless the accessing thread's clock of t has reached c. So a race is found in any execution in
// which both accesses occur, in whichever order they came.
#pragma once

#include <cstdint>

#include "engine.hpp"
#include "execution_table.hpp"

namespace explorer {

class plain_accesses {
 public:
  void read(engine& e, const void* object) {
    if (!e.is_concurrent()) return;
    history& h = objects_.at(e, object);
    const view& now = e.memory().view_of(e.thread());
    if (h.write_clock != 0 && now.clock[h.writer] < h.write_clock) report(e, "read", "write", h.writer);
    h.read_clock[e.thread()] = now.clock[e.thread()];
  }
  void write(engine& e, const void* object) {
    if (!e.is_concurrent()) return;
    history& h = objects_.at(e, object);
    const view& now = e.memory().view_of(e.thread());
    if (h.write_clock != 0 && now.clock[h.writer] < h.write_clock) report(e, "write", "write", h.writer);
    for (unsigned t = 0; t < e.threads(); ++t)
      if (h.read_clock[t] != 0 && now.clock[t] < h.read_clock[t]) report(e, "write", "read", t);
    h.writer = e.thread();
    h.write_clock = now.clock[e.thread()];
  }

 private:
  struct history {
    unsigned writer = 0;
    std::uint32_t write_clock = 0;
    std::uint32_t read_clock[max_threads]{};
  };

  static void report(engine& e, const char* what, const char* against, unsigned other) {
    e.fail(verdict::race, std::string("a ") + what + " of a key or value by thread " + std::to_string(e.thread()) +
                              " is unordered with a " + against + " by thread " + std::to_string(other));
  }

  execution_table<history> objects_;
};

}  // namespace explorer
