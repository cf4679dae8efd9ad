// SPDX-License-Identifier: BSL-1.0
// Reclamation by version: there is none. A slot may serve again the moment it is unlinked, and whoever reads finds out
// afterwards whether what was read counts.
//
// Sources: the plan of optimistic access, N. Cohen, E. Petrank, "Efficient memory management for lock-free data structures
// with optimistic access", SPAA 2015; version-based reclamation, G. Sheffi, M. Herlihy, E. Petrank, "VBR: Version based
// reclamation", SPAA 2021. Unlike those, no epoch or version is kept beside the words: the tags of links and the versions
// of states, which count on from one life of a slot to the next, are all a reader needs.
//
//   a reader   reads a node's state, key, value and next, then that its anchor holds the same word as before (V1)
//   a writer   changes words by compare-and-swap from exactly what it has validated (V2)
//
//   V1  The anchor is a link that was not frozen. While it holds one word, tag included, the node it leads to is linked, and
//       so is what that node is FORWARD to, and what a frozen node leads to. So what was read in between is one life's.
//       Whoever makes a slot serve again stores into it after the anchor was changed, by release; whoever reads one of these
//       stores, by acquire, therefore sees that change when it validates.
//   V2  A word that is what it was has not been changed in between, unless its counter came round. It cannot (papers/
//       decisions/0006-counters-do-not-come-round.md): a slot whose counters are about to wrap waits in quarantine for a
//       grace period before it serves again; a link about to pass a quarter of its tags is changed only when every guard
//       that was there at the last such change is over.
//
// Garbage: none, whatever readers do, but for quarantine, which takes one slot in four million uses. Values are handed out as copies, so
// keys and values are trivially copyable. Guards announce an epoch, for quarantine alone; they are wait-free. barrier() is that
// of the epochs: all that waits for it is what is in quarantine.
// Progress: lock-free, but a link can pass a quarter of its tags, 134 million changes, only with the last such passage of any
// link of the domain a grace period ago, and waits for that.
#pragma once

#include <cstdint>

#include <wane/reclaim/epoch.hpp>

namespace wane {

template <class Env>
struct basic_versioned : announced_by_guards<basic_versioned<Env>> {
  static constexpr protection kind = protection::version;
  static constexpr bool value_only = true;
  static constexpr bool has_grace_period = true;
  static constexpr bool reuses_at_once = true;
  static constexpr bool bounded_garbage = true;

  class domain : public basic_epoch<Env>::domain {
   public:
    /// Whether every guard that was there at the last passage (of any link of the domain's maps) is over. If so, this is
    /// the last passage from now on.
    [[nodiscard]] bool may_pass() noexcept {
      // [Y1] relaxed: who may pass a link has read by acquire ([L1]) what its last passage made of it, and so finds that
      // passage here or a later one. Later ones have later stamps, since each has seen the last one's grace period over.
      std::uint64_t last = passage_.load(std::memory_order_relaxed);
      // [Y2] relaxed: the link is changed after this by release ([L2]), for [Y1]; what ended before the grace period did
      // is ordered by [E1]. Who fails has been overtaken by another passage, and waits for that one.
      return this->passed(last) && passage_.compare_exchange_strong(last, this->stamp(), std::memory_order_relaxed,
                                                                    std::memory_order_relaxed);
    }
    /// Waits until may_pass() has a chance. Outside every guard.
    void await_passage() noexcept {
      // [Y3] relaxed: which passage it waits for does not matter; may_pass() asks again.
      for (const std::uint64_t last = passage_.load(std::memory_order_relaxed); !this->passed(last);)
        this->wait_a_moment();
    }

   private:
    alignas(64) typename Env::template atomic<std::uint64_t> passage_{0};
  };

  class guard : public basic_epoch<Env>::guard {
   public:
    guard(domain& d, std::uint32_t slot) : basic_epoch<Env>::guard(d, slot) {}

    /// V1. The word is loaded by acquire ([L1]), after what was read of the node.
    template <class Word>
    [[nodiscard]] static bool validate(const Word& anchor, impl::link expected) noexcept {
      return anchor.read() == expected;
    }
  };
};

using versioned = basic_versioned<std_environment>;

static_assert(reclaimer<versioned>);

}  // namespace wane
