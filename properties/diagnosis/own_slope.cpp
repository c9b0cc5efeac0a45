// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/own_slope.hpp"

#include "properties/tolerance/attention_evidence.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <limits>

namespace slim::properties {
namespace {

/// Relative to an entry: sums and products then change by the same small share whatever their
/// size, and zeros stay 0, where a feature map may have a kink.
const Digits50 step("1e-17");
constexpr double share_of_step = 1e-25;      ///< error of a difference quotient, relative to sizes
constexpr double largest_in_no_doubt = 1e8;  ///< above this, a correct gradient may overflow
constexpr double most_products = 3e5;        ///< of attention row by row
constexpr std::size_t most_answers = 3;      ///< per case that are compared with differences

/// The gradients of the arrays that are varied.
constexpr std::array moved_arrays = {AttentionArray::dq, AttentionArray::dk, AttentionArray::dv,
                                     AttentionArray::start_gradient};
constexpr std::size_t arrays_of_features = 2;  ///< the first ones

Heads<Digits50>& input_of(AttentionInputs<Digits50>& inputs, AttentionArray gradient) {
  switch (gradient) {
    case AttentionArray::dq:
      return inputs.q;
    case AttentionArray::dk:
      return inputs.k;
    case AttentionArray::dv:
      return inputs.v;
    default:
      return inputs.start;
  }
}

bool is_finite(const AnsweredArray& array) {
  return std::ranges::all_of(array.values,
                             [](const Digits50& x) { return std::isfinite(to_double(x)); });
}

double largest_in(const AnsweredArray& array) {
  double largest = 0.0;
  for (const Digits50& x : array.values) largest = std::max(largest, std::abs(to_double(x)));
  return largest;
}

const AnsweredArray& array_in(const Answered& answer, AttentionArray array) {
  return answer.arrays.at(static_cast<std::size_t>(array));
}

bool has_finite_cotangents(const AttentionInputs<double>& inputs) {
  const auto is_finite_number = [](double x) { return std::isfinite(x); };
  return std::ranges::all_of(inputs.out_cotangent.values(), is_finite_number) &&
         std::ranges::all_of(inputs.end_cotangent.values(), is_finite_number);
}

/// Whether some entry is not finite where that of `other` is.
bool is_lost(const AnsweredArray& array, const AnsweredArray& other) {
  const std::size_t entries = std::min(array.values.size(), other.values.size());
  for (std::size_t i = 0; i < entries; ++i) {
    if (std::isfinite(to_double(other.values[i])) && !std::isfinite(to_double(array.values[i]))) {
      return true;
    }
  }
  return false;
}

/// The first gradient with an entry that is not finite where that of `other` is.
std::string lost_gradient(const Answered& answer, const Answered& other) {
  for (const AttentionArray array : moved_arrays) {
    if (is_lost(array_in(answer, array), array_in(other, array))) return std::string(name(array));
  }
  return {};
}

bool has_a_slope(const AttentionInputs<double>& inputs) {
  const HeadsSizes& sizes = inputs.v.sizes();
  const auto rows = static_cast<double>(sizes.rows);
  const double products = rows * rows * static_cast<double>(sizes.batch * sizes.heads) *
                          static_cast<double>(sizes.cols + 1) *
                          static_cast<double>(inputs.task().features());
  return inputs.wants_pullback && products <= most_products && has_finite_cotangents(inputs);
}

/// Whether the gradients of queries and keys are no slopes, since a stabiliser has none.
bool detaches_a_stabiliser(const AttentionConventions& own) {
  return own.stabiliser_detached &&
         (own.query_stabiliser != Stabiliser::none || own.key_stabiliser != Stabiliser::none);
}

/// ⟨cotangents, answer⟩
Digits50 weighed(const AttentionAnswer& answer, const AttentionInputs<Digits50>& at) {
  Digits50 sum = 0;
  const auto add = [&](const Heads<Digits50>& values, const Heads<Digits50>& cotangent) {
    const std::size_t entries = std::min(values.values().size(), cotangent.values().size());
    for (std::size_t i = 0; i < entries; ++i) sum += values.values()[i] * cotangent.values()[i];
  };
  add(answer.out, at.out_cotangent);
  add(answer.end, at.end_cotangent);
  return sum;
}

/// Compares the pullback of one answer with directional derivatives of a forward pass.
class SlopeOf {
 public:
  SlopeOf(std::size_t number, const Answered& answer, const Subject& forward,
          const ErrorScale& error_scale)
      : number_(number),
        answer_(answer),
        forward_(forward),
        error_scale_(error_scale),
        at_(converted<Digits50>(*answer.attention)),
        still_(at_) {
    still_.wants_pullback = false;
    still_.out_cotangent = {};
    still_.end_cotangent = {};
  }

  /// Whether the forward pass in 50 digits gives the subject's forward results.
  [[nodiscard]] bool is_this_pass() const {
    const AttentionAnswer centre = ask(forward_, Scalar::digits50, still_);
    const auto is_alike = [&](AttentionArray array, const Heads<Digits50>& exact) {
      const AnsweredArray& answered = array_in(answer_, array);
      if (exact.empty()) return true;
      const AnsweredArray wanted{
          answered.name, answered.cols, {exact.values().begin(), exact.values().end()}};
      const Discrepancy apart = error_scale_.array_apart(number_, static_cast<std::size_t>(array),
                                                         answered, wanted, largest_in(wanted));
      return apart.error <= apart.bound;
    };
    return is_alike(AttentionArray::out, centre.out) && is_alike(AttentionArray::end, centre.end);
  }

  /// Whether the gradients of these arrays give the derivative along a random direction.
  [[nodiscard]] bool is_slope_along(std::span<const AttentionArray> arrays) const {
    AttentionInputs<Digits50> ahead = still_;
    AttentionInputs<Digits50> behind = still_;
    Digits50 pulled = 0;
    double size = 0.0;
    double allowed = 0.0;
    double largest_of_all = 0.0;
    for (const AnsweredArray& array : answer_.arrays) {
      largest_of_all = std::max(largest_of_all, largest_in(array));
    }
    for (const AttentionArray array : arrays) {
      const AnsweredArray& gradient = array_in(answer_, array);
      Heads<Digits50>& forth = input_of(ahead, array);
      Heads<Digits50>& back = input_of(behind, array);
      const double bound = error_scale_.bound_of(number_, static_cast<std::size_t>(array),
                                                 largest_in(gradient), largest_of_all);
      const Random random(number_, stream_named(gradient.name.c_str()));
      const std::size_t entries = std::min(gradient.values.size(), forth.values().size());
      for (std::size_t i = 0; i < entries; ++i) {
        const double entry = to_double(forth.values()[i]);
        if (!std::isfinite(entry)) {  // all outputs are finite, so none depends on it
          if (gradient.values[i] != 0) return false;
          continue;
        }
        const double along = random.normal(i) * entry;
        forth.values()[i] += step * along;
        back.values()[i] -= step * along;
        const Digits50 part = gradient.values[i] * along;
        pulled += part;
        size += std::abs(to_double(part));
        allowed += std::abs(along) * bound;
      }
    }
    const Digits50 before = weighed(ask(forward_, Scalar::digits50, behind), at_);
    const Digits50 after = weighed(ask(forward_, Scalar::digits50, ahead), at_);
    const Digits50 slope = (after - before) / (2 * step);
    const double error = std::abs(to_double(Digits50(pulled - slope)));
    const double of_step = share_of_step * (1.0 + size + std::abs(to_double(before)));
    return error <= allowed + of_step;
  }

 private:
  std::size_t number_;
  const Answered& answer_;
  const Subject& forward_;
  const ErrorScale& error_scale_;
  AttentionInputs<Digits50> at_;
  AttentionInputs<Digits50> still_;  ///< the same inputs without a pullback
};

/// Whether both tasks have the same cotangents. A law may take one from an earlier answer.
bool has_same_cotangents(const Answered& one, const Answered& other) {
  const auto equal = [](const Heads<double>& x, const Heads<double>& y) {
    return std::ranges::equal(x.values(), y.values());
  };
  return other.attention && equal(one.attention->out_cotangent, other.attention->out_cotangent) &&
         equal(one.attention->end_cotangent, other.attention->end_cotangent);
}

/// The gradient of queries or keys that is not the forward pass's own; empty if both are.
std::string other_gradient_of_features(std::size_t number, const Answered& answer,
                                       const Answered& wanted, const ErrorScale& error_scale) {
  double largest = 0.0;
  for (const AnsweredArray& array : wanted.arrays) largest = std::max(largest, largest_in(array));
  for (const AttentionArray array : std::span(moved_arrays).first(arrays_of_features)) {
    const Discrepancy apart =
        error_scale.array_apart(number, static_cast<std::size_t>(array), array_in(answer, array),
                                array_in(wanted, array), largest);
    if (!(apart.error <= apart.bound)) return std::string(name(array));
  }
  return {};
}

}  // namespace

SlopeComparison compared_with_slope(const RecordedAnswers& of_subject, const Subject& forward,
                                    const RecordedAnswers& of_forward,
                                    const ErrorScale& error_scale, Directions directions) {
  SlopeComparison compared;
  if (!forward.attention.offers(Scalar::digits50)) return compared;
  for (std::size_t n = 0; n < of_subject.answers.size(); ++n) {
    const Answered& answer = of_subject.answers[n];
    if (!answer.attention) continue;
    if (n < of_forward.answers.size()) {
      std::string lost = lost_gradient(answer, of_forward.answers[n]);
      if (!lost.empty() && AttentionEvidence(*answer.attention).has_zero_denominator()) continue;
      compared.other_than = std::move(lost);
      if (!compared.other_than.empty()) break;
    }
    if (static_cast<std::size_t>(compared.asked) == most_answers) continue;
    if (!has_a_slope(*answer.attention) || !error_scale.bears(n)) continue;
    const bool is_detached = detaches_a_stabiliser(answer.attention->conventions);
    if (is_detached &&
        (n >= of_forward.answers.size() || !has_same_cotangents(answer, of_forward.answers[n]))) {
      continue;
    }
    const AnsweredArray& out = array_in(answer, AttentionArray::out);
    if (!is_finite(out) || !is_finite(array_in(answer, AttentionArray::end))) continue;
    if (largest_in(out) > largest_in_no_doubt) continue;
    try {
      const SlopeOf slope(n, answer, forward, error_scale);
      ++compared.asked;
      if (!slope.is_this_pass()) {
        compared.other_than = "the forward pass in 50 digits differs";
        break;
      }
      for (const AttentionArray array : moved_arrays) {
        if (!is_finite(array_in(answer, array))) compared.other_than = std::string(name(array));
      }
      std::span<const AttentionArray> arrays = moved_arrays;
      if (is_detached) {
        const std::string other =
            other_gradient_of_features(n, answer, of_forward.answers[n], error_scale);
        if (!other.empty()) compared.other_than = other;
        arrays = arrays.subspan(arrays_of_features);
      }
      if (directions == Directions::one) {
        if (!slope.is_slope_along(arrays)) compared.other_than = "pullback";
      } else {
        for (const AttentionArray& array : arrays) {
          if (!slope.is_slope_along({&array, 1})) compared.other_than = std::string(name(array));
        }
      }
    } catch (const std::exception&) {
      continue;  // `forward` does not support this task
    }
    if (!compared.other_than.empty()) break;
  }
  return compared;
}

}  // namespace slim::properties
