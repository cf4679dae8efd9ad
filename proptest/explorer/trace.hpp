// SPDX-License-Identifier: BSL-1.0
// A trace: what happened in one execution, a line an access, for a person to read.
//
//    41  T1  life of node 3      LIVE until 5 v2 -> DEAD expired v3      change (acq_rel)  state.hpp:92
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "memory_model.hpp"

namespace explorer {

class trace {
 public:
  enum class kind : std::uint8_t { load, store, modify, exchange_done, exchange_lost, fence };
  struct access {
    std::uint32_t step;
    unsigned thread;
    kind what;
    const cell* where;
    std::uint64_t before;
    std::uint64_t after;
    std::memory_order order;
    unsigned back;  // how many newer stores were passed over
    std::source_location site;
  };

  void add(const access& a) { lines_.push_back({a, {}}); }
  void note(std::uint32_t step, unsigned thread, std::string_view text) {
    lines_.push_back({{step, thread, kind::fence, nullptr, 0, 0, {}, 0, {}}, std::string(text)});
  }

  /// How words are called and their values spelt; whoever knows the program supplies better ones.
  struct names {
    std::function<std::string(const cell*, const std::source_location&)> location;
    std::function<std::string(const cell*, const std::source_location&, std::uint64_t)> value;
  };
  /// Prints the accesses to words that threads share, and the notes.
  void print(std::ostream& out, const names& n) const;
  /// Names for any program: an address in the world, or the expression at the site if its file can be read; numbers.
  [[nodiscard]] static names plain_names();

 private:
  struct line {
    access what;
    std::string text;
  };
  std::vector<line> lines_;
};

}  // namespace explorer
