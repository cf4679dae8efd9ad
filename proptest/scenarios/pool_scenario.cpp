// SPDX-License-Identifier: BSL-1.0
#include "scenarios/pool_scenario.hpp"

#include <wane/impl/node.hpp>
#include <wane/impl/pool.hpp>

#include <cstdint>
#include <vector>

#include "explorer/environment.hpp"

namespace proptest {

namespace {

using wane::impl::handle;
using wane::impl::slot_cache;

class pool_scenario final : public explorer::scenario {
  using node = wane::impl::node<std::uint64_t, std::uint64_t, wane::hash<std::uint64_t>, explorer::environment>;
  using pool = wane::impl::pool<node, explorer::environment, explorer::pages>;
  static constexpr std::uint32_t chain = pool::chain_length;

 public:
  explicit pool_scenario(unsigned threads) : threads_(threads) {
    // Of five chains that are released the first three come to lie on the stack, the third on top.
    const std::vector<handle> five = take(other_, 5 * chain);
    held_ = take(filler_, chain + 2);
    for (const handle h : five) pool_.release(other_, h);
  }
  [[nodiscard]] unsigned threads() const override { return threads_; }

  void run(unsigned thread) override {
    if (threads_ == 1) return go_around();
    if (thread == 0) {
      take(mine_[0], chain + 1);
    } else {
      const std::vector<handle> first = take(mine_[1], chain);
      take(mine_[1], chain);
      for (std::size_t i = first.size(); i-- > 0;) pool_.release(mine_[1], first[i]);
      for (const handle h : held_) pool_.release(mine_[1], h);
    }
  }

  void finish() override {
    const auto is_dead = [&](handle h) {
      if (!pool_[h].life.peek().is_dead())
        explorer::engine::current().fail(explorer::verdict::wrong_structure, "I6: a free slot is not DEAD");
    };
    pool_.for_each_unheld(is_dead);
    for (const slot_cache* c : {&other_, &filler_, &mine_[0], &mine_[1]}) pool_.for_each_cached(*c, is_dead);
  }

 private:
  std::vector<handle> take(slot_cache& cache, std::uint32_t n) {
    std::vector<handle> taken;
    taken.reserve(n);
    for (std::uint32_t i = 0; i < n; ++i) taken.push_back(pool_.allocate(cache));
    return taken;
  }
  void go_around() {
    for (int times = 0; times < 2; ++times)
      for (const handle h : take(mine_[0], 4 * chain)) pool_.release(mine_[0], h);
  }

  unsigned threads_;
  explorer::pages::pieces pieces_;
  explorer::pages pages_{&pieces_};
  pool pool_{pages_, false};
  slot_cache other_, filler_, mine_[2];
  std::vector<handle> held_;
};

}  // namespace

explorer::scenario* make_pool_scenario(unsigned threads) { return new pool_scenario(threads); }

}  // namespace proptest
