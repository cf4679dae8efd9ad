// SPDX-License-Identifier: BSL-1.0
// The oracle: a reclaimer that lets a slot go at the earliest instant any grace period could, in place of liburcu.
//
// It knows every guard. A stamp has passed as soon as the guards that were entered before it have been left, and not a
// moment later. What it promises about memory is what RCU does, and no more: a guard that a grace period did not wait for
// sees what was done before the stamp, and who finds the stamp passed comes after the guards it waited for.
#pragma once

#include <wane/reclaim/concept.hpp>

#include <algorithm>
#include <cstdint>

#include "environment.hpp"

namespace explorer {

struct oracle {
  static constexpr wane::protection kind = wane::protection::blanket;
  static constexpr bool value_only = false;
  static constexpr bool has_grace_period = true;
  static constexpr bool reuses_at_once = false;
  static constexpr bool bounded_garbage = false;

  class domain {
   public:
    [[nodiscard]] std::uint64_t stamp() noexcept {
      meet();
      if (engine& e = engine::current(); e.is_concurrent()) unlinked_.join(e.memory().view_of(e.thread()));
      return ++now_;
    }
    [[nodiscard]] bool passed(std::uint64_t stamp) const noexcept {
      meet();
      for (const member& m : members_)
        if (m.nesting != 0 && m.entered < stamp) return false;
      if (engine& e = engine::current(); e.is_concurrent()) e.memory().view_of(e.thread()).join(left_);
      return true;
    }
    void advance() noexcept {}
    void wait_a_moment() noexcept { engine::current().yield(); }
    void barrier() {
      for (const std::uint64_t mine = stamp(); !passed(mine);) wait_a_moment();
    }
    [[nodiscard]] bool in_guard(std::uint32_t slot) const noexcept { return members_[slot].nesting != 0; }

   private:
    friend struct oracle;
    struct member {
      unsigned nesting = 0;
      std::uint64_t entered = 0;
    };
    /// A place in the schedule, and nothing else.
    void meet() const noexcept {
      // [O1] relaxed: a point at which others may go on; the order comes from the views.
      turns_.fetch_add(1, std::memory_order_relaxed);
    }

    mutable explorer::atomic<std::uint32_t> turns_{0};
    std::uint64_t now_ = 1;
    member members_[max_threads];
    view unlinked_{}, left_{};
  };

  class guard : public wane::blanket_guard {
   public:
    guard(domain& d, std::uint32_t slot) noexcept : domain_(d), member_(d.members_[slot]) {
      if (member_.nesting++ != 0) return;
      member_.entered = d.now_;
      d.meet();
      if (engine& e = engine::current(); e.is_concurrent()) e.memory().view_of(e.thread()).join(d.unlinked_);
    }
    ~guard() {
      if (member_.nesting == 1) {
        domain_.meet();
        if (engine& e = engine::current(); e.is_concurrent()) domain_.left_.join(e.memory().view_of(e.thread()));
        // What the guard did is handed on; what its thread does next is not.
        if (engine& e = engine::current(); e.is_concurrent()) e.memory().tick(e.thread());
      }
      --member_.nesting;
    }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

   private:
    domain& domain_;
    domain::member& member_;
  };

  struct participant {};
  static void quiescent() noexcept {}
  static domain& default_domain() noexcept {
    static domain none;  // every scenario has its own
    return none;
  }
};

}  // namespace explorer
