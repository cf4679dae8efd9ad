// SPDX-License-Identifier: BSL-1.0
// What a guard costs by itself: threads enter and leave one that protects nothing. An empty loop of the same shape is
// timed before, and its time subtracted; both announce quiescent states as the other workloads do. What an announcement
// costs, which is where QSBR pays, is timed in the same way.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <optional>

#include "../cells.hpp"
#include "tally.hpp"

namespace bench {

template <shows_its_reclaimer Map>
class guard_cell : public cell {
 public:
  guard_cell(const requested_cell& c, const settings& s)
      : cell(std::string(c.workload), s.entries, c.threads), map_(0), seconds_(s.seconds), times_(c.threads) {}

  void prepare(std::size_t thread) override {
    times_[thread].loop = time([](auto&) {});
    times_[thread].announcement = time([](auto& session) { session.quiescent(); });
  }

  void work(std::size_t thread) override {
    times_[thread].guard = time([](auto& session) {
      [[maybe_unused]] const auto inside = session.enter();
      benchmark::ClobberMemory();  // or the compiler leaves at once what it would enter again
    });
  }

  outcome conclude() override {
    outcome result{0, map_.describe(), {}};
    const auto nanoseconds = [&](timed times::*which) {
      timed sum;
      for (const times& t : times_) {
        sum.operations += (t.*which).operations;
        sum.seconds += (t.*which).seconds;
      }
      return sum.seconds * 1e9 / static_cast<double>(sum.operations);
    };
    const double loop = nanoseconds(&times::loop);
    for (const times& t : times_) result.operations += t.guard.operations;
    result.figures["loop_nanoseconds"] = loop;
    result.figures["guard_nanoseconds"] = nanoseconds(&times::guard) - loop;
    result.figures["announcement_nanoseconds"] = nanoseconds(&times::announcement) - loop;
    return result;
  }

 private:
  struct timed {
    std::uint64_t operations = 0;
    double seconds = 0;
  };
  struct alignas(64) times {
    timed loop, announcement, guard;
  };

  template <class Operation>
  timed time(Operation operation) {
    using clock = std::chrono::steady_clock;
    typename Map::session session(map_);
    const auto begin = clock::now();
    const auto operations = repeat_for(seconds_, session, [&] {
      operation(session);
      benchmark::ClobberMemory();
    });
    return {operations, std::chrono::duration<double>(clock::now() - begin).count()};
  }

  Map map_;
  double seconds_;
  std::vector<times> times_;
};

template <class Map>
cells guard_cells(const settings&) {
  throw std::runtime_error("the reclaimer of this map cannot be seen");
}

template <shows_its_reclaimer Map>
cells guard_cells(const settings& s) {
  return one_for_each<guard_cell<Map>>(s);
}

}  // namespace bench
