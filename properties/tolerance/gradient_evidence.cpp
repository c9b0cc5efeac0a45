// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/gradient_evidence.hpp"

#include "properties/tolerance/band.hpp"
#include "properties/tolerance/moved_sums.hpp"
#include "reference/performer/gradient.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

constexpr double exact_share = 1e-40;  ///< of the largest gradient entry, in 50 digits
constexpr double clearance_deviations = 8.0;

bool is_finite(const GradientAnswer& answer) {
  const auto all_finite = [](const auto& values) {
    for (Index row = 0; row < values.rows(); ++row) {
      for (Index i = 0; i < values.cols(); ++i) {
        if (!std::isfinite(to_double(values(row, i)))) return false;
      }
    }
    return true;
  };
  return std::isfinite(to_double(answer.loss)) && all_finite(answer.logits) &&
         std::ranges::all_of(answer.gradient.slots(), [&](const ParameterSlot& slot) {
           return all_finite(answer.gradient.matrix(slot));
         });
}

/// exact_share of the largest gradient entry; for the loss, of the loss if that is larger; for the
/// logits, of their own largest entry.
GradientBounds bounds_in_digits50(const GradientAnswer& truth, const Model& model) {
  const double largest = largest_entry(truth.gradient);
  const double loss = std::max(largest, std::abs(to_double(truth.loss)));
  GradientBounds bounds = uniform_bounds(model, exact_share * loss, exact_share * largest);
  const Matrix<Digits50>& logits = truth.logits;
  const double size = logits.size() > 0 ? to_double(logits.cwiseAbs().maxCoeff()) : 0.0;
  bounds.logits.assign(static_cast<std::size_t>(logits.rows()), exact_share * size);
  return bounds;
}

}  // namespace

bool has_digits_beyond_float32(const GradientCase& c) {
  const auto is_beyond = [](double x) { return std::abs(x - static_cast<float>(x)) > 0.0; };
  return std::ranges::any_of(c.theta.values(), is_beyond) ||
         std::ranges::any_of(c.omega.values(), is_beyond);
}

const GradientAnswer& GradientEvidence::truth() {
  if (!truth_) {
    Subject exact;
    exact.name = "reference";
    exact.gradient.in<Digits50>() = reference::gradient<Digits50>;
    truth_ = ask(exact, Scalar::digits50, case_,
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
  if (kept) return *kept;
  if (scalar == Scalar::float64 && is_large_case(case_) && ensemble(Scalar::float32).finite) {
    kept = in_float64(ensemble(Scalar::float32));
  } else {
    kept = randomly_rounded_ensemble(scalar, case_, truth(), insides(), first_position_);
  }
  return *kept;
}

const GradientBounds& GradientEvidence::bounds(Scalar scalar) {
  std::optional<GradientBounds>& kept = bounds_.at(static_cast<std::size_t>(scalar));
  if (kept) return *kept;
  if (scalar == Scalar::digits50) {
    kept = bounds_in_digits50(truth(), case_.model);
  } else {
    kept = scaled(ensemble(scalar).deviation,
                  is_large_case(case_) ? pass_deviations_of_a_large_case : pass_deviations);
  }
  return *kept;
}

bool GradientEvidence::has_zero_denominator() {
  return has_kink(case_.model.feature_map.kind) && insides().has_zero_denominator;
}

double GradientEvidence::share_of_roundings(Scalar scalar) const {
  const double n = 2.0 * static_cast<double>(case_.sequences.length());
  const bool is_narrow_scalar = scalar == Scalar::float16 || scalar == Scalar::bfloat16;
  const Scalar computed_in = is_narrow_scalar ? Scalar::float32 : scalar;
  return likely_roundings(n, unit_roundoff(computed_in));
}

const GradientBounds& GradientEvidence::drift_bounds(Scalar scalar) {
  if (scalar == Scalar::digits50) return bounds(scalar);
  std::optional<GradientBounds>& kept = drift_bounds_.at(static_cast<std::size_t>(scalar));
  if (kept) return *kept;
  if (!moved_by_sums_) {
    moved_by_sums_ = moved_by_final_sums(case_, with_logits_, first_position_);
  }
  kept = sum(scaled(bounds(scalar), suspect_over_pass),
             scaled(*moved_by_sums_, share_of_roundings(scalar)));
  return *kept;
}

bool GradientEvidence::subtraction_decides(Scalar scalar) {
  if (scalar == Scalar::digits50) return false;
  return !(share_of_roundings(scalar) * insides().worst_cancellation < largest_residue);
}

std::string GradientEvidence::unusable(Scalar scalar) {
  if (scalar == Scalar::digits50) {
    return is_finite(truth()) ? "" : "the reference is not finite";
  }
  if (!ensemble(scalar).finite) return "the reference itself overflows in this scalar";
  if (has_kink(case_.model.feature_map.kind) &&
      !(ensemble(scalar).kink_clearance >= clearance_deviations)) {
    return "an input of the feature map is within 8 deviations of its kink";
  }
  return {};
}

namespace {

bool is_right_in_digits50(GradientEvidence& evidence, const DiscrepancyWithin& discrepancy) {
  const Discrepancy exact = discrepancy(Scalar::digits50, evidence.bounds(Scalar::digits50));
  return exact.error <= exact.bound;
}

/// The largest error relative to the drift bounds in the other one of float32 and float64; empty if
/// the case cannot be judged there.
std::optional<double> share_in_other(const Subject& subject, Scalar scalar,
                                     GradientEvidence& evidence,
                                     const DiscrepancyWithin& discrepancy) {
  if (scalar != Scalar::float32 && scalar != Scalar::float64) return std::nullopt;
  const Scalar other = scalar == Scalar::float32 ? Scalar::float64 : Scalar::float32;
  if (!subject.gradient.offers(other) || !evidence.unusable(other).empty() ||
      evidence.subtraction_decides(other)) {
    return std::nullopt;
  }
  return discrepancy(other, evidence.drift_bounds(other)).ratio();
}

/// DRIFT, or WRONG with a note, for an error above twice the bounds.
Finding explained_by_subtraction(Finding finding, const Subject& subject, Scalar scalar,
                                 GradientEvidence& evidence, const DiscrepancyWithin& discrepancy) {
  const bool has_digits50 =
      subject.gradient.offers(Scalar::digits50) && !is_large_case(evidence.given());
  if (has_digits50 && !is_right_in_digits50(evidence, discrepancy)) return finding;
  if (evidence.subtraction_decides(scalar)) {
    if (!has_digits50) return skipped(zero_denominator_reason);
    finding.outcome = Outcome::drift;
    finding.note = "right in 50 digits: a rounding residue of a denominator decides";
    return finding;
  }
  const Discrepancy lost = discrepancy(scalar, evidence.drift_bounds(scalar));
  if (!(lost.error <= lost.bound)) {
    finding.note = fmt::format("the error of {}, row {}, is {:.2g} times what subtraction can lose",
                               lost.tensor, lost.row, lost.ratio());
    return finding;
  }
  const std::optional<double> there = share_in_other(subject, scalar, evidence, discrepancy);
  if (there && !(lost.ratio() <= most_change_of_drift * *there)) {
    const Scalar other = scalar == Scalar::float32 ? Scalar::float64 : Scalar::float32;
    finding.note = fmt::format(
        "the error is {:.2g} of what subtraction can lose in {}, but {:.2g} of it in {}: an error "
        "by subtraction is proportional to the unit roundoff",
        lost.ratio(), name(scalar), *there, name(other));
    return finding;
  }
  finding.outcome = Outcome::drift;
  finding.note = "within what recovering sums by subtraction can lose";
  return finding;
}

}  // namespace

Finding judge(const Subject& subject, Scalar scalar, GradientEvidence& evidence,
              const DiscrepancyWithin& discrepancy) {
  Finding finding{
      .outcome = Outcome::wrong, .worst = discrepancy(scalar, evidence.bounds(scalar)), .note = {}};
  const Discrepancy& worst = finding.worst;
  if (!std::isfinite(worst.error)) return finding;
  if (worst.error <= worst.bound) {
    finding.outcome = Outcome::pass;
  } else if (scalar == Scalar::digits50 || worst.bound == 0.0) {
    return finding;  // a bound of 0 excludes rounding errors
  } else if (worst.error <= suspect_over_pass * worst.bound) {
    finding.outcome = Outcome::suspect;
  } else if (subject.capabilities.subtracting) {
    return explained_by_subtraction(std::move(finding), subject, scalar, evidence, discrepancy);
  }
  return finding;
}

namespace {

/// "grad.layers.*.ffn.weight" for the gradients of all layers.
std::string of_any_layer(std::string tensor) {
  constexpr std::string_view layers = "grad.layers.";
  if (!tensor.starts_with(layers)) return tensor;
  return tensor.replace(layers.size(), tensor.find('.', layers.size()) - layers.size(), "*");
}

/// Whether only first rows count, whose attention has one weight.
bool counts_first_rows_only(const Sequences& sequences) {
  for (Index b = 0; b < sequences.batch(); ++b) {
    for (Index l = 1; l < sequences.length(); ++l) {
      if (sequences.counts(b, l)) return false;
    }
  }
  return true;
}

bool is_zero_but_for_epsilon(const std::string& slot, const GradientCase& c) {
  const bool is_of_queries = slot.find(".q_map.") != std::string::npos;
  const bool is_of_keys = slot.find(".k_map.") != std::string::npos;
  if (!is_of_queries && !is_of_keys) return false;
  return (is_of_queries && c.model.features() == 1) || counts_first_rows_only(c.sequences);
}

}  // namespace

GradientBounds largest_bounds(const Subject& subject, Scalar scalar, GradientEvidence& evidence) {
  if (subject.capabilities.subtracting) return evidence.drift_bounds(scalar);
  return scaled(evidence.bounds(scalar), suspect_over_pass);
}

std::vector<JudgedTensor> judged_tensors(GradientEvidence& evidence, const GradientBounds& bounds) {
  std::vector<JudgedTensor> all =
      judged_tensors_of_layers(evidence.given(), evidence.truth(), bounds);
  for (JudgedTensor& of : all) of.tensor = of_any_layer(std::move(of.tensor));
  return all;
}

std::vector<JudgedTensor> judged_tensors_of_layers(const GradientCase& c,
                                                   const GradientAnswer& truth,
                                                   const GradientBounds& bounds) {
  const GradientBounds in_digits50 = bounds_in_digits50(truth, c.model);
  std::vector<JudgedTensor> all;
  LargestEntry loss;
  loss.add_row(std::abs(to_double(truth.loss)), bounds.loss);
  all.push_back(loss.judged("loss", in_digits50.loss));
  const auto add = [&](std::string tensor, const auto& matrix, const std::vector<double>& rows,
                       const std::vector<double>& residues) {
    LargestEntry largest;
    for (Index row = 0; row < matrix.rows(); ++row) {
      double entry = 0.0;
      for (Index i = 0; i < matrix.cols(); ++i) {
        entry = std::max(entry, std::abs(to_double(matrix(row, i))));
      }
      largest.add_row(entry, rows.at(static_cast<std::size_t>(row)));
    }
    all.push_back(largest.judged(std::move(tensor), residues.front()));
  };
  const std::vector<ParameterSlot>& slots = truth.gradient.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (is_zero_but_for_epsilon(slots[i].name, c)) continue;
    add("grad." + slots[i].name, truth.gradient.matrix(slots[i]), bounds.gradient[i],
        in_digits50.gradient[i]);
  }
  if (!bounds.logits.empty()) add("logits", truth.logits, bounds.logits, in_digits50.logits);
  return all;
}

std::optional<Finding> excused(const Subject& subject, Scalar scalar, GradientEvidence& evidence) {
  if (std::string reason = unclaimed(subject, scalar, evidence.given()); !reason.empty()) {
    return not_claimed(reason);
  }
  if (subject.capabilities.subtracting &&
      (evidence.has_zero_denominator() || evidence.subtraction_decides(scalar))) {
    return skipped(zero_denominator_reason);
  }
  return std::nullopt;
}

}  // namespace slim::properties
