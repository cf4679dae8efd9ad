// SPDX-License-Identifier: BSL-1.0
#include "scenarios/epoch_scenario.hpp"

#include <cstdint>

#include "explorer/environment.hpp"

namespace proptest {

namespace {

using environment = explorer::environment;
using epoch = wane::basic_epoch<environment>;

class epoch_scenario final : public explorer::scenario {
 public:
  epoch_scenario() {
    const epoch::guard first(domain_, 0);  // makes the threads' records
  }
  [[nodiscard]] unsigned threads() const override { return 3; }

  void run(unsigned thread) override {
    switch (thread) {
      case 0: return take_away();
      case 1: return read();
      default: domain_.advance(); domain_.advance();
    }
  }

 private:
  void take_away() {
    is_linked_.store(false, std::memory_order_relaxed);
    const std::uint64_t stamp = domain_.stamp();
    domain_.advance();
    if (!domain_.passed(stamp)) return;
    environment::writing(&node_);
    node_ = 0;
  }
  void read() {
    const epoch::guard held(domain_, environment::thread_slot());
    if (!is_linked_.load(std::memory_order_relaxed)) return;
    environment::reading(&node_);
    if (node_ == 0)
      explorer::engine::current().fail(explorer::verdict::freed_in_guard, "a node is read that was freed");
  }

  epoch::domain domain_;
  explorer::atomic<bool> is_linked_{true};
  int node_ = 1;  // until it is freed
};

}  // namespace

explorer::scenario* make_epoch_scenario() { return new epoch_scenario; }

}  // namespace proptest
