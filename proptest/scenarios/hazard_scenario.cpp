// SPDX-License-Identifier: BSL-1.0
#include "scenarios/hazard_scenario.hpp"

#include <wane/impl/link.hpp>

#include <bitset>

#include "explorer/environment.hpp"

namespace proptest {

namespace {

using environment = explorer::environment;
using hazard = wane::basic_hazard<environment>;
using wane::impl::link;

class hazard_scenario final : public explorer::scenario {
 public:
  hazard_scenario() {
    for (node& n : nodes_) n.before.prepare(link::to_node(1));
  }
  [[nodiscard]] unsigned threads() const override { return 2; }

  void run(unsigned thread) override { thread == 0 ? read() : take_away(); }

 private:
  struct node {
    wane::impl::link_word<environment> before;  // what leads to it
    bool is_freed = false;
  };

  /// Makes the thread's second chunk of hazards.
  void read() {
    const hazard::guard held(domain_, 0);
    if (!protect(held, pinned_)) return;
    held.pin(&pinned_);
    if (!protect(held, kept_)) return;
    held.keep(&kept_);
    if (!protect(held, last_)) return;
    use(pinned_);
    use(kept_);
    held.pin(&last_);
    held.forget();
    held.keep(&last_);
  }
  void take_away() {
    std::bitset<taken> held;
    for (std::size_t i = 0; i < taken; ++i) {
      link l = nodes_[i].before.read();
      nodes_[i].before.change(l, l.pointing_to(link::end()));
    }
    domain_.scan([&](auto&& is_held) {
      for (std::size_t i = 0; i < taken; ++i)
        if (is_held(wane::unlinked_node{&nodes_[i], 0, 0})) held.set(i);
    });
    for (std::size_t i = 0; i < taken; ++i) {
      if (held[i]) continue;
      environment::writing(&nodes_[i]);
      nodes_[i].is_freed = true;
    }
  }

  [[nodiscard]] static bool protect(const hazard::guard& held, const node& n) {
    const link l = n.before.read();
    return !l.is_end() && held.protect(n.before, l, &n);
  }
  static void use(const node& n) {
    environment::reading(&n);
    if (n.is_freed)
      explorer::engine::current().fail(explorer::verdict::freed_in_guard, "a node is read that was freed");
  }

  static constexpr std::size_t taken = 2;
  hazard::domain domain_;
  // After four guards the first chunk is used up.
  hazard::guard outer_[4]{{domain_, 0}, {domain_, 0}, {domain_, 0}, {domain_, 0}};
  node nodes_[3];
  node &pinned_ = nodes_[0], &kept_ = nodes_[1], &last_ = nodes_[2];
};

}  // namespace

explorer::scenario* make_hazard_scenario() { return new hazard_scenario; }

}  // namespace proptest
