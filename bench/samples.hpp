// SPDX-License-Identifier: BSL-1.0
// Durations, every one of them kept: their quantiles are exact.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace bench {

/// Seconds that a reading of the clock takes by which samples are taken.
template <class Now>
double cost_of_a_reading(Now now) {
  constexpr int times = 10'000;
  const auto begin = now();
  auto end = begin;
  for (int i = 0; i != times; ++i) end = now();
  return std::chrono::duration<double>(end - begin).count() / times;
}

class samples {
 public:
  using duration = std::chrono::nanoseconds;

  /// Room for so many, whose pages are there already: a page fault would count as what is measured.
  void reserve(std::size_t count) {
    all_.resize(std::max(count, all_.size()));
    all_.clear();
  }
  void add(duration d) { all_.push_back(d); }
  [[nodiscard]] bool is_full() const noexcept { return all_.size() == all_.capacity(); }
  samples& operator+=(const samples& other) {
    all_.insert(all_.end(), other.all_.begin(), other.all_.end());
    return *this;
  }

  /// Adds "<name>_count" and, in seconds, "<name>_p50_seconds" and so on; NaN where there are none.
  void report(const std::string& name, std::map<std::string, double>& figures) {
    std::ranges::sort(all_);
    figures[name + "_count"] = static_cast<double>(all_.size());
    for (const auto& [label, p] :
         {std::pair{"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}, {"p99999", 0.99999}, {"max", 1.0}})
      figures[name + "_" + label + "_seconds"] =
          all_.empty() ? std::numeric_limits<double>::quiet_NaN() : std::chrono::duration<double>(quantile(p)).count();
  }

  /// Nanoseconds at the quantiles 1 - 10^(-k/4) for k = 0, 1, ... as far as there are samples beyond them, and the greatest.
  [[nodiscard]] std::vector<std::uint64_t> tail() {
    std::ranges::sort(all_);
    std::vector<std::uint64_t> made;
    for (double beyond = 1; beyond * static_cast<double>(all_.size()) >= 1; beyond /= std::pow(10, 0.25))
      made.push_back(static_cast<std::uint64_t>(quantile(1 - beyond).count()));
    if (!all_.empty()) made.push_back(static_cast<std::uint64_t>(all_.back().count()));
    return made;
  }

 private:
  /// The sample of rank ceil(p * count), at least the first, once they are sorted and there are some.
  [[nodiscard]] duration quantile(double p) const {
    const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(all_.size())));
    return all_[std::max<std::size_t>(rank, 1) - 1];
  }

  std::vector<duration> all_;
};

}  // namespace bench
