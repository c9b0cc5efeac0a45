// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/narrow_precision.hpp"

#include "properties/diagnosis/neighbours.hpp"
#include "properties/tolerance/attention_evidence.hpp"
#include "properties/tolerance/gradient_evidence.hpp"
#include "reference/vocabulary/case_file/attention_case.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace slim::properties {
namespace {

/// The types narrower than a scalar, the finest first. float16 stands for TF32, too.
std::vector<Scalar> narrower_types(Scalar scalar) {
  std::vector<Scalar> types;
  for (const Scalar type : {Scalar::float64, Scalar::float32, Scalar::float16, Scalar::bfloat16}) {
    if (unit_roundoff(type) > unit_roundoff(scalar)) types.push_back(type);
  }
  return types;
}

std::string words_of_type(Scalar type) {
  return type == Scalar::float16 ? "float16 or TF32" : std::string(name(type));
}

/// The type whose bounds hold for `type` where its range does not: TF32 has the digits of float16
/// and the range of bfloat16, whose bounds are eight times as wide.
struct Bounds {
  Scalar of;
  double factor;
};
std::vector<Bounds> bounds_for(Scalar type) {
  std::vector<Bounds> all = {{type, 1.0}};
  if (type == Scalar::float16) {
    all.push_back(
        {Scalar::bfloat16, unit_roundoff(Scalar::float16) / unit_roundoff(Scalar::bfloat16)});
  }
  return all;
}

bool is_within(const AttentionAnswer& answer, const AttentionAnswer& truth,
               AttentionEvidence& evidence, const Bounds& bounds) {
  for (const AttentionArray array : all_attention_arrays) {
    const Heads<Digits50>& got = array_of(answer, array);
    const Heads<Digits50>& wanted = array_of(truth, array);
    for (std::size_t i = 0; i < got.values().size(); ++i) {
      const double error = to_double(Digits50(abs(got.values()[i] - wanted.values()[i])));
      if (!(error <= bounds.factor * evidence.band(bounds.of, array, i).suspect)) return false;
    }
  }
  return true;
}

/// Whether roundings to `type` explain the answers on a failing case of attention; nullopt if it
/// cannot be judged in that type.
std::optional<bool> explains_attention(const Subject& subject, const Counterexample& found,
                                       Scalar type) {
  const AttentionInputs<double> inputs = to_attention_inputs(found.file);
  AttentionEvidence evidence(inputs);
  evidence.assume({});
  for (const Bounds& bounds : bounds_for(type)) {
    if (evidence.is_large(bounds.of) || !evidence.unusable(bounds.of).empty()) continue;
    const AttentionAnswer answer = ask(subject, found.scalar, inputs);
    if (is_within(answer, evidence.truth(found.scalar), evidence, bounds) ||
        is_within(answer, evidence.truth(bounds.of), evidence, bounds)) {
      return true;
    }
    // In a type of a larger range, an error may be that of the smaller range.
    return bounds.of == type ? std::optional(false) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<bool> explains_model(const Subject& subject, const Counterexample& found,
                                   Scalar type) {
  GradientEvidence evidence(to_gradient_case(found.file));
  if (!evidence.unusable(type).empty()) return std::nullopt;
  GradientBounds bounds = scaled(evidence.bounds(type), suspect_over_pass);
  bounds.logits.clear();
  const Discrepancy worst =
      worst_discrepancy(ask(subject, found.scalar, evidence.given()), evidence.truth(), bounds);
  return worst.error <= worst.bound;
}

/// NaN is explained by no rounding, but where numbers leave the range of the type, the case cannot
/// be judged.
std::optional<bool> explains(const Subject& subject, const Counterexample& found, Scalar type) {
  if (found.file.has("tokens")) return explains_model(subject, found, type);
  return found.file.has("q") ? explains_attention(subject, found, type) : std::nullopt;
}

constexpr std::uint64_t turns = 6;  ///< other inputs with which errors are compared

/// Multiplies all numbers by one factor, 1 ± 0.2 to 0.3 roundings of the type: one number in six is
/// then rounded to the next one in that type, one in fifty in a type with eight times its unit
/// roundoff.
void move_numbers(std::span<double> values, Scalar type, const Random& random) {
  const double share = 0.2 + 0.1 * random.uniform(0);
  const double sign = random.uniform(1) < 0.5 ? -1.0 : 1.0;
  const double factor = 1.0 + sign * share * unit_roundoff(type);
  for (double& x : values) x *= factor;
}

/// Sums of squares over all entries: of errors, and of their changes.
struct Erratic {
  double of_errors = 0.0;
  double of_changes = 0.0;

  void add(std::span<const double> errors, std::span<const double> others) {
    double size = 0.0;  // so that all arrays have the same weight
    for (const double error : errors) size = std::max(size, std::abs(error));
    if (!(size > 0.0)) return;
    for (std::size_t i = 0; i < errors.size(); ++i) {
      const double error = errors[i] / size;
      const double change = (others[i] - errors[i]) / size;
      of_errors += error * error;
      of_changes += change * change;
    }
  }
  /// A number that is rounded to the next one changes its error by 3.5 times the usual size.
  /// Expected: 2, in a type with eight times the unit roundoff 0.25, of a wrong formula 0; less
  /// where what is rounded depends little on the inputs, such as exp(x) of a small x.
  [[nodiscard]] double share() const { return of_errors > 0.0 ? of_changes / of_errors : 0.0; }
};

/// The errors of one answer by array, and which arrays are wrong.
struct Errors {
  std::vector<std::vector<double>> by_array;
  std::vector<bool> wrong;
};

Errors errors_in_attention(const Subject& subject, Scalar scalar,
                           const AttentionInputs<double>& inputs) {
  AttentionEvidence evidence(inputs);
  evidence.assume({});
  const AttentionAnswer answer = ask(subject, scalar, inputs);
  Errors all;
  for (const AttentionArray array : all_attention_arrays) {
    std::vector<double>& here = all.by_array.emplace_back();
    const auto got = array_of(answer, array).values();
    const auto wanted = array_of(evidence.truth(scalar), array).values();
    bool is_right = true;
    for (std::size_t i = 0; i < got.size(); ++i) {
      here.push_back(to_double(Digits50(got[i] - wanted[i])));
      is_right = is_right && std::abs(here.back()) <= evidence.band(scalar, array, i).suspect;
    }
    all.wrong.push_back(!is_right);
  }
  return all;
}

/// With the loss and every tensor of the gradient.
Errors errors_in_model(const Subject& subject, Scalar scalar, const GradientCase& c) {
  GradientEvidence evidence(c);
  const GradientAnswer answer = ask(subject, scalar, c);
  const GradientBounds bounds = scaled(evidence.bounds(scalar), suspect_over_pass);
  const double of_loss = to_double(Digits50(answer.loss - evidence.truth().loss));
  Errors all{.by_array = {{of_loss}}, .wrong = {!(std::abs(of_loss) <= bounds.loss)}};
  std::size_t number = 0;
  for (const ParameterSlot& slot : answer.gradient.slots()) {
    std::vector<double>& here = all.by_array.emplace_back();
    const auto got = answer.gradient.values(slot);
    const auto wanted = evidence.truth().gradient.values(slot);
    const double bound = std::ranges::max(bounds.gradient.at(number++));
    bool is_right = true;
    for (std::size_t i = 0; i < got.size(); ++i) {
      here.push_back(to_double(Digits50(got[i] - wanted[i])));
      is_right = is_right && std::abs(here.back()) <= bound;
    }
    all.wrong.push_back(!is_right);
  }
  return all;
}

/// How much the errors on these cases change if all numbers move by a part of a rounding to `type`.
double erratic_share(const Subject& subject, std::span<const Counterexample* const> cases,
                     Scalar type) {
  Erratic erratic;
  const auto add = [&](const Errors& errors, const Errors& others) {
    for (std::size_t a = 0; a < errors.by_array.size(); ++a) {
      if (errors.wrong[a]) erratic.add(errors.by_array[a], others.by_array[a]);
    }
  };
  for (const Counterexample* found : cases) {
    if (found->file.has("tokens")) {
      const GradientCase given = to_gradient_case(found->file);
      const Errors errors = errors_in_model(subject, found->scalar, given);
      for (std::uint64_t turn = 0; turn < turns; ++turn) {
        GradientCase moved = given;
        move_numbers(moved.theta.values(), type, Random(turn));
        add(errors, errors_in_model(subject, found->scalar, moved));
      }
      continue;
    }
    const AttentionInputs<double> given = to_attention_inputs(found->file);
    const Errors errors = errors_in_attention(subject, found->scalar, given);
    for (std::uint64_t turn = 0; turn < turns; ++turn) {
      AttentionInputs<double> moved = given;
      std::uint64_t array = 0;
      for (Heads<double>* heads : {&moved.q, &moved.k, &moved.v, &moved.out_cotangent}) {
        move_numbers(heads->values(), type, Random(turn, array++));
      }
      add(errors, errors_in_attention(subject, found->scalar, moved));
    }
  }
  return erratic.share();
}

/// Whether the errors on these cases change as roundings to `type` do, rather than as those to a
/// type with eight times its unit roundoff.
bool are_erratic(const Subject& subject, std::span<const Counterexample* const> cases,
                 Scalar type) {
  constexpr double surely = 0.7;
  constexpr double least = 0.15;
  const double here = erratic_share(subject, cases, type);
  if (here >= surely) return true;
  if (!(here >= least)) return false;
  // Numbers that move by a part of a rounding to the coarser type: the errors change as much as
  // they can, or only as much as they should here.
  constexpr double least_of_coarser = 0.22;
  return type != Scalar::float16 ||
         here >= least_of_coarser * erratic_share(subject, cases, Scalar::bfloat16);
}

/// Wider cases with the same fault, which tell small roundings from other errors.
std::vector<Counterexample> wider_cases(const Subject& subject, const Counterexample& found) {
  std::vector<Counterexample> cases;
  const auto add = [&](const auto& neighbours) {
    if (!neighbours.base()) return;
    for (auto spec : neighbours.wider()) {
      for (std::uint64_t seed = 20; seed < 22; ++seed) {
        spec.seed = seed;
        if (neighbours.shows(spec) != std::optional(true)) continue;
        cases.push_back(found);
        cases.back().file = neighbours.file_of(spec);
      }
      if (!cases.empty()) return;
    }
  };
  if (found.file.has("tokens")) {
    add(ModelNeighbours(subject, found));
  } else {
    add(AttentionNeighbours(subject, found, false));
  }
  return cases;
}

}  // namespace

NarrowPrecision precision_that_explains(const Subject& subject,
                                        std::span<const Counterexample> recorded) {
  std::vector<const Counterexample*> failures;
  for (const Counterexample& found : recorded) {
    const bool is_of_answers = (found.file.has("q") && subject.attention.offers(found.scalar)) ||
                               (found.file.has("tokens") && subject.gradient.offers(found.scalar));
    if (!is_of_answers) continue;
    if (!found.finding.has_numbers()) return {};  // no rounding explains it
    failures.push_back(&found);
  }
  if (failures.empty()) return {};
  const auto narrowest = [](const Counterexample* found) { return unit_roundoff(found->scalar); };
  const Scalar scalar = (*std::ranges::max_element(failures, {}, narrowest))->scalar;
  try {
    const std::vector<Counterexample> wider = wider_cases(subject, *failures.front());
    std::vector<const Counterexample*> cases = failures;
    for (const Counterexample& of : wider) cases.push_back(&of);
    for (const Scalar type : narrower_types(scalar)) {
      std::vector<const Counterexample*> explained;
      bool is_refuted = false;
      for (const Counterexample* of : cases) {
        if (is_refuted) break;
        const std::optional<bool> here = explains(subject, *of, type);
        is_refuted = here == std::optional(false);
        if (here == std::optional(true)) explained.push_back(of);
      }
      if (is_refuted) continue;
      // A type that no case could judge is not refuted, so that no coarser one is named either.
      if (explained.empty()) return {};
      if (!are_erratic(subject, explained, type)) continue;
      return {words_of_type(type), static_cast<int>(failures.size())};
    }
  } catch (const SubjectError&) {
    return {};
  }
  return {};
}

}  // namespace slim::properties
