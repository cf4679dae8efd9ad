// SPDX-License-Identifier: BSL-1.0
// The engine on a Treiber stack: what it finds, how fast it goes, and that a schedule written down replays.
#include <array>
#include <iostream>
#include <sstream>

#include "environment.hpp"
#include "support/harness.hpp"

using namespace proptest;

namespace {

/// A stack of four nodes by index; the head carries a tag, or not.
template <bool Tagged>
class stack_scenario final : public explorer::scenario {
 public:
  explicit stack_scenario(unsigned threads) : threads_(threads) {
    for (std::uint64_t n = 1; n <= 3; ++n) push(n);
  }
  [[nodiscard]] unsigned threads() const override { return threads_; }
  void run(unsigned thread) override {
    if (thread == 0) {
      popped_[0] = pop();
    } else {
      const std::uint64_t first = pop(), second = pop();
      popped_[1] = second;
      push(first);  // the head is what it was, and what follows is not
    }
  }
  void finish() override {
    unsigned times[4]{};
    for (const std::uint64_t n : popped_) ++times[n];
    for (std::uint64_t n = pop(); n != 0; n = pop())
      if (++times[n] > 1) return explorer::engine::current().fail(explorer::verdict::wrong_result, "a node twice");
    for (unsigned n = 1; n < 4; ++n)
      if (times[n] != 1 && threads_ == 2)
        return explorer::engine::current().fail(explorer::verdict::wrong_result, "a node is lost");
  }

 private:
  static constexpr std::uint64_t index = 0xFF;
  std::uint64_t retagged(std::uint64_t head, std::uint64_t n) { return Tagged ? (head & ~index) + 0x100 + n : n; }
  void push(std::uint64_t n) {
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    do next_[n].store(head & index, std::memory_order_relaxed);
    while (
        !head_.compare_exchange_strong(head, retagged(head, n), std::memory_order_release, std::memory_order_relaxed));
  }
  std::uint64_t pop() {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    while ((head & index) != 0) {
      const std::uint64_t next = next_[head & index].load(std::memory_order_relaxed);
      if (head_.compare_exchange_strong(head, retagged(head, next), std::memory_order_acquire,
                                        std::memory_order_acquire))
        return head & index;
    }
    return 0;
  }

  unsigned threads_;
  explorer::atomic<std::uint64_t> head_{0};
  explorer::atomic<std::uint64_t> next_[4]{};
  std::array<std::uint64_t, 2> popped_{};
};

/// One thread writes a message and raises a flag; the other reads the message when it sees the flag.
template <std::memory_order Store>
class flag_scenario final : public explorer::scenario {
 public:
  [[nodiscard]] unsigned threads() const override { return 2; }
  void run(unsigned thread) override {
    if (thread == 0) {
      explorer::environment::writing(&message_);
      flag_.store(true, Store);
    } else if (flag_.load(std::memory_order_acquire)) {
      explorer::environment::reading(&message_);
    }
  }

 private:
  explorer::atomic<bool> flag_{false};
  int message_ = 0;
};

/// Two threads that wait for each other, having said that they are here, or not.
class waiting_scenario final : public explorer::scenario {
 public:
  explicit waiting_scenario(bool late) : late_(late) {}
  [[nodiscard]] unsigned threads() const override { return 2; }
  void run(unsigned thread) override {
    if (!late_) here_[thread].store(true, std::memory_order_release);
    while (!here_[1 - thread].load(std::memory_order_acquire)) explorer::environment::yield();
    if (late_) here_[thread].store(true, std::memory_order_release);
  }

 private:
  bool late_;
  explorer::atomic<bool> here_[2]{};
};

template <class Scenario, class... Args>
explorer::report explore(explorer::strategy& how, const explorer::limits& until, Args... args) {
  explorer::engine e;
  e.set_up([&] { return new Scenario(args...); });
  return e.explore(how, until);
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("an untagged stack loses or repeats a node, and the schedule replays", [] {
    explorer::engine e;
    e.set_up([] { return new stack_scenario<false>(2); });
    explorer::exhaustive two(2, 0);
    const auto r = e.explore(two);
    EXPECT(r.failure.kind == explorer::verdict::wrong_result, "not found in " << r.schedules << " schedules");
    const std::string text = explorer::to_string(r.schedule);
    const auto again = e.run(explorer::parse_schedule(text));
    EXPECT(again.failure.kind == r.failure.kind && again.failure.what == r.failure.what, "no replay of " << text);
    EXPECT(e.minimise(r.schedule, r.failure.kind).size() <= 2, "two preemptions are enough");
    explorer::trace told;
    (void)e.run(r.schedule, &told);
    std::ostringstream out;
    told.print(out, explorer::trace::plain_names());
    EXPECT(out.str().find("(CAS)") != std::string::npos, out.str());
  });
  tests.test("so it does under every strategy", [] {
    explorer::random_walk random(seed(), 0);
    EXPECT(explore<stack_scenario<false>>(random, {.schedules = 100'000}, 2u).failure.kind != explorer::verdict::clean,
           "random");
    explorer::pct pct(seed(), 3, 0);
    EXPECT(explore<stack_scenario<false>>(pct, {.schedules = 100'000}, 2u).failure.kind != explorer::verdict::clean,
           "PCT");
  });
  tests.test("a tagged stack does not, in any schedule", [] {
    explorer::exhaustive all(100, 2);
    const auto r = explore<stack_scenario<true>>(all, {}, 2u);
    EXPECT(r.complete && r.failure.kind == explorer::verdict::clean, r.failure.what);
  });
  tests.test("a relaxed flag is a race, whichever thread comes first; a released one is not", [] {
    explorer::exhaustive relaxed(2, 0), released(2, 2);
    EXPECT(explore<flag_scenario<std::memory_order_relaxed>>(relaxed, {}).failure.kind == explorer::verdict::race, "");
    const auto r = explore<flag_scenario<std::memory_order_release>>(released, {});
    EXPECT(r.complete && r.failure.kind == explorer::verdict::clean, r.failure.what);
  });
  tests.test("waiting is no crime, waiting for ever is", [] {
    explorer::exhaustive one(2, 0), two(2, 0);
    const auto met = explore<waiting_scenario>(one, {.steps = 200}, false);
    EXPECT(met.complete && met.failure.kind == explorer::verdict::clean, met.failure.what);
    const auto crossed = explore<waiting_scenario>(two, {.steps = 200}, true);
    EXPECT(crossed.failure.kind == explorer::verdict::stuck, explorer::name_of(crossed.failure.kind));
  });
  tests.test("a schedule that is none is refused with the place", [] {
    for (const char* const bad : {"x", "12", "12>", "12?1", "12>1 3>0"}) {
      bool refused = false;
      try {
        (void)explorer::parse_schedule(bad);
      } catch (const std::invalid_argument&) {
        refused = true;
      }
      EXPECT(refused, bad);
    }
    const explorer::schedule s = explorer::parse_schedule(" 12>1  30~2 ");
    EXPECT(explorer::to_string(s) == "12>1 30~2", explorer::to_string(s));
  });
  tests.test("how fast it goes", [] {
    for (const unsigned stale : {0u, 2u}) {
      explorer::exhaustive all(100, stale);
      const auto r = explore<stack_scenario<true>>(all, {.schedules = 10'000}, 2u);
      EXPECT(r.complete, "these are not all");
      std::cerr << "  tagged stack, two threads, " << (stale == 0 ? "interleavings" : "relaxed memory") << ": "
                << r.schedules << " schedules, "
                << static_cast<std::uint64_t>(static_cast<double>(r.schedules) / r.seconds) << " a second"
                << "\ncounted a tagged stack, two threads" << (stale == 0 ? "" : ", relaxed memory")
                << ": programs=1 explorations=1 complete=" << r.complete << " schedules=" << r.schedules
                << " steps=" << r.steps << " seconds=" << r.seconds << std::endl;
    }
  });
  return tests.result();
}
