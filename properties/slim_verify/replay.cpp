// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/replay.hpp"

#include "properties/catalogue.hpp"
#include "properties/engine/shrink.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/tolerance/expected.hpp"
#include "properties/tolerance/gradient_evidence.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

namespace slim::properties {
namespace {

/// The subjects to run, and the scalars.
struct Selection {
  std::vector<const Subject*> subjects;
  std::vector<Scalar> scalars;
  bool named = false;  ///< the file or the caller names the only subject
};

Selection selection_of(const CaseFile& file, const Subject* third_party) {
  const auto subject = file.metadata.find("subject");
  const auto dtype = file.metadata.find("dtype");
  Selection selection;
  selection.named = third_party != nullptr || subject != file.metadata.end();
  if (third_party != nullptr) {
    selection.subjects.push_back(third_party);
  } else if (selection.named) {
    selection.subjects.push_back(&find_subject(subject->second));
  } else {
    for (const Subject& candidate : catalogue()) {
      if (runs_by_default(candidate)) selection.subjects.push_back(&candidate);
    }
  }
  selection.scalars.push_back(dtype == file.metadata.end() ? Scalar::float64
                                                           : parse_scalar(dtype->second));
  if (!selection.named && selection.scalars.front() != Scalar::digits50) {
    selection.scalars.push_back(Scalar::digits50);
  }
  return selection;
}

/// The finding, with the compared tensors that are not judged in its note.
Finding with_not_judged(Finding finding) {
  if (finding.outcome == Outcome::skipped) return finding;
  std::vector<JudgedTensor> tensors;
  add_counts(tensors, finding.judged);  // a law may count several heads or layers by one name
  std::erase_if(tensors, [](const JudgedTensor& of) { return of.judged == of.compared; });
  if (tensors.empty()) return finding;
  std::string words = "not judged, since rounding errors may exceed the largest entry: ";
  for (const JudgedTensor& of : tensors) {
    if (&of != &tensors.front()) words += ", ";
    words += of.tensor;
  }
  finding.note = finding.note.empty() ? words : finding.note + "; " + words;
  return finding;
}

using Check = std::function<Finding(const Subject&, Scalar)>;

std::vector<Replayed> replayed_by(const Selection& selection, const Compared& compared,
                                  const Check& check) {
  std::vector<Replayed> lines;
  for (const Subject* subject : selection.subjects) {
    for (const Scalar scalar : selection.scalars) {
      lines.push_back({subject->name, scalar, compared, with_not_judged(check(*subject, scalar))});
    }
  }
  return lines;
}

const Law& law_named(const std::string& name, std::span<const Law> third_party_laws) {
  const auto own = std::ranges::find(third_party_laws, name, &Law::name);
  return own == third_party_laws.end() ? laws::find_law(name) : *own;
}

std::vector<Replayed> replay_law(const CaseFile& file, const Selection& selection,
                                 std::span<const Law> third_party_laws) {
  const Law& law = law_named(file.text("law"), third_party_laws);
  const std::unique_ptr<Trial> trial = law.load(file);
  return replayed_by(selection, {.with = law.name}, [&](const Subject& subject, Scalar scalar) {
    std::string unusable = trial->unusable(scalar);
    if (!unusable.empty()) return skipped(std::move(unusable));
    return check_safely(*trial, subject, scalar);
  });
}

bool is_finite(const ExpectedGradient& expected) {
  return std::isfinite(expected.loss.value_or(0.0)) && expected.logits.allFinite() &&
         std::ranges::all_of(expected.gradient,
                             [](const auto& entry) { return entry.second.allFinite(); });
}

double roundoff_of(Dtype stored) {
  switch (stored) {
    case Dtype::F32:
      return unit_roundoff(Scalar::float32);
    case Dtype::F16:
      return unit_roundoff(Scalar::float16);
    case Dtype::BF16:
      return unit_roundoff(Scalar::bfloat16);
    default:
      return 0.0;
  }
}

/// Whether answers in `scalar` differ from stored doubles by more than the fixed bound of doubles.
bool rounds_more_than_stored(Scalar scalar) {
  return unit_roundoff(scalar) > unit_roundoff(Scalar::float64);
}

/// What rounding to the stored type may have changed in each row of a tensor: the unit roundoff
/// times the row's largest finite entry. 0 for a tensor that is stored in float64.
std::vector<double> rounding_of_rows(const Tensor& stored, const Matrix<double>& values) {
  const double roundoff = roundoff_of(stored.dtype);
  std::vector<double> rows(static_cast<std::size_t>(values.rows()), 0.0);
  for (Index row = 0; row < values.rows(); ++row) {
    double& allowed = rows[static_cast<std::size_t>(row)];
    for (Index i = 0; i < values.cols(); ++i) {
      const double size = std::abs(values(row, i));
      if (std::isfinite(size)) allowed = std::max(allowed, roundoff * size);
    }
  }
  return rows;
}

/// What storing the expected tensors in the file's types may have changed.
GradientBounds rounding_of_storage(const CaseFile& file, const ExpectedGradient& expected,
                                   const Model& model) {
  GradientBounds bounds = uniform_bounds(model, 0.0, 0.0);
  if (expected.loss) {
    const Matrix<double> loss = Matrix<double>::Constant(1, 1, *expected.loss);
    bounds.loss = rounding_of_rows(file.tensor("expected.loss"), loss).front();
  }
  bounds.logits.assign(static_cast<std::size_t>(expected.logits.rows()), 0.0);
  if (expected.logits.size() > 0) {
    bounds.logits = rounding_of_rows(file.tensor("expected.logits"), expected.logits);
  }
  const std::vector<ParameterSlot> slots = parameter_slots(model);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto found = expected.gradient.find(slots[i].name);
    if (found == expected.gradient.end()) continue;
    bounds.gradient[i] =
        rounding_of_rows(file.tensor("expected.grad." + slots[i].name), found->second);
  }
  return bounds;
}

/// A case without a law: gradient and logits are compared.
class PlainCase final : public Trial {
 public:
  PlainCase(const CaseFile& file, bool named)
      : named_(named),
        evidence_(to_gradient_case(file), GradientEvidence::Compares::gradient_and_logits) {
    const ExpectedGradient expected = to_expected_gradient(file, evidence_.given());
    compared_ = compared_tensors(evidence_.given(), expected);
    if (expected.empty()) return;
    expected_ = expected;
    bounds_ = sum(expected_bounds(expected, evidence_.given().model),
                  rounding_of_storage(file, expected, evidence_.given().model));
  }
  [[nodiscard]] const Compared& compared() const { return compared_; }

  std::string unusable(Scalar scalar) override {
    const bool needs_ensemble = !expected_ || rounds_more_than_stored(scalar);
    return needs_ensemble ? evidence_.unusable(scalar) : std::string();
  }
  Finding check(const Subject& subject, Scalar scalar) override {
    if (std::string reason = unclaimed(subject, scalar, evidence_.given()); !reason.empty()) {
      return not_claimed(reason);
    }
    const std::optional<Finding> excuse = excused(subject, scalar, evidence_);
    if (excuse && !named_) return *excuse;
    if (expected_) return compared_with_expected(subject, scalar);
    Finding finding =
        judge(subject, scalar, evidence_, [&](Scalar in, const GradientBounds& allowed) {
          const GradientAnswer answer = ask(subject, in, evidence_.given(), {.wants_logits = true});
          return worst_discrepancy(answer, evidence_.truth(), allowed);
        });
    finding.judged = judged_tensors_of_layers(evidence_.given(), evidence_.truth(),
                                              largest_bounds(subject, scalar, evidence_));
    return finding;
  }
  [[nodiscard]] CaseFile file() const override { return to_case_file(evidence_.given()); }

 private:
  /// Either pass or wrong. In scalars narrower than float64 the bound for rounding errors is added.
  Finding compared_with_expected(const Subject& subject, Scalar scalar) {
    const GradientAnswer answer = ask(subject, scalar, evidence_.given(), {.wants_logits = true});
    GradientBounds bounds = bounds_;
    if (rounds_more_than_stored(scalar)) bounds = sum(std::move(bounds), evidence_.bounds(scalar));
    const GradientAnswer truth = truth_from(*expected_, answer);
    const Discrepancy worst = worst_discrepancy(answer, truth, bounds);
    const bool agrees = std::isfinite(worst.error) && worst.error <= worst.bound;
    Finding finding{
        .outcome = agrees ? Outcome::pass : Outcome::wrong,
        .worst = worst,
        .note = is_finite(*expected_) ? "" : "an expected value in the file is not finite"};
    finding.judged = judged_tensors_of_layers(evidence_.given(), truth, bounds);
    std::erase_if(finding.judged, [&](const JudgedTensor& of) { return !is_stored(of.tensor); });
    return finding;
  }
  /// Whether the file has an expected tensor of this name.
  [[nodiscard]] bool is_stored(const std::string& tensor) const {
    constexpr std::string_view gradient = "grad.";
    if (tensor == "loss") return expected_->loss.has_value();
    if (tensor == "logits") return expected_->logits.size() > 0;
    return expected_->gradient.contains(tensor.substr(gradient.size()));
  }

  bool named_;
  GradientEvidence evidence_;
  Compared compared_;
  std::optional<ExpectedGradient> expected_;
  GradientBounds bounds_;  ///< of the expected tensors, in float64 and wider
};

std::vector<Replayed> replay_plain(const CaseFile& file, const Selection& selection) {
  PlainCase plain(file, selection.named);
  return replayed_by(selection, plain.compared(), [&](const Subject& subject, Scalar scalar) {
    std::string unusable = plain.unusable(scalar);
    if (!unusable.empty()) return skipped(std::move(unusable));
    return check_safely(plain, subject, scalar);
  });
}

}  // namespace

std::vector<Replayed> replay(const std::filesystem::path& path, const Subject* third_party,
                             std::span<const Law> third_party_laws) {
  const CaseFile file = read_case_file(path);
  try {
    const Selection selection = selection_of(file, third_party);
    const auto task = file.metadata.find("task");
    require(file.metadata.contains("law") || task == file.metadata.end(),
            "metadata 'law' is missing: it is required for every task except gradients");
    require_known_tensors(file);
    return file.metadata.contains("law") ? replay_law(file, selection, third_party_laws)
                                         : replay_plain(file, selection);
  } catch (const ContractError& error) {
    throw ContractError(path.string() + ": " + error.what());
  }
}

}  // namespace slim::properties
