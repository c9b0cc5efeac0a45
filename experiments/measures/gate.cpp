// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/gate.hpp"

#include "experiments/measures/gradient_error.hpp"
#include "experiments/measures/slope.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/model/draw.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slim::experiments {
namespace {

constexpr double bound_in_50_digits = 1e-40;
constexpr double slack = 64.0;
constexpr double bound_of_slope = 1e-20;

/// A small case with a first, a middle and a shorter last slice. Heads of width 16 avoid
/// denominators of ReLU maps that are zero, where recovery by subtraction may legitimately differ.
Setting small_case(const Setting& setting, Scalar scalar) {
  Setting small;
  small.subject = setting.subject;
  small.scalar = scalar;
  small.model = setting.model;
  small.model.heads = std::min<Index>(setting.model.heads, 2);
  small.model.hidden_dim = 16 * small.model.heads;
  small.model.layers = 2;
  small.model.ffn_dim = 24;
  small.model.vocab_size = 13;
  small.batch = 2;
  small.length = 11;
  small.slice = 4;
  small.first_sweep = setting.first_sweep;
  small.threads = setting.threads;
  return small;
}

/// Tokens with masked targets, more of them in every other sequence, so that a subject that ignores
/// the mask, or averages over each sequence by itself, is detected.
Sequences masked_tokens(const Setting& small) {
  Sequences tokens = draw_sequences(small.batch, small.length, small.model.vocab_size, small.seed);
  tokens.add_mask();
  for (Index b = 0; b < tokens.batch(); ++b) {
    const std::size_t step = b % 2 == 0 ? 3 : 2;
    for (std::size_t l = 2; l < tokens.mask(b).size(); l += step) tokens.mask(b)[l] = 0;
  }
  return tokens;
}

void require_near(const Subject& subject, const Parameters<Digits50>& truth, const Setting& setting,
                  const Sequences& tokens, double bound) {
  const double error = error_of_largest_entry(subject, truth, setting, tokens);
  if (error <= bound) return;
  throw RefusedSubject(fmt::format(
      "{} is rejected, and nothing is measured: with feature map {} its gradient differs by "
      "{:.2g} of the largest entry from the reference in {} (bound {:.2g})",
      subject.name, name(setting.model.feature_map), error, name(setting.scalar), bound));
}

/// Key of a small case, without the subject and the scalar.
std::string case_key(const Subject& subject, Setting small) {
  small.subject = "";
  small.scalar = Scalar::digits50;
  small.first_sweep = FirstSweep::lazy;
  small.threads = 1;
  return fmt::format("{} {}", fmt::join(to_arguments(small), " "), to_text(subject.conventions));
}

}  // namespace

void require_lawful(const Subject& subject, const Subject& reference, const Setting& setting) {
  Gate(reference).require_lawful(subject, setting);
}

const Parameters<Digits50>& Gate::truth(const Subject& subject, const Setting& small,
                                        const Sequences& tokens) {
  const std::string key = case_key(subject, small);
  const auto known = truths_.find(key);
  if (known != truths_.end()) return known->second;
  return truths_.emplace(key, true_gradient(reference_, subject.conventions, small, tokens))
      .first->second;
}

void Gate::require_lawful(const Subject& subject, const Setting& setting) {
  if (subject.name == "softmax") {  // a different model, which the reference cannot compute
    Setting whole = small_case(setting, Scalar::digits50);
    whole.slice = whole.length;
    const double error = slope_error(subject, whole);
    if (error <= bound_of_slope) return;
    throw RefusedSubject(
        fmt::format("{} is rejected, and nothing is measured: its gradient differs by {:.2g} "
                    "from the slope of its loss (bound {:.2g})",
                    subject.name, error, bound_of_slope));
  }
  const Setting small = small_case(setting, setting.scalar);
  const Sequences tokens = masked_tokens(small);
  const Parameters<Digits50>& right = truth(subject, small, tokens);
  const std::string in_50_digits =
      fmt::format("{} {} {} {}", subject.name, name(setting.first_sweep), small.threads,
                  case_key(subject, small));
  if (subject.gradient.offers(Scalar::digits50) && !passed_.contains(in_50_digits)) {
    require_near(subject, right, small_case(setting, Scalar::digits50), tokens, bound_in_50_digits);
    passed_.insert(in_50_digits);
  }
  if (setting.scalar == Scalar::digits50) return;
  Subject naive = reference_;
  naive.conventions = subject.conventions;
  Setting of_naive = small;
  of_naive.first_sweep = FirstSweep::lazy;  // the reference has none
  // Narrow scalars are used for storage only; the arithmetic is float32.
  if (!naive.gradient.offers(small.scalar)) of_naive.scalar = Scalar::float32;
  const double own_error = error_of_largest_entry(naive, right, of_naive, tokens);
  require_near(subject, right, small, tokens, slack * (own_error + unit_roundoff(small.scalar)));
}

}  // namespace slim::experiments
