// SPDX-License-Identifier: BSL-1.0
// What a stall of a given length does. Half of the time it is watched: has the word come back, by the end of the stall,
// to the value read before? In the other half a compare-and-swap from that value is carried out at the end: does it
// succeed, though the word has been changed thousands of times?
//
// The CAS writes the value it expects, so one that wrongly succeeds does not harm the stack. It succeeds only if the
// word holds the value at that very moment, once in some ten thousand times; so the stalled thread stands for many,
// which read one after another and wake one after another. Nobody watches then: to note a return takes time, in which
// the word would hold the value for longer than it does by itself.
#pragma once

#include <array>
#include <deque>

#include "stalled_cell.hpp"

namespace bench::tags {

template <tagged_word Word>
class stall_cell : public stalled_cell<Word> {
 public:
  stall_cell(const requested_cell& c, const settings& s) : stalled_cell<Word>(c, s), seconds_(s.seconds) {}

 protected:
  using seconds = std::chrono::duration<double>;

  void stall() override {
    for (length& l : lengths_) {
      const auto half = std::chrono::duration_cast<clock::duration>(seconds_ / lengths_.size() / 2);
      const auto end = clock::now() + half;
      do watched_stall(l);
      while (clock::now() < end);
      overlapping_stalls(l, clock::now() + half);
    }
  }

  void report(outcome& result) override {
    for (const length& l : lengths_) {
      const auto figure = [&](std::string_view what) -> double& {
        return result.figures[fmt::format("stall_{}_{}", l.name, what)];
      };
      figure("watched") = static_cast<double>(l.watched);
      figure("returned") = static_cast<double>(l.returned);
      figure("cas") = static_cast<double>(l.woken);
      figure("cas_wrongly_succeeded") = static_cast<double>(l.wrongly);
      figure("slept_seconds_median") = median(l.slept);
    }
  }

 private:
  static constexpr int reads_at_once = 32;  ///< so few that the others hardly feel it
  static constexpr auto between_reads = std::chrono::microseconds(50);

  struct length {
    std::string_view name;
    clock::duration time;
    std::uint64_t watched = 0, returned = 0;  ///< stalls, and those in which the value came back
    std::uint64_t woken = 0, wrongly = 0;     ///< compare-and-swaps, and those that wrongly succeeded
    std::vector<double> slept;                ///< a sleeper wakes late, the more so on a busy machine
  };

  /// One that has read and not yet woken.
  struct stalled {
    typename Word::value read;
    clock::time_point since;
    std::uint64_t changes;  ///< of the word until then
  };

  void watched_stall(length& l) {
    const auto& round = this->watch_.begin();
    std::this_thread::sleep_until(round.since + l.time);
    l.slept.push_back(seconds(clock::now() - round.since).count());
    const auto after = round.returned_after();
    ++l.watched;
    l.returned += after && *after <= l.time;
  }

  void overlapping_stalls(length& l, clock::time_point end) {
    std::deque<stalled> all;
    for (auto now = clock::now(); now < end || !all.empty(); now = clock::now()) {
      const auto changes = this->changes();
      for (; !all.empty() && all.front().since + l.time <= now; all.pop_front()) wake(l, all.front(), changes);
      for (int i = 0; now < end && i != reads_at_once; ++i) {
        const auto value = this->stack_.word().read();
        if (all.empty() || all.back().read != value) all.push_back({value, now, changes});
      }
      std::this_thread::sleep_for(between_reads);
    }
  }

  void wake(length& l, const stalled& s, std::uint64_t changes) {
    // If the others get no processor, the value is still there, and to find it is right. If it is back, they have made
    // as many changes as there are tags; how many they say they have made lags behind by much less than half of that.
    const bool changed = static_cast<double>(changes - s.changes) > std::ldexp(0.5, Word::tag_bits);
    auto expected = s.read;
    const bool succeeded = this->stack_.word().change(expected, s.read);
    ++l.woken;
    l.wrongly += succeeded && changed;
  }

  seconds seconds_;
  std::array<length, 4> lengths_{{{"0.1ms", std::chrono::microseconds(100), 0, 0, 0, 0, {}},
                                  {"1ms", std::chrono::milliseconds(1), 0, 0, 0, 0, {}},
                                  {"10ms", std::chrono::milliseconds(10), 0, 0, 0, 0, {}},
                                  {"100ms", std::chrono::milliseconds(100), 0, 0, 0, 0, {}}}};
};

}  // namespace bench::tags
