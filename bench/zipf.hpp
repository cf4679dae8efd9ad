// SPDX-License-Identifier: BSL-1.0
// Zipf-distributed ranks: rank k of 1 .. n is drawn with probability proportional to k^-s, for any exponent s > 0.
//
// Source: W. Hoermann, G. Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions",
// ACM TOMACS 6(3), 1996. It needs neither tables nor a pass over n, which at ten million keys matters; the standard
// library has no such distribution and abseil's wants s > 1, while YCSB's customary exponent is 0.99.
//
// The continuous function h(x) = x^-s lies above the histogram of the ranks when each bar is centred on its rank. A
// uniform variate is sent through the inverse of h's integral H and rounded to a rank; the rank is accepted when the
// variate fell under the bar.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace bench {

class zipf_distribution {
 public:
  /// n >= 1 ranks, exponent s > 0.
  zipf_distribution(std::uint64_t n, double s)
      : n_(static_cast<double>(n)),
        s_(s),
        low_(integral(1.5) - 1.0),
        high_(integral(n_ + 0.5)),
        always_within_(2.0 - inverse(integral(2.5) - density(2.0))) {}

  template <class Generator>
  std::uint64_t operator()(Generator& generator) {
    for (;;) {
      const double u = uniform_(generator) * (high_ - low_) + low_;
      const double x = inverse(u);
      const double k = std::fmin(std::fmax(std::floor(x + 0.5), 1.0), n_);
      // The first test is the cheap one: so close above its rank a variate is under the bar for every rank.
      if (k - x <= always_within_ || u >= integral(k + 0.5) - density(k)) return static_cast<std::uint64_t>(k);
    }
  }

 private:
  [[nodiscard]] double density(double x) const { return std::exp(-s_ * std::log(x)); }

  /// H(x) = (x^(1-s) - 1) / (1-s), which tends to log x as s tends to 1.
  [[nodiscard]] double integral(double x) const {
    const double log_x = std::log(x), t = (1.0 - s_) * log_x;
    return std::fabs(t) < 1e-9 ? log_x : std::expm1(t) / (1.0 - s_);
  }

  [[nodiscard]] double inverse(double y) const {
    const double t = (1.0 - s_) * y;
    return std::exp(std::fabs(t) < 1e-9 ? y : std::log1p(std::fmax(t, -1.0)) / (1.0 - s_));
  }

  double n_, s_, low_, high_, always_within_;
  std::uniform_real_distribution<double> uniform_{0.0, 1.0};
};

}  // namespace bench
