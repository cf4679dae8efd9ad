// SPDX-License-Identifier: BSL-1.0
// What is in a map at one moment, by two looks at everything (a double collect: Y. Afek, H. Attiya, D. Dolev, E. Gafni,
// M. Merritt, N. Shavit, "Atomic snapshots of shared memory", JACM 1993).
//
// Both looks read the same words in the same order: every link of the list, and the state of every node that they lead
// to. Tags and versions never go back (I3) and nothing read can be recycled under a blanket guard, so a word that was the
// same twice did not change between. If all are the same, then at any moment between the two looks the list was what they
// saw (SN). The clock is sampled at such a moment. Writers neither know nor pay.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <wane/impl/map_core.hpp>

namespace wane::impl {

template <class Core, class Entries>
class snapshot {
 public:
  using guard = typename Core::guard;
  explicit snapshot(Core& core) noexcept : core_(core) {}

  /// One attempt. False: something changed meanwhile, or expired. LP(snapshot): the sample of the clock.
  [[nodiscard]] bool take(const guard& held) {
    words_.clear();
    entries_.clear();
    tick_count earliest = never;
    core_.entries().look_at_all(
        held, [this](std::uint64_t word) { return words_.push_back(word), true; },
        [this](std::uint64_t hash) { return core_.judge(hash); },
        [&](const auto& n, state s) {
          earliest = std::min(earliest, s.deadline());
          entries_.emplace_back(n.key(), n.value());
        });
    // What was alive by an earlier sample may be dead by now; the next attempt commits that.
    if (core_.time().now() >= earliest) return false;
    // [SN1] heavy: pairs with [SN1] of another snapshot, so that the two do not see two changes in different orders: of
    // two fences one is the first, and what its thread saw before, the other's second look sees.
    Core::environment::heavy_fence();
    auto seen = words_.begin();
    return core_.entries().look_at_all(
        held, [&](std::uint64_t word) { return seen != words_.end() && *seen++ == word; },
        [](std::uint64_t) { return [](auto&&...) { return true; }; }, [](const auto&, state) {});
  }
  [[nodiscard]] Entries& entries() noexcept { return entries_; }

 private:
  Core& core_;
  std::vector<std::uint64_t> words_;
  Entries entries_;
};

}  // namespace wane::impl
