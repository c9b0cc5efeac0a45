// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/told_from_noise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties::foreign {
namespace {

constexpr double most_of_noise = 16.0;  ///< a law may sum the differences of several calls
/// A failure that occurs with probability 1/20 occurs in each of these repetitions, too, with
/// probability 1e-4.
constexpr int repetitions = 3;

template <class T>
double largest_difference(std::span<const T> one, std::span<const T> other) {
  double largest = one.size() == other.size() ? 0.0 : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
    const auto a = static_cast<double>(one[i]);
    const auto b = static_cast<double>(other[i]);
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    const double apart = std::abs(a - b);
    largest =
        std::max(largest, std::isfinite(apart) ? apart : std::numeric_limits<double>::infinity());
  }
  return largest;
}

template <class T>
double difference(const Heads<T>& one, const Heads<T>& other) {
  return largest_difference<T>(one.values(), other.values());
}

template <class T>
double difference(const AttentionResult<T>& one, const AttentionResult<T>& other) {
  return std::max({difference(one.out, other.out), difference(one.end, other.end),
                   difference(one.dq, other.dq), difference(one.dk, other.dk),
                   difference(one.dv, other.dv),
                   difference(one.start_gradient, other.start_gradient)});
}

template <class T>
double difference(const FeaturesResult<T>& one, const FeaturesResult<T>& other) {
  return difference(one.out, other.out);
}

template <class T>
double difference(const GradientResult<T>& one, const GradientResult<T>& other) {
  return std::max({largest_difference<T>({&one.loss, 1}, {&other.loss, 1}),
                   largest_difference<T>(one.gradient.values(), other.gradient.values()),
                   largest_difference<T>(
                       {one.logits.data(), static_cast<std::size_t>(one.logits.size())},
                       {other.logits.data(), static_cast<std::size_t>(other.logits.size())})});
}

/// Replaces the function by one that makes every call twice; `noise` is the largest difference.
template <template <class> class Task, template <class> class Result, class T>
void call_twice_in(TaskFunctions<Task, Result>& functions, double& noise) {
  auto& function = functions.template in<T>();
  if (!function) return;
  function = [inner = function, &noise](const Task<T>& task, Result<T>& result) {
    inner(task, result);
    Result<T> again = result;
    inner(task, again);
    noise = std::max(noise, difference(result, again));
  };
}

template <template <class> class Task, template <class> class Result>
void call_twice(TaskFunctions<Task, Result>& functions, double& noise) {
  call_twice_in<Task, Result, float>(functions, noise);
  call_twice_in<Task, Result, double>(functions, noise);
  call_twice_in<Task, Result, Float16>(functions, noise);
  call_twice_in<Task, Result, BFloat16>(functions, noise);
}

/// The largest difference between two results of the same call, over all calls of the law.
double noise_of(Trial& trial, const Subject& subject, Scalar scalar) {
  double noise = 0.0;
  Subject twice = subject;
  call_twice(twice.attention, noise);
  call_twice(twice.features, noise);
  call_twice(twice.gradient, noise);
  try {
    trial.check(twice, scalar);
  } catch (const SubjectError&) {
    // The case ran without an error before; differences up to here count.
  }
  return noise;
}

/// A failure that did not occur when the same calls were made again.
Finding by_chance(Finding finding) {
  finding.failure = Failure::non_deterministic;
  finding.note =
      "failed once and gave right answers when the same calls were made again, but declares to be "
      "deterministic";
  return finding;
}

class NoiseTrial final : public Trial {
 public:
  explicit NoiseTrial(std::unique_ptr<Trial> trial) : trial_(std::move(trial)) {}

  std::string unusable(Scalar scalar) override { return trial_->unusable(scalar); }
  std::string unclaimed_by(const Subject& subject, Scalar scalar) override {
    return trial_->unclaimed_by(subject, scalar);
  }
  Finding check(const Subject& subject, Scalar scalar) override {
    Finding finding = trial_->check(subject, scalar);
    const bool may_be_noise = finding.outcome == Outcome::wrong && finding.has_numbers();
    if (!may_be_noise || !subject.capabilities.deterministic) return finding;
    for (int i = 0; i < repetitions; ++i) {
      if (trial_->check(subject, scalar).outcome != Outcome::wrong) {
        return by_chance(std::move(finding));
      }
    }
    const double noise = noise_of(*trial_, subject, scalar);
    if (noise > 0.0 && finding.worst.error <= most_of_noise * noise) {
      return non_deterministic(std::move(finding));
    }
    return finding;
  }
  [[nodiscard]] CaseFile file() const override { return trial_->file(); }

 private:
  std::unique_ptr<Trial> trial_;
};

class NoiseDraw final : public Draw {
 public:
  explicit NoiseDraw(std::unique_ptr<Draw> draw) : draw_(std::move(draw)) {}

  [[nodiscard]] std::string readable() const override { return draw_->readable(); }
  [[nodiscard]] Extents extents() const override { return draw_->extents(); }
  [[nodiscard]] std::unique_ptr<Trial> trial() const override {
    return std::make_unique<NoiseTrial>(draw_->trial());
  }
  [[nodiscard]] Shrinks shrinks() const override {
    return [rest = draw_->shrinks()]() -> std::unique_ptr<Draw> {
      std::unique_ptr<Draw> next = rest();
      return next ? std::make_unique<NoiseDraw>(std::move(next)) : nullptr;
    };
  }

 private:
  std::unique_ptr<Draw> draw_;
};

}  // namespace

Finding non_deterministic(Finding finding) {
  finding.failure = Failure::non_deterministic;
  finding.note = "gave different bits for the same input, but declares to be deterministic";
  return finding;
}

Law told_from_noise(const Law& law) {
  Law result = law;
  result.draw = [draw = law.draw](std::uint64_t seed, int attempt,
                                  const CaseShape& shape) -> std::unique_ptr<Draw> {
    return std::make_unique<NoiseDraw>(draw(seed, attempt, shape));
  };
  result.load = [load = law.load](const CaseFile& file) -> std::unique_ptr<Trial> {
    return std::make_unique<NoiseTrial>(load(file));
  };
  return result;
}

}  // namespace slim::properties::foreign
