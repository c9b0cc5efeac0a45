// SPDX-License-Identifier: Apache-2.0
// Faults that tolerances a hundred times as large would not find.

#include "properties/altered_reference.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"

#include <gtest/gtest.h>

namespace slim::properties {
namespace {

constexpr double weaker_by = 100.0;

/// A trial that passes errors up to a hundred times the bound.
class WeakenedTrial final : public Trial {
 public:
  explicit WeakenedTrial(std::unique_ptr<Trial> inner) : inner_(std::move(inner)) {}
  std::string unusable(Scalar scalar) override { return inner_->unusable(scalar); }
  std::string unclaimed_by(const Subject& subject, Scalar scalar) override {
    return inner_->unclaimed_by(subject, scalar);
  }
  Finding check(const Subject& subject, Scalar scalar) override {
    Finding finding = inner_->check(subject, scalar);
    if (finding.outcome == Outcome::wrong &&
        finding.worst.error <= weaker_by * finding.worst.bound) {
      finding.outcome = Outcome::pass;
    }
    return finding;
  }
  [[nodiscard]] CaseFile file() const override { return inner_->file(); }

 private:
  std::unique_ptr<Trial> inner_;
};

class WeakenedDraw final : public Draw {
 public:
  explicit WeakenedDraw(std::unique_ptr<Draw> inner) : inner_(std::move(inner)) {}
  [[nodiscard]] std::string readable() const override { return inner_->readable(); }
  [[nodiscard]] std::unique_ptr<Trial> trial() const override {
    return std::make_unique<WeakenedTrial>(inner_->trial());
  }
  [[nodiscard]] Shrinks shrinks() const override { return inner_->shrinks(); }

 private:
  std::unique_ptr<Draw> inner_;
};

Law weakened(const Law& law) {
  Law weak = law;
  weak.draw = [draw = law.draw](std::uint64_t seed, int attempt, const CaseShape& shape) {
    return std::make_unique<WeakenedDraw>(draw(seed, attempt, shape));
  };
  return weak;
}

/// Wrong cases, 0 or 1, since a run stops at the first.
int wrong_under(const Law& law, const Subject& subject, Scalar scalar) {
  const RunResult result = run({.laws = {&law},
                                .subjects = {&subject},
                                .scalars = {scalar},
                                .seed = 1,
                                .cases = 40,
                                .threads = 2,
                                .shrinks = false});
  EXPECT_GT(result.verdicts.front().tally.executed(), 0) << law.name;
  return result.verdicts.front().tally.wrong;
}

void expect_killed_by_the_tolerance_alone(const char* law, const Subject& subject, Scalar scalar) {
  EXPECT_EQ(wrong_under(laws::find_law(law), subject, scalar), 1) << law << " " << subject.name;
  EXPECT_EQ(wrong_under(weakened(laws::find_law(law)), subject, scalar), 0)
      << law << " " << subject.name;
}

TEST(WeakenedByAHundred, LawsOfAttentionMissSomeMutants) {
  const auto expect = [](const char* law, const char* mutant, Scalar scalar) {
    expect_killed_by_the_tolerance_alone(law, find_subject(mutant), scalar);
  };
  expect("attention-agrees", "mutant/prefix-by-subtraction", Scalar::float64);
  expect("averages", "mutant/first-row-of-slice-stale", Scalar::float32);
  expect("key-scale-cancels", "mutant/total-less-future", Scalar::float64);
  expect("permutation-equivariant", "mutant/denominator-gradient-undivided", Scalar::float64);
  expect("attention-resumes", "mutant/total-less-future", Scalar::float32);
  expect("pullback-adjoint", "mutant/another-projection-in-pullback", Scalar::float32);
  expect("features-converge", "mutant/queries-not-scaled", Scalar::float64);
  expect("projection-as-declared", "mutant/projection-without-chi-lengths", Scalar::float64);
}

TEST(WeakenedByAHundred, LawsOfWholeModelsMissAnErrorOfOneInAHundredThousand) {
  const Subject off =
      altered_reference("off", []<class T>(const GradientTask<T>&, GradientResult<T>& result) {
        for (T& entry : result.gradient.values()) entry *= T(1 + 1e-5);
      });
  expect_killed_by_the_tolerance_alone("gradient-agrees", off, Scalar::float32);
}

}  // namespace
}  // namespace slim::properties
