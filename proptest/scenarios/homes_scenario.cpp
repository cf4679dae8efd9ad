// SPDX-License-Identifier: BSL-1.0
#include "scenarios/pool_scenario.hpp"

#include <wane/impl/node.hpp>
#include <wane/impl/pool.hpp>

#include <cstdint>

#include "explorer/environment.hpp"

namespace proptest {

namespace {

using wane::impl::handle;
using wane::impl::slot_cache;

/// Two threads, entries of one hash.
class homes_scenario final : public explorer::scenario {
  using node = wane::impl::node<std::uint64_t, std::uint64_t, wane::hash<std::uint64_t>, explorer::environment>;
  static constexpr std::uint64_t hash = std::uint64_t{3} << 62;

 public:
  [[nodiscard]] unsigned threads() const override { return 2; }

  void run(unsigned thread) override {
    const handle stays = put(thread);
    take_out(thread, put(thread));
    take_out(thread, stays);
  }

  void finish() override {
    std::uint32_t vacant = 0;
    pool_.for_each_unheld([&](handle h) {
      ++vacant;
      if (!pool_[h].life.peek().is_dead())
        explorer::engine::current().fail(explorer::verdict::wrong_structure, "I6: a vacant slot is not DEAD");
    });
    // All but null's.
    if (vacant != pool_.blocks() * wane::impl::block_slots - 1)
      explorer::engine::current().fail(explorer::verdict::wrong_structure, "a slot is lost");
  }

 private:
  handle put(unsigned thread) {
    const handle h = pool_.allocate(caches_[thread], hash);
    pool_[h].construct(hash, thread, thread);
    return h;
  }
  void take_out(unsigned thread, handle h) {
    pool_[h].destroy();
    pool_.release(caches_[thread], h);
  }

  explorer::pages::pieces pieces_;
  explorer::pages pages_{&pieces_};
  wane::impl::pool<node, explorer::environment, explorer::pages> pool_{pages_, false, 1, true};
  slot_cache caches_[2];
};

}  // namespace

explorer::scenario* make_homes_scenario() { return new homes_scenario; }

}  // namespace proptest
