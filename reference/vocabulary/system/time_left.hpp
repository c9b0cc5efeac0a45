// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace slim {

/// A step of a long run, for the estimate of its time.
struct Step {
  /// The kinds of the step, the most specific first. Times of steps that share a kind are
  /// proportional to their weights.
  std::vector<std::string> kinds{};
  double weight = 1.0;  ///< relative time among steps of one kind
  int at_once = 1;      ///< how many steps such as this one run at the same time
};

/// Estimates the remaining time of a run from similar steps. The time of a remaining step is the
/// average of the finished steps of nearest weight and of its most specific kind that has any,
/// scaled by the ratio of the weights. Steps of kinds without finished ones are unknown: the
/// estimate is then a lower bound.
class TimeLeft {
 public:
  explicit TimeLeft(const std::vector<Step>& steps);

  [[nodiscard]] std::size_t steps() const { return planned_.size(); }
  void finish(std::size_t step, double seconds);

  struct Estimate {
    double seconds = 0.0;
    bool is_whole = true;  ///< false: there are also steps of unknown kinds
  };
  [[nodiscard]] Estimate left() const;

 private:
  struct Mean {
    double sum = 0.0;
    double count = 0.0;
  };
  using Taken = std::map<double, Mean>;  ///< seconds of finished steps, by their weight
  static double seconds_of(double weight, const Taken& taken);
  struct Planned {
    std::vector<std::size_t> kinds;  ///< indices in taken_
    double weight;
    int at_once;
    bool finished;
  };
  [[nodiscard]] const Taken* similar(const Planned& step) const;

  std::vector<Planned> planned_;
  std::vector<Taken> taken_;  ///< by kind
};

/// "12 s", "3 min 05 s", "2 h 10 min".
std::string in_words(std::chrono::seconds time);
/// "3 min 05 s left", "at least 12 s left"; empty if nothing is known.
std::string in_words(const TimeLeft::Estimate& estimate);

}  // namespace slim
