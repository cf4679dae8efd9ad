// SPDX-License-Identifier: BSL-1.0
#include "scenarios/ibr_scenario.hpp"

#include <wane/impl/link.hpp>

#include <cstdint>

#include "explorer/environment.hpp"

namespace proptest {

namespace {

using environment = explorer::environment;
using ibr = wane::basic_ibr<environment>;
using wane::impl::link;

class ibr_scenario final : public explorer::scenario {
 public:
  ibr_scenario() {
    const ibr::guard first(domain_, 0);  // makes the threads' records
    before_.prepare(link::to_node(1));
  }
  [[nodiscard]] unsigned threads() const override { return 3; }

  void run(unsigned thread) override {
    switch (thread) {
      case 0: return take_away();
      case 1: read(); return read();
      default: (void)domain_.stamp(); (void)domain_.stamp();
    }
  }

 private:
  void take_away() {
    link l = before_.read();
    before_.change(l, l.pointing_to(link::end()));
    const wane::unlinked_node taken{&node_, born_, domain_.stamp()};
    bool held = false;
    domain_.scan([&](auto&& is_held) { held = held || is_held(taken); });
    if (held) return;
    environment::writing(&node_);
    node_ = 0;
  }
  void read() {
    const ibr::guard held(domain_, environment::thread_slot());
    const link l = before_.read();
    if (l.is_end() || !held.protect(before_, l, &node_)) return;
    environment::reading(&node_);
    if (node_ == 0)
      explorer::engine::current().fail(explorer::verdict::freed_in_guard, "a node is read that was freed");
  }

  ibr::domain domain_;
  const std::uint64_t born_ = domain_.era();
  wane::impl::link_word<environment> before_;  // what leads to the node
  int node_ = 1;                               // until it is freed
};

}  // namespace

explorer::scenario* make_ibr_scenario() { return new ibr_scenario; }

}  // namespace proptest
