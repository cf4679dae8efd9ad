// SPDX-License-Identifier: BSL-1.0
// The register of deaths: how many entries have expired, and how late they were removed. One for every cache, so that
// all are measured in the same way.
#pragma once

#include <algorithm>
#include <atomic>
#include <span>
#include <vector>

#include "concept.hpp"
#include "../samples.hpp"

namespace bench::expiry {

class death_register final : public mourner {
 public:
  /// Notes lateness from `opens` on, of so many entries at most.
  death_register(const timeline& when, time_point opens, std::size_t most)
      : when_(when), opens_(opens), lateness_(most), left_in_storm_(when.kinds()[timeline::of_storm].population) {}

  /// Called by whoever removed the entry, several threads at once.
  void expired(value_type number) noexcept override {
    const auto now = scene_clock::precise_now();
    const auto late = now - when_.end(number);
    // [R1] relaxed: counts; what else is written is read when all threads have ended.
    if (late < samples::duration::zero()) early_.fetch_add(1, std::memory_order_relaxed);
    if (now >= opens_)
      if (const auto i = noted_.fetch_add(1, std::memory_order_relaxed); i < lateness_.size()) lateness_[i] = late;
    if (timeline::kind_of(number) == timeline::of_storm) left_in_storm_.fetch_sub(1, std::memory_order_relaxed);
    removed_.fetch_add(1, std::memory_order_relaxed);
  }

  // [R2] relaxed, here and below: as [R1].
  [[nodiscard]] std::size_t removed() const noexcept { return removed_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t left_in_storm() const noexcept { return left_in_storm_.load(std::memory_order_relaxed); }
  /// Entries removed before their deadlines: there must be none.
  [[nodiscard]] std::size_t early() const noexcept { return early_.load(std::memory_order_relaxed); }

  /// When nobody adds any more.
  [[nodiscard]] samples lateness() const {
    samples all;
    const std::size_t noted = noted_.load(std::memory_order_relaxed);
    for (const auto late : std::span(lateness_).first(std::min(noted, lateness_.size()))) all.add(late);
    return all;
  }

 private:
  const timeline& when_;
  time_point opens_;
  std::vector<samples::duration> lateness_;
  std::atomic<std::size_t> noted_{0}, removed_{0}, early_{0};
  std::atomic<std::size_t> left_in_storm_;
};

}  // namespace bench::expiry
