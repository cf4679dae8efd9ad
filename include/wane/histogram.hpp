// SPDX-License-Identifier: BSL-1.0
// Durations, counted in buckets that widen with the duration: what quantiles of lateness are read from.
//
// The unit is a sixteenth of a millisecond. Up to 16 units a bucket is one unit wide; from there on each doubling is
// cut into eight, up to 2^32 ms (49 days):
//
//   bucket       0       1     ...     15         16         17     ...      23          24     ...       271
//   units    [0, 1]  (1, 2]    ...  (15, 16]   (16, 18]   (18, 20]  ...   (30, 32]    (32, 36]  ...   (15 * 2^32, ...
//
// So every power of two in milliseconds is a bound, and a bucket is at most an eighth as wide as its lower bound, but
// for the first eight, below half a millisecond. Log-linear buckets are those of G. Tene's HdrHistogram.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace wane {

/// Not thread-safe: whoever counts owns it, and others get copies.
class histogram {
 public:
  using duration = std::chrono::nanoseconds;
  static constexpr std::size_t buckets_an_octave = 8;
  static constexpr std::size_t bucket_count = 272;

  /// Effects: counts d; a negative one as zero. Complexity: a division by a constant and four additions.
  void add(duration d) noexcept {
    d = std::max(d, duration::zero());
    ++counts_[bucket_of(d)];
    ++count_;
    sum_ += d;
    max_ = std::max(max_, d);
  }
  /// Effects: as if everything counted there had been counted here too.
  histogram& operator+=(const histogram& other) noexcept {
    for (std::size_t i = 0; i < bucket_count; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
    return *this;
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// A floating-point number, because late entries by the million outgrow nanoseconds in 64 bits.
  [[nodiscard]] std::chrono::duration<double> sum() const noexcept { return sum_; }
  [[nodiscard]] duration max() const noexcept { return max_; }
  /// Zero when nothing was counted.
  [[nodiscard]] duration mean() const noexcept {
    return count_ == 0 ? duration::zero() : std::chrono::round<duration>(sum_ / static_cast<double>(count_));
  }

  /// Returns: a bound for the share p, in [0, 1], of the durations: that of rank ceil(p * count) among them sorted is
  /// never above it, and below it by at most an eighth of itself, or by a sixteenth of a millisecond where that is more.
  /// Exact for the greatest, which is what is told of all in the last bucket (from 46 days on). Zero when nothing was
  /// counted.
  [[nodiscard]] duration quantile(double p) const noexcept {
    const double rank = std::ceil(p * static_cast<double>(count_));
    std::uint64_t below = 0;
    for (std::size_t i = 0; i + 1 < bucket_count; ++i) {
      below += counts_[i];
      if (below > 0 && static_cast<double>(below) >= rank) return std::min(upper_bound(i), max_);
    }
    return max_;
  }

  /// How many were counted in bucket i.
  [[nodiscard]] std::uint64_t operator[](std::size_t i) const noexcept { return counts_[i]; }
  /// The bucket of a duration that is not negative.
  [[nodiscard]] static constexpr std::size_t bucket_of(duration d) noexcept {
    const auto units = static_cast<std::uint64_t>(std::max<std::int64_t>(d.count() - 1, 0) / unit.count());
    const auto octave = std::max(static_cast<unsigned>(std::bit_width(units)), 4U) - 4U;
    return std::min<std::size_t>(buckets_an_octave * octave + (units >> octave), bucket_count - 1);
  }
  /// The longest duration that belongs in bucket i, but for the last bucket, which takes all that are longer too.
  [[nodiscard]] static constexpr duration upper_bound(std::size_t i) noexcept {
    const std::size_t octave = i < buckets_an_octave ? 0 : i / buckets_an_octave - 1;
    return unit * static_cast<std::int64_t>((i - buckets_an_octave * octave + 1) << octave);
  }

 private:
  static constexpr duration unit{62'500};

  std::array<std::uint64_t, bucket_count> counts_{};
  std::uint64_t count_ = 0;
  std::chrono::duration<double> sum_{0};
  duration max_{0};
};

}  // namespace wane
