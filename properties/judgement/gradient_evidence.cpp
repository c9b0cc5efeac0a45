#include "properties/judgement/gradient_evidence.hpp"

#include "properties/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

constexpr double exact_share = 1e-40;  ///< of the largest gradient entry, in 50 digits
constexpr double clearance_deviations = 8.0;
constexpr double largest_relative_drift = 0x1p-8;  ///< κ u of what is in proportion

bool has_kink(FeatureKind kind) {
  return kind == FeatureKind::relu || kind == FeatureKind::absolute;
}

}  // namespace

const GradientAnswer& GradientEvidence::truth() {
  if (!truth_) {
    truth_ = ask(reference_subject(), Scalar::digits50, case_,
                 {.first_position = first_position_, .wants_logits = with_logits_});
  }
  return *truth_;
}

const Insides<Digits50>& GradientEvidence::insides() {
  if (!insides_) insides_ = insides_of<Digits50>(case_, first_position_);
  return *insides_;
}

const Ensemble& GradientEvidence::ensemble(Scalar scalar) {
  std::optional<Ensemble>& kept = ensembles_.at(static_cast<std::size_t>(scalar));
  if (!kept) {
    kept = randomly_rounded_ensemble(scalar, case_, truth(), insides(), first_position_);
  }
  return *kept;
}

const GradientBounds& GradientEvidence::bounds(Scalar scalar) {
  std::optional<GradientBounds>& kept = bounds_.at(static_cast<std::size_t>(scalar));
  if (kept) return *kept;
  if (scalar == Scalar::digits50) {
    const double largest = largest_entry(truth().gradient);
    const double loss = std::max(largest, std::abs(to_double(truth().loss)));
    kept = uniform_bounds(case_.model, exact_share * loss, exact_share * largest);
    const Matrix<Digits50>& logits = truth().logits;
    const double size = logits.size() > 0 ? to_double(logits.cwiseAbs().maxCoeff()) : 0.0;
    kept->logits.assign(static_cast<std::size_t>(logits.rows()), exact_share * size);
  } else {
    kept = scaled(ensemble(scalar).deviation, pass_deviations);
  }
  return *kept;
}

bool GradientEvidence::has_zero_denominator() {
  return has_kink(case_.model.feature_map.kind) && insides().has_zero_denominator;
}

bool GradientEvidence::drifts_in_proportion() {
  if (!cancellation_) cancellation_ = worst_cancellation_in(case_, first_position_);
  return *cancellation_ * unit_roundoff(Scalar::float32) <= largest_relative_drift;
}

std::string GradientEvidence::unusable(Scalar scalar) {
  if (scalar == Scalar::digits50) return {};
  if (!ensemble(scalar).finite) return "the reference itself overflows";
  if (has_kink(case_.model.feature_map.kind) &&
      !(ensemble(scalar).kink_clearance >= clearance_deviations)) {
    return "an input of the feature map is within 8 deviations of its kink";
  }
  return {};
}

Finding judge(const Subject& subject, Scalar scalar,
              const std::function<Discrepancy(Scalar)>& discrepancy) {
  Finding finding{.outcome = Outcome::wrong, .worst = discrepancy(scalar), .note = {}};
  const Discrepancy& worst = finding.worst;
  if (!std::isfinite(worst.error)) return finding;
  if (worst.error <= worst.bound) {
    finding.outcome = Outcome::pass;
  } else if (scalar == Scalar::digits50 || worst.bound == 0.0) {
    return finding;  // bits differ by no rounding
  } else if (worst.error <= suspect_over_pass * worst.bound) {
    finding.outcome = Outcome::suspect;
  } else if (subject.capabilities.subtracting && subject.gradient.offers(Scalar::digits50)) {
    const Discrepancy exact = discrepancy(Scalar::digits50);
    if (exact.error <= exact.bound) {
      finding.outcome = Outcome::drift;
      finding.note =
          "right in 50 digits: rounding, amplified by subtracting sums that were added before";
    }
  }
  return finding;
}

Finding judge(const Subject& subject, Scalar scalar, GradientEvidence& evidence,
              const std::function<Discrepancy(Scalar)>& discrepancy) {
  Finding finding = judge(subject, scalar, discrepancy);
  if (finding.outcome != Outcome::drift) return finding;
  if (scalar != Scalar::float32 && scalar != Scalar::float64) return finding;
  const Scalar other = scalar == Scalar::float32 ? Scalar::float64 : Scalar::float32;
  if (!subject.gradient.offers(other) || !evidence.unusable(other).empty() ||
      !evidence.drifts_in_proportion()) {
    return finding;
  }
  const double here = finding.worst.ratio();
  const double there = discrepancy(other).ratio();
  if (here <= most_change_of_drift * std::max(1.0, there)) return finding;
  finding.outcome = Outcome::wrong;
  finding.note = fmt::format(
      "is off by {:.3g} bounds in {} and by {:.3g} in {}: rounding would be "
      "off alike in both",
      here, name(scalar), there, name(other));
  return finding;
}

std::optional<Finding> excused(const Subject& subject, Scalar scalar, GradientEvidence& evidence) {
  if (std::string reason = unclaimed(subject, scalar, evidence.given()); !reason.empty()) {
    return not_claimed(std::move(reason));
  }
  if (subject.capabilities.subtracting && evidence.has_zero_denominator()) {
    return skipped(zero_denominator_reason);
  }
  return std::nullopt;
}

}  // namespace slim::properties
