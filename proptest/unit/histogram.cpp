// SPDX-License-Identifier: BSL-1.0
// Histograms: their buckets leave no gap, and what they say of quantiles is what sorted samples say, but for the error
// that they own up to.
#include <wane/histogram.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "support/harness.hpp"
#include "support/threads.hpp"

using namespace proptest;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using wane::histogram;

namespace {

/// What is longer is in the last bucket, which has no end.
constexpr nanoseconds last_bound = histogram::upper_bound(histogram::bucket_count - 2);

void buckets_follow_each_other_without_a_gap() {
  EXPECT(histogram::bucket_of(0ns) == 0 && histogram::bucket_of(1ns) == 0, "the first begins with zero");
  for (std::size_t i = 0; i < histogram::bucket_count; ++i) {
    const nanoseconds bound = histogram::upper_bound(i);
    EXPECT(histogram::bucket_of(bound) == i, bound.count() << " ns is in bucket " << histogram::bucket_of(bound));
    if (i + 1 == histogram::bucket_count) break;
    EXPECT(histogram::bucket_of(bound + 1ns) == i + 1,
           "what is longer than the bound of " << i << " is not in the next");
    const nanoseconds width = histogram::upper_bound(i + 1) - bound;
    EXPECT(width <= std::max<nanoseconds>(bound / 8, 62'500ns),
           "bucket " << i + 1 << " is " << width.count() << " wide");
  }
  EXPECT(histogram::bucket_of(nanoseconds::max()) == histogram::bucket_count - 1, "the last takes whatever is longer");
  EXPECT(last_bound > 24h * 30, "30 days have a bucket");
}

void powers_of_two_in_milliseconds_are_bounds() {
  for (std::size_t i = 2 * histogram::buckets_an_octave - 1, ms = 1; i < histogram::bucket_count;
       i += histogram::buckets_an_octave, ms *= 2)
    EXPECT(histogram::upper_bound(i) == std::chrono::milliseconds(ms), "bucket " << i << " does not end at " << ms);
}

/// From nanoseconds to months, as likely in each octave.
std::vector<nanoseconds> draw(random_source& random, std::size_t n) {
  std::vector<nanoseconds> samples;
  while (samples.size() < n)
    samples.emplace_back(static_cast<std::int64_t>(random.below(std::uint64_t{1} << (1 + random.below(53)))));
  return samples;
}

histogram counted(const std::vector<nanoseconds>& samples) {
  histogram h;
  for (const auto s : samples) h.add(s);
  return h;
}

void expect_quantiles_of(const histogram& h, std::vector<nanoseconds> samples) {
  std::sort(samples.begin(), samples.end());
  const auto n = static_cast<double>(samples.size());
  for (const double p : {0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(p * n)));
    const nanoseconds exact = samples[rank - 1], told = h.quantile(p);
    if (exact > last_bound) {
      EXPECT(told == samples.back(), "beyond the buckets the maximum is told, not " << told.count());
      continue;
    }
    EXPECT(told >= exact && told <= exact + std::max<nanoseconds>(exact / 8, 62'500ns),
           "quantile " << p << " of " << samples.size() << " is " << exact.count() << " ns, not " << told.count());
  }
  EXPECT(h.quantile(1) == samples.back() && h.max() == samples.back(), "the greatest is exact");
}

void quantiles_are_those_of_the_sorted_samples() {
  random_source random(1);
  for (int i = 0; i < 500; ++i) {
    const auto samples = draw(random, 1 + random.below(2000));
    const histogram h = counted(samples);
    EXPECT(h.count() == samples.size(), h.count() << " counted");
    expect_quantiles_of(h, samples);
    double sum = 0;
    for (const auto s : samples) sum += std::chrono::duration<double>(s).count();
    EXPECT(std::abs(h.sum().count() - sum) <= sum * 1e-12, "the sum is " << sum << ", not " << h.sum().count());
    const double mean = std::chrono::duration<double>(h.mean()).count();
    EXPECT(std::abs(mean - sum / static_cast<double>(samples.size())) <= 1e-9 + sum * 1e-12,
           "the mean is not " << mean);
  }
}

void merging_is_counting_together() {
  random_source random(1);
  for (int i = 0; i < 200; ++i) {
    auto some = draw(random, random.below(300)), others = draw(random, random.below(300));
    histogram merged = counted(some);
    merged += counted(others);
    some.insert(some.end(), others.begin(), others.end());
    const histogram together = counted(some);
    for (std::size_t b = 0; b < histogram::bucket_count; ++b)
      EXPECT(merged[b] == together[b], "bucket " << b << " has " << merged[b] << ", not " << together[b]);
    EXPECT(merged.count() == some.size() && merged.max() == together.max(), "count or maximum differ");
    if (!some.empty()) expect_quantiles_of(merged, some);
  }
}

void nothing_counted_is_zero() {
  const histogram none;
  EXPECT(none.count() == 0 && none.quantile(0.99) == 0ns && none.mean() == 0ns && none.max() == 0ns, "not zero");
  histogram early;
  early.add(-5ms);
  EXPECT(early.max() == 0ns && early.sum().count() == 0 && early[0] == 1, "before its time is on time");
}

}  // namespace

int main(int argc, char** argv) {
  suite tests(argc, argv);
  tests.test("buckets_follow_each_other_without_a_gap", buckets_follow_each_other_without_a_gap);
  tests.test("powers_of_two_in_milliseconds_are_bounds", powers_of_two_in_milliseconds_are_bounds);
  tests.test("quantiles_are_those_of_the_sorted_samples", quantiles_are_those_of_the_sorted_samples);
  tests.test("merging_is_counting_together", merging_is_counting_together);
  tests.test("nothing_counted_is_zero", nothing_counted_is_zero);
  return tests.result();
}
