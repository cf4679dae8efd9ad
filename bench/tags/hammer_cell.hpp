// SPDX-License-Identifier: BSL-1.0
// What the cells of the tag study share: threads that hammer one word, and what can be said when they have stopped.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "../cell.hpp"
#include "../settings.hpp"
#include "stack.hpp"

namespace bench::tags {

/// Stands for a cell that this machine cannot run.
class unavailable_cell : public cell {
 public:
  unavailable_cell(const requested_cell& c, const settings& s, std::string_view why)
      : cell(std::string(c.workload), s.entries, c.threads), why_(why) {}

  void work(std::size_t) override {}
  outcome conclude() override { throw unavailable(why_); }

 private:
  std::string why_;
};

/// The entries of the settings are the nodes on the stack.
template <tagged_word Word>
class hammer_cell : public cell {
 public:
  hammer_cell(const requested_cell& c, const settings& s)
      : cell(std::string(c.workload), s.entries, c.threads), stack_(s.entries), efforts_(c.threads) {
    // Each thread holds a node at times. With fewer nodes some would find the stack empty and do other work.
    if (s.entries < c.threads) throw std::runtime_error(fmt::format("{} threads need as many entries", c.threads));
  }

  outcome conclude() override {
    effort all = efforts_.front();
    for (std::size_t t = 1; t != efforts_.size(); ++t) {
      const effort& e = efforts_[t];
      all.pairs += e.pairs;
      all.changes += e.changes;
      all.refused += e.refused;
      all.begin = std::min(all.begin, e.begin);
      all.end = std::max(all.end, e.end);
    }
    const double changes = static_cast<double>(all.changes), refused = static_cast<double>(all.refused);
    const double rate = changes / std::chrono::duration<double>(all.end - all.begin).count();
    const double different_tags = std::ldexp(1.0, Word::tag_bits);
    const bool broken = !stack_.is_whole();
    // Before the tag has wrapped no value can return, and ABA is no excuse.
    check(!broken || changes >= different_tags, "nodes were lost or doubled before the tag could wrap");

    outcome result{all.pairs, {}, {}};
    result.figures["tag_bits"] = Word::tag_bits;
    result.figures["changes_per_second"] = rate;
    result.figures["refused_ratio"] = refused / (changes + refused);
    result.figures["wrap_seconds_computed"] = different_tags / rate;
    result.figures["broken"] = broken;
    return result;
  }

 protected:
  stack<Word> stack_;
  std::vector<effort> efforts_;
};

}  // namespace bench::tags
