// SPDX-License-Identifier: BSL-1.0
#include "scenarios/ahead_scenario.hpp"

#include <cstddef>
#include <cstdint>

#include "scenarios/map_program.hpp"

namespace proptest {

namespace {

struct ahead_policy : explored_policy<explorer::epoch, ladder, nanoseconds> {
  using listener = wane::no_listener;
};
/// What a sweeper knows of a map.
using core = wane::impl::map_core<std::uint64_t, std::uint64_t, ahead_policy>;

class ahead_scenario final : public explorer::scenario {
 public:
  ahead_scenario()
      : core_({.growth = false, .minimum_buckets = smallest},
              {.clock = clock_, .pages = {&pieces_}, .domain = &domain_}) {
    core_.prepare();  // remembers the table as it is
    core_.reserve(2 * smallest);
  }
  [[nodiscard]] unsigned threads() const override { return 2; }

  void run(unsigned thread) override {
    if (thread != 0) return core_.shrink_to_fit();
    insert(1);  // takes a block
    core_.prepare();
  }
  void finish() override {
    if (core_.entries().table().size() != smallest)
      engine::current().fail(fault::wrong_structure, "the table has not shrunk");
  }

 private:
  /// Beyond the first level that has pages of its own.
  static constexpr std::size_t smallest = 64;

  void insert(std::uint64_t key) {
    core::operation op(core_.entries());
    core::prepared fresh(core_, op);
    const std::uint64_t hash = core_.hash_of(key);
    fresh.construct(hash, key, key);
    fresh.enliven(wane::impl::never);
    while (!core_.insert(op, core_.locate(op, hash, key), fresh)) {
    }
  }

  explorer::pages::pieces pieces_;
  explorer::clock clock_;
  explorer::epoch::domain domain_;
  core core_;
};

}  // namespace

explorer::scenario* make_ahead_scenario() { return new ahead_scenario; }

}  // namespace proptest
