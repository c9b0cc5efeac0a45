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
  /// Of the mean.
  [[nodiscard]] double standard_error() const {
    return std::sqrt(squares_ / (count_ - 1.0) / count_);
  }
  /// How many standard errors the mean is from `expected`: standard normal for many observations,
  /// so that 5 is passed once in 1.7 million times by chance.
  [[nodiscard]] double z(double expected) const { return (mean_ - expected) / standard_error(); }

 private:
  double count_ = 0.0;
  double mean_ = 0.0;
  double squares_ = 0.0;
};

}  // namespace slim
