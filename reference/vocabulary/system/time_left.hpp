#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace slim {

/// A step of a long run, by which its time is estimated.
struct Step {
  /// What it is alike, the most specific first: steps that share one of these take times that are
  /// comparable in proportion to their weights.
  std::vector<std::string> kinds{};
  double weight = 1.0;  ///< relative time among steps of one kind
  int at_once = 1;      ///< how many steps such as this one run at the same time
};

/// Estimates the time that a run still takes from what similar steps took: each step to come takes
/// as long as, on average, the finished ones of the weight nearest to its own, times the ratio of
/// the weights, among those of its most specific kind that has any. Steps of a kind of which none
/// is finished are unknown: the estimate is then a lower bound and says so.
class TimeLeft {
 public:
  explicit TimeLeft(const std::vector<Step>& steps);

  [[nodiscard]] std::size_t steps() const { return planned_.size(); }
  void finish(std::size_t step, double seconds);

  struct Estimate {
    double seconds = 0.0;
    bool is_whole = true;  ///< false: steps of unknown kinds come on top
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
    std::vector<std::size_t> kinds;  ///< places in taken_
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
/// "3 min 05 s left", "at least 12 s left"; empty where nothing is known.
std::string in_words(const TimeLeft::Estimate& estimate);

}  // namespace slim
