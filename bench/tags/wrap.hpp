// SPDX-License-Identifier: BSL-1.0
// How long a tag lasts: the time from a read of the word until the word holds the same value again, round after round.
//
// That is a wrap of the tag where one thread hammers, since the same node is on top whenever the tag is the same. With
// more threads the nodes change places, and it can take several wraps until the tag comes back above the same node. A
// round that the end of the cell cuts off does not count.
#pragma once

#include "stalled_cell.hpp"

namespace bench::tags {

/// Lasts `seconds`; `tags_wrap_once` ends with the first return, if there is one by then.
template <tagged_word Word>
class wrap_cell : public stalled_cell<Word> {
 public:
  wrap_cell(const requested_cell& c, const settings& s)
      : stalled_cell<Word>(c, s), seconds_(s.seconds), once_(c.workload == "tags_wrap_once") {}

 protected:
  using seconds = std::chrono::duration<double>;

  void stall() override {
    // The hammering threads take the time of a return, so how often this one looks only limits the rounds.
    constexpr auto between_looks = std::chrono::microseconds(200);
    const auto end = clock::now() + seconds_;
    const auto* round = &this->watch_.begin();
    while (clock::now() < end) {
      std::this_thread::sleep_for(between_looks);
      const auto after = round->returned_after();
      if (!after) continue;
      returns_.push_back(seconds(*after).count());
      if (once_) return;
      round = &this->watch_.begin();
    }
  }

  void report(outcome& result) override {
    result.figures["returns"] = static_cast<double>(returns_.size());
    result.labels["wrap"] = returns_.empty() ? "computed" : "measured";
    if (returns_.empty()) return;
    const auto [least, greatest] = std::ranges::minmax(returns_);
    result.figures["return_seconds_min"] = least;
    result.figures["return_seconds_median"] = median(returns_);
    result.figures["return_seconds_max"] = greatest;
  }

 private:
  seconds seconds_;
  bool once_;
  std::vector<double> returns_;
};

}  // namespace bench::tags
