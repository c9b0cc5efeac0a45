// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/deviation.hpp"

#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties::own_model {
namespace {

constexpr int moved_copies = 16;
constexpr double infinite = std::numeric_limits<double>::infinity();

/// The value moved by one unit in the last place of a type with unit roundoff u.
double moved(double value, double u, bool up) {
  if (value == 0.0) return value;
  int exponent = 0;
  std::frexp(value, &exponent);  // |value| in [½, 1) · 2^exponent
  const double place = std::ldexp(u, exponent);
  return up ? value + place : value - place;
}

/// The answer to the same request with other tokens; neighbours that are equal become different.
Answer with_other_tokens(OwnSubject& subject, const OwnCase& c, const Request& request,
                         Scalar scalar) {
  OwnSequences other = request.sequences;
  for (std::size_t i = 0; i < other.tokens.size(); ++i) {
    other.tokens[i] =
        subject.declared().token_after(other.tokens[i], 1 + static_cast<std::int64_t>(i));
  }
  return subject.ask_once({.sequences = other,
                           .copies = {&c.parameters},
                           .slice_length = request.slice_length,
                           .seed = request.seed,
                           .cuts = request.cuts,
                           .wants_loss = request.wants_loss,
                           .wants_gradient = request.wants_gradient,
                           .wants_logits = request.wants_logits},
                          scalar);
}

/// The size of a number; that of `other`, if it is finite and larger.
double size_of(double a, double other) {
  return std::isfinite(other) ? std::max(std::abs(a), std::abs(other)) : std::abs(a);
}

}  // namespace

Values moved_by_units(const Values& values, double u, std::uint64_t seed, int copy) {
  Values all = values;
  std::uint64_t stream = stream_named("own ulps") + static_cast<std::uint64_t>(copy) * 65537;
  for (std::vector<double>& tensor : all) {
    const Random random(seed, stream++);
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      tensor[i] = moved(tensor[i], u, random.below(2, i) == 1);
    }
  }
  return all;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return infinite;
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double apart = std::abs(a[i] - b[i]);
    largest = std::max(largest, std::isfinite(apart) ? apart : infinite);
  }
  return largest;
}

double largest_entry(const std::vector<double>& values) {
  double largest = 0.0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

Deviation deviation_of(OwnSubject& subject, const OwnCase& c, Request request, Scalar scalar,
                       Rounding rounding) {
  Deviation of;
  of.unit = unit_roundoff(scalar);
  if (rounding == Rounding::of_narrowest) {
    of.unit = std::max(of.unit, subject.declared().narrowest);
  }
  std::vector<Values> copies;
  copies.reserve(moved_copies);
  request.copies = {&c.parameters};
  for (int k = 0; k < moved_copies; ++k) {
    copies.push_back(moved_by_units(c.parameters, of.unit, c.seed, k));
    request.copies.push_back(&copies.back());
  }
  std::vector<Answer> answers = subject.ask(request, scalar);
  of.unmoved = std::move(answers.front());
  const Answer other = with_other_tokens(subject, c, request, scalar);
  std::vector<double> largest;
  for (std::size_t i = 0; i < of.unmoved.gradient.size(); ++i) {
    largest.push_back(
        size_of(largest_entry(of.unmoved.gradient[i]), largest_entry(other.gradient[i])));
    of.largest_gradient = std::max(of.largest_gradient, largest.back());
  }
  of.size_of_loss = size_of(of.unmoved.loss, other.loss);
  of.loss = 2.0 * of.unit * of.size_of_loss;
  of.logits = 2.0 * of.unit * largest_entry(of.unmoved.logits);
  for (const double entry : largest) {
    // Where no parameter moves, as with zeros, an entry still has the roundings of its last steps.
    of.gradient.push_back(of.unit * std::max(of.largest_gradient / 16.0, 2.0 * entry));
  }
  for (auto moved = answers.begin() + 1; moved != answers.end(); ++moved) {
    of.loss = std::max(of.loss, largest_difference({moved->loss}, {of.unmoved.loss}));
    of.logits = std::max(of.logits, largest_difference(moved->logits, of.unmoved.logits));
    for (std::size_t i = 0; i < of.gradient.size(); ++i) {
      const double apart = largest_difference(moved->gradient[i], of.unmoved.gradient[i]);
      of.gradient[i] = std::max(of.gradient[i], apart);
    }
  }
  return of;
}

Comparison::Comparison(const OwnSubject& subject, const Deviation& allowed)
    : subject_(subject), allowed_(allowed) {}

void Comparison::error(const std::string& tensor, double error, double bound) {
  if (!std::isfinite(bound)) error = infinite;  // some answer was not finite
  const Discrepancy here{.tensor = tensor, .row = 0, .error = error, .bound = bound};
  if (finding_.worst.tensor.empty() || worse(here, finding_.worst)) finding_.worst = here;
}

/// A tensor that is no larger than the rounding errors of the others is compared, but not counted.
void Comparison::add(const std::string& tensor, double error, double deviation, double largest) {
  constexpr double bound_in_deviations = 4.0;
  const bool is_narrow = allowed_.unit > unit_roundoff(Scalar::float32);
  const double most = is_narrow ? 0.25 : 0.01;
  const double bound = bound_in_deviations * deviation;
  this->error(tensor, error, bound);
  const bool explained = error <= std::sqrt(allowed_.unit) * largest;
  beyond_drift_ = beyond_drift_ || (!(error <= 2.0 * bound) && !explained);
  if (largest <= 64.0 * allowed_.unit * allowed_.largest_gradient) return;
  const bool judged = deviation <= most * largest;
  counted({.tensor = tensor, .compared = 1, .judged = judged ? 1 : 0});
}

void Comparison::loss(const std::string& where, double a, double b) {
  add("loss" + where, largest_difference({a}, {b}), allowed_.loss, std::abs(b));
}

void Comparison::gradient(const std::string& where, const Values& a, const Values& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::string& parameter = subject_.declared().parameters[i].name;
    add("grad." + parameter + where, largest_difference(a[i], b[i]), allowed_.gradient[i],
        largest_entry(b[i]));
  }
}

void Comparison::logits(const std::string& where, const std::vector<double>& a,
                        const std::vector<double>& b) {
  add("logits" + where, largest_difference(a, b), allowed_.logits, largest_entry(b));
}

void Comparison::same(const std::string& where, const Answer& a, const Answer& b) {
  error("loss" + where, largest_difference({a.loss}, {b.loss}), 0.0);
  for (std::size_t i = 0; i < a.gradient.size(); ++i) {
    const std::string& parameter = subject_.declared().parameters[i].name;
    error("grad." + parameter + where, largest_difference(a.gradient[i], b.gradient[i]), 0.0);
  }
}

Finding Comparison::finding() const {
  Finding finding = finding_;
  const double ratio = finding.worst.ratio();
  finding.outcome = ratio <= 1.0 ? Outcome::pass : ratio <= 2.0 ? Outcome::suspect : Outcome::wrong;
  if (finding.outcome == Outcome::wrong && drifts_ && !beyond_drift_) {
    finding.outcome = Outcome::drift;
  }
  return finding;
}

}  // namespace slim::properties::own_model
