// SPDX-License-Identifier: BSL-1.0
#include "scenarios/versioned_scenario.hpp"

#include "explorer/environment.hpp"

namespace proptest {

namespace {

using environment = explorer::environment;
using versioned = wane::basic_versioned<environment>;

class versioned_scenario final : public explorer::scenario {
 public:
  versioned_scenario() {
    const versioned::guard first(domain_, 0);  // makes the threads' records
    domain_.advance();                         // for the first passage
  }
  [[nodiscard]] unsigned threads() const override { return 3; }

  void run(unsigned thread) override { thread == 0 ? look() : pass(); }

 private:
  void look() {
    const versioned::guard held(domain_, 0);
    const unsigned before = passages_.load(std::memory_order_acquire);
    const unsigned after = passages_.load(std::memory_order_acquire);
    // A third would be the one that papers/decisions/0006-counters-do-not-come-round.md rules out.
    if (after > before + 2)
      explorer::engine::current().fail(explorer::verdict::wrong_result, "a link comes round inside a guard");
  }
  void pass() {
    for (int times = 0; times < 2; ++times) {
      change();
      domain_.advance();
      domain_.advance();
    }
  }
  void change() {
    const versioned::guard held(domain_, environment::thread_slot());
    unsigned expected = passages_.load(std::memory_order_acquire);
    if (domain_.may_pass())
      passages_.compare_exchange_strong(expected, expected + 1, std::memory_order_release, std::memory_order_relaxed);
  }

  versioned::domain domain_;
  explorer::atomic<unsigned> passages_{0};  // stands for the link: the quarter that its tag is in
};

}  // namespace

explorer::scenario* make_versioned_scenario() { return new versioned_scenario; }

}  // namespace proptest
