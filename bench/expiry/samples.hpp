// SPDX-License-Identifier: BSL-1.0
// Durations, every one of them kept: their quantiles are exact.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "scene_clock.hpp"

namespace bench::expiry {

class samples {
 public:
  using duration = scene_clock::duration;

  void reserve(std::size_t count) { all_.reserve(count); }
  void add(duration d) { all_.push_back(d); }
  samples& operator+=(const samples& other) {
    all_.insert(all_.end(), other.all_.begin(), other.all_.end());
    return *this;
  }

  /// Adds "<name>_count" and, in seconds, "<name>_p50_seconds" and so on; NaN where there are none.
  void report(const std::string& name, std::map<std::string, double>& figures) {
    figures[name + "_count"] = static_cast<double>(all_.size());
    std::ranges::sort(all_);
    for (const auto& [label, p] : {std::pair{"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1.0}})
      figures[name + "_" + label + "_seconds"] = quantile(p);
  }

 private:
  /// The sample of rank ceil(p * count), once they are sorted.
  [[nodiscard]] double quantile(double p) const {
    if (all_.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(all_.size())));
    return std::chrono::duration<double>(all_[rank - 1]).count();
  }

  std::vector<duration> all_;
};

}  // namespace bench::expiry
