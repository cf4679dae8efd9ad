// SPDX-License-Identifier: BSL-1.0
// What a word costs: threads pop and push for a given time.
#pragma once

#include "hammer_cell.hpp"

namespace bench::tags {

template <tagged_word Word>
class cost_cell : public hammer_cell<Word> {
 public:
  cost_cell(const requested_cell& c, const settings& s)
      : hammer_cell<Word>(c, s), length_(std::chrono::duration_cast<clock::duration>(seconds(s.seconds))) {}

  void prepare(std::size_t) override { run(length_ / warmup_share); }
  void work(std::size_t thread) override { this->efforts_[thread] = run(length_); }

 private:
  using seconds = std::chrono::duration<double>;
  static constexpr int warmup_share = 10;  ///< a tenth of the measured time

  effort run(clock::duration length) {
    unwatched nobody;
    const auto end = clock::now() + length;
    return hammer(this->stack_, nobody, [end](const effort&) { return clock::now() >= end; });
  }

  clock::duration length_;
};

}  // namespace bench::tags
