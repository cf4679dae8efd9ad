// SPDX-License-Identifier: BSL-1.0
// Counters: every increment counts, in one window.
#include <wane/lifecycle/counter.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "lifecycles/timed.hpp"
#include "support/harness.hpp"
#include "support/relaxed.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;

namespace {

/// Adds up what the windows came to.
struct totals {
  relaxed<std::uint64_t>* sum;
  void operator()(int, const wane::counter& window, wane::cause) const noexcept { *sum += window.close().value(); }
};
/// A clock that lets the test do something at the moment in which a call has loaded an entry's state and goes on to use
/// it.
struct interrupting_clock : wane::manual_clock {
  std::shared_ptr<std::function<void()>> meanwhile = std::make_shared<std::function<void()>>();
  [[nodiscard]] time_point now() const {
    const auto sample = wane::manual_clock::now();
    if (*meanwhile) (*meanwhile)();
    return sample;
  }
};
template <class R>
struct interrupted : timed<R, int, totals> {
  using clock = interrupting_clock;
};
template <class R>
using map_of = wane::map<int, wane::counter, interrupted<R>>;

template <class R>
void a_window_begins_with_the_first_increment() {
  const attendance<R> present;
  interrupting_clock clock;
  relaxed<std::uint64_t> told{0};
  map_of<R> map({}, {.clock = clock, .listener = {&told}});
  EXPECT(wane::increment(map, 1, 1, 1s) == 1 && wane::increment(map, 1, 4, 1s) == 5, "counted wrongly");
  clock.advance(900ms);
  EXPECT(wane::increment(map, 1, 1, 1s) == 6 && map.find(1)->count() == 6, "the window is over too early");
  clock.advance(200ms);
  EXPECT(!map.contains(1), "an increment has made the window longer");
  EXPECT(wane::increment(map, 1, 2, 1s) == 2 && told == 6, "the new window begins with " << map.find(1)->count());
}

/// The window ends while an increment is under way: what its listener was told stays, and the increment is in the next.
template <class R>
void an_increment_that_comes_too_late_counts_in_the_next_window() {
  const attendance<R> present;
  interrupting_clock clock;
  relaxed<std::uint64_t> told{0};
  map_of<R> map({}, {.clock = clock, .listener = {&told}});
  wane::increment(map, 1, 5, 1s);
  bool is_interrupted = false;
  *clock.meanwhile = [&] {
    if (!std::exchange(is_interrupted, true)) map.erase(1);
  };
  EXPECT(wane::increment(map, 1, 1, 1s) == 1, "it was counted in a window that is over");
  EXPECT(told == 5 && map.contains(1) && map.find(1)->count() == 1, "told " << told);
}

void a_closed_counter_refuses() {
  const wane::counter c(2);
  EXPECT(c.add(3) == 5u && c.close() == 5u, "counted wrongly");
  EXPECT(!c.add(1) && !c.close(), "closed, and counts");
}

/// Increments race with the ends of their windows, of all causes: in the end none is missing, and none counted twice.
template <class R>
void every_increment_is_in_one_window() {
  constexpr std::uint64_t each = 20'000;
  constexpr unsigned threads = 3;
  for (rounds r; r.go_on();) {
    relaxed<std::uint64_t> told{0};
    std::uint64_t left = 0;
    {
      interrupting_clock clock;
      map_of<R> map({}, {.clock = clock, .listener = {&told}});
      // Or a thread would hardly ever be interrupted just there.
      *clock.meanwhile = [] {
        static thread_local unsigned samples = 0;
        if (++samples % 16 == 0) std::this_thread::yield();
      };
      relaxed<unsigned> counting{threads};
      together(threads + 1, [&](unsigned i) {
        const attendance<R> here;
        random_source random(r.number() * 10 + i);
        if (i < threads) {
          for (std::uint64_t n = 0; n < each; ++n, here.quiescent())
            wane::increment(map, static_cast<int>(random.below(2)), 1, 2ms);
          --counting;
          return;
        }
        for (; counting != 0; here.quiescent()) {
          clock.advance(1ms);
          random.once_in(2) ? (void)map.sweep_some() : (void)map.erase(static_cast<int>(random.below(2)));
          if (random.once_in(4)) map.insert_or_assign(0, wane::counter(), 2ms);
        }
      });
      const attendance<R> present;
      map.for_each([&](int, const wane::counter& c) { left += c.count(); });
      EXPECT(told + left == threads * each, told << " told and " << left << " left of " << threads * each);
    }
    EXPECT(told == threads * each, told << " told of " << threads * each);
  }
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  for_each_reclaimer<lifecycle_reclaimers>("a_window_begins_with_the_first_increment", [&]<class R>(const auto& name) {
    tests.test(name, a_window_begins_with_the_first_increment<R>);
  });
  const std::string late = "an_increment_that_comes_too_late_counts_in_the_next_window";
  for_each_reclaimer<lifecycle_reclaimers>(late, [&]<class R>(const auto& name) {
    tests.test(name, an_increment_that_comes_too_late_counts_in_the_next_window<R>);
  });
  tests.test("a_closed_counter_refuses", a_closed_counter_refuses);
  for_each_reclaimer<lifecycle_reclaimers>("every_increment_is_in_one_window", [&]<class R>(const auto& name) {
    tests.test(name, every_increment_is_in_one_window<R>);
  });
  return tests.result();
}
