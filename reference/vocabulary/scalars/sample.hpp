// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

namespace slim {

/// Running mean and variance of independent observations, for tests of random numbers.
/// Source: Welford, Technometrics 4 (1962) 419.
class Sample {
 public:
  void add(double x) {
    ++count_;
    const double difference = x - mean_;
    mean_ += difference / count_;
    squares_ += difference * (x - mean_);
  }
  [[nodiscard]] double mean() const { return mean_; }
  /// The standard error of the mean.
  [[nodiscard]] double standard_error() const {
    return std::sqrt(squares_ / (count_ - 1.0) / count_);
  }
  /// The deviation of the mean from `expected` in standard errors. It is standard normal for many
  /// observations, and exceeds 5 by chance once in 1.7 million times.
  [[nodiscard]] double z(double expected) const { return (mean_ - expected) / standard_error(); }

 private:
  double count_ = 0.0;
  double mean_ = 0.0;
  double squares_ = 0.0;
};

}  // namespace slim
