// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/calibration.hpp"

#include "properties/engine/numbered_case.hpp"
#include "properties/engine/parallel.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/tolerance/gradient_evidence.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <boost/math/statistics/univariate_statistics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

using Ratios = std::array<double, calibrated_sizes.size()>;  ///< by K
constexpr int most_redraws = 50;

/// The measurements on one case.
struct Measured {
  std::vector<Ratios> correct;  ///< one row per check
  std::vector<Ratios> mutants;  ///< one row per mutant; 0 if it was not run
  int redrawn = 0;
};

/// A drawn case on which subjects can be judged.
GradientEvidence drawn_case(const CalibrationPlan& plan, int number, int& redrawn) {
  const NumberedCase numbered(laws::find_law("gradient-agrees"), plan.seed, number);
  for (int attempt = 0; attempt < most_redraws; ++attempt) {
    GradientEvidence evidence(to_gradient_case(numbered.draw(attempt)->trial()->file()));
    if (evidence.unusable(plan.scalar).empty()) return evidence;
    ++redrawn;
  }
  throw std::runtime_error(
      "none of the drawn cases can be judged: " + std::to_string(most_redraws) + " draws");
}

Ratios ratios_of(const Subject& subject, const CalibrationPlan& plan, GradientEvidence& evidence,
                 std::span<const Ensemble> ensembles) {
  Ratios ratios;
  ratios.fill(std::numeric_limits<double>::infinity());
  try {
    const GradientAnswer answer = ask(subject, plan.scalar, evidence.given());
    for (std::size_t k = 0; k < ratios.size(); ++k) {
      ratios[k] = worst_discrepancy(answer, evidence.truth(), ensembles[k].deviation).ratio();
    }
  } catch (const SubjectError&) {  // no answer: the ratios stay infinite
  }
  return ratios;
}

Measured measured(const CalibrationPlan& plan, int number) {
  Measured found;
  GradientEvidence evidence = drawn_case(plan, number, found.redrawn);
  const std::vector<Ensemble> ensembles =
      randomly_rounded_ensembles(plan.scalar, evidence.given(), evidence.truth(),
                                 insides_of<Digits50>(evidence.given()), calibrated_sizes);
  for (const Subject* subject : plan.correct) {
    if (excused(*subject, plan.scalar, evidence)) continue;
    found.correct.push_back(ratios_of(*subject, plan, evidence, ensembles));
  }
  for (const Subject* mutant : plan.mutants) {
    const bool is_asked = !excused(*mutant, plan.scalar, evidence);
    found.mutants.push_back(is_asked ? ratios_of(*mutant, plan, evidence, ensembles) : Ratios{});
  }
  return found;
}

EnsembleFigures figures(const CalibrationPlan& plan, std::span<const Measured> all, std::size_t k) {
  std::vector<double> ratios;
  for (const Measured& one : all) {
    for (const Ratios& check : one.correct) ratios.push_back(check[k]);
  }
  const double median = boost::math::statistics::median(ratios);
  std::ranges::sort(ratios);
  const auto beyond = [&](double deviations) {
    return static_cast<int>(
        std::ranges::count_if(ratios, [=](double ratio) { return !(ratio <= deviations); }));
  };
  EnsembleFigures result{.runs = calibrated_sizes.at(k),
                         .median = median,
                         .quantile_99 = quantile(ratios, 0.99),
                         .quantile_999 = quantile(ratios, 0.999),
                         .largest = ratios.back(),
                         .suspect = beyond(pass_deviations),
                         .failing = beyond(pass_deviations * suspect_over_pass),
                         .weakest_mutant = {},
                         .weakest_ratio = std::numeric_limits<double>::infinity()};
  for (std::size_t m = 0; m < plan.mutants.size(); ++m) {
    double largest = 0.0;
    for (const Measured& one : all) largest = std::max(largest, one.mutants[m][k]);
    if (!result.weakest_mutant.empty() && largest >= result.weakest_ratio) continue;
    result.weakest_mutant = plan.mutants[m]->name;
    result.weakest_ratio = largest;
  }
  return result;
}

}  // namespace

Calibration calibrate(const CalibrationPlan& plan) {
  require(plan.cases >= 1 && plan.threads >= 1, "cases and threads must be at least 1");
  require(!plan.correct.empty(), "a calibration needs at least one correct subject");
  require(plan.scalar != Scalar::digits50, "digits50 cannot be calibrated: it has no ensemble");
  std::vector<Measured> all(static_cast<std::size_t>(plan.cases));
  in_parallel(plan.cases, plan.threads,
              [&](int i) { all[static_cast<std::size_t>(i)] = measured(plan, i); });
  Calibration result{.scalar = plan.scalar, .cases = plan.cases, .by_runs = {}};
  for (const Measured& one : all) {
    result.checks += static_cast<int>(one.correct.size());
    result.redrawn += one.redrawn;
  }
  require(result.checks > 0, "no correct subject offers scalar " + std::string(name(plan.scalar)));
  for (std::size_t k = 0; k < calibrated_sizes.size(); ++k) {
    result.by_runs.push_back(figures(plan, all, k));
  }
  return result;
}

double quantile(std::span<const double> sorted, double q) {
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace slim::properties
