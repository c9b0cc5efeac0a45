// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/resemblance.hpp"

#include "properties/tolerance/attention_evidence.hpp"
#include "properties/tolerance/rounded_arguments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

constexpr double unlike = std::numeric_limits<double>::infinity();
constexpr double likeness_of_tensor = 1e5;  ///< times u
constexpr double likeness_of_all = 1e3;
constexpr double likeness_of_projection = 1e3;  ///< times u of double, the scalar of projections
constexpr double share_of_own_array = 64;       ///< times u, of the suspect's array
constexpr double share_of_own_answer = 16;
constexpr double any_number = std::numeric_limits<double>::max();

double size_of(const Digits50& x) {
  return std::abs(to_double(x));
}

double largest_of(const AnsweredArray& array) {
  double largest = 0.0;
  for (const Digits50& x : array.values) {
    if (std::isfinite(to_double(x))) largest = std::max(largest, size_of(x));
  }
  return largest;
}

double largest_of(const Answered& answer) {
  double largest = 0.0;
  for (const AnsweredArray& array : answer.arrays) largest = std::max(largest, largest_of(array));
  return largest;
}

double feature_allowance(double g, double largest, Index cols, double u) {
  const double path = static_cast<double>(cols) + 12.0;
  const double exponent = g > 0.0 ? std::abs(std::log(g)) : 0.0;
  return 8.0 * u * (path * g * (1.0 + exponent) + largest);
}

bool is_of_pullback(const AnsweredArray& array) {
  return array.name.starts_with("d.") || array.name.starts_with("grad.");
}

Discrepancy infinitely_apart(const char* where) {
  return {.tensor = where, .row = 0, .error = unlike, .bound = 0.0};
}

/// The law could not be checked to its end: an answer is missing, or a violation occurred.
bool failed(const RecordedAnswers& of) {
  return of.finding.outcome == Outcome::wrong && !of.finding.has_numbers();
}

/// The harness's part of a note; the subject's own message follows after ": ".
std::string_view seen_by_the_harness(const std::string& note) {
  return std::string_view(note).substr(0, note.find(": "));
}

bool failed_alike(const RecordedAnswers& one, const RecordedAnswers& other) {
  if (failed(one) != failed(other)) return false;
  return !failed(one) ||
         (seen_by_the_harness(one.finding.note) == seen_by_the_harness(other.finding.note) &&
          !one.finding.note.starts_with("threw"));
}

/// How close the numbers of a case are to the limits of the scalar's range.
enum class Edge { far, near, beyond };

double band_of(AttentionEvidence& evidence, Scalar scalar, AttentionArray array, std::size_t place,
               Edge edge) {
  switch (edge) {
    case Edge::far:
      return evidence.band(scalar, array, place).pass;
    case Edge::near:
      return std::min(any_number / 2.0, evidence.band_at_the_edge(scalar, array, place).pass);
    default:
      return any_number / 2.0;
  }
}

}  // namespace

ErrorScale::ErrorScale(const RecordedAnswers& reference, Scalar scalar, WhereUnborne unborne)
    : scalar_(scalar) {
  const double u = unit_roundoff(scalar);
  for (const Answered& answer : reference.answers) {
    std::vector<Allowed> of_answer;
    const double all = largest_of(answer);
    std::optional<AttentionEvidence> evidence;
    if (answer.attention) evidence.emplace(*answer.attention);
    const bool is_vague = evidence && (has_cancelled_row(*answer.attention) ||
                                       has_unsure_slope(*answer.attention, unit_roundoff(scalar)));
    const bool bears_it = !is_vague && (!evidence || evidence->unusable(scalar).empty());
    bears_all_ = bears_all_ && bears_it;
    bears_.push_back(bears_it);
    const Edge edge = is_vague                                        ? Edge::beyond
                      : bears_it || unborne == WhereUnborne::as_borne ? Edge::far
                      : evidence->is_boundless(scalar)                ? Edge::beyond
                                                                      : Edge::near;
    for (std::size_t a = 0; a < answer.arrays.size(); ++a) {
      const AnsweredArray& array = answer.arrays[a];
      Allowed allowed{.entries = array.values.size(), .bound = 0.0, .largest = largest_of(array)};
      for (std::size_t i = 0; i < array.values.size(); ++i) {
        const double here =
            evidence ? 2.0 * band_of(*evidence, scalar, all_attention_arrays.at(a), i, edge)
            : array.name == "features"
                ? feature_allowance(size_of(array.values[i]), allowed.largest, array.cols, u)
            : array.name == "projection"
                ? likeness_of_projection * unit_roundoff(Scalar::float64) * allowed.largest
                : u * (likeness_of_tensor * allowed.largest + likeness_of_all * all);
        allowed.bound = std::max(allowed.bound, here);
      }
      of_answer.push_back(std::move(allowed));
    }
    allowed_.push_back(std::move(of_answer));
  }
}

double ErrorScale::bound_of(std::size_t answer, std::size_t array, double largest,
                            double largest_of_all) const {
  const Allowed& allowed = allowed_.at(answer).at(array);
  const double larger = allowed.largest > 0.0 ? std::max(1.0, largest / allowed.largest) : 1.0;
  // If the reference's entries nearly cancel, the ratio `larger` carries no information.
  const double of_larger =
      std::min(larger * allowed.bound,
               allowed.bound + likeness_of_tensor * unit_roundoff(scalar_) * largest);
  // If the reference's array is 0 (all keys masked), it carries no information about roundings.
  const double unknown =
      allowed.largest > 0.0 ? 0.0 : unit_roundoff(scalar_) * likeness_of_tensor * largest_of_all;
  const double of_suspect = unit_roundoff(scalar_) *
                            (share_of_own_array * largest + share_of_own_answer * largest_of_all);
  // The bound stays finite, so that an infinite difference exceeds it.
  return std::min(any_number, of_larger + unknown + of_suspect);
}

Discrepancy ErrorScale::array_apart(std::size_t answer, std::size_t array, const AnsweredArray& one,
                                    const AnsweredArray& wanted, double largest_of_all) const {
  // Both arrays are empty, though the reference may have one.
  if (one.values.empty() && wanted.values.empty()) return {.tensor = wanted.name};
  if (one.values.size() != wanted.values.size() ||
      one.values.size() != allowed_.at(answer).at(array).entries) {
    return infinitely_apart(wanted.name.c_str());
  }
  const double bound = bound_of(answer, array, largest_of(wanted), largest_of_all);
  Discrepancy worst{.tensor = wanted.name, .row = 0, .error = 0.0, .bound = 0.0};
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    const Digits50& x = one.values[i];
    const Digits50& y = wanted.values[i];
    const bool both_none = isnan(x) && isnan(y);
    if (both_none || x == y) continue;
    double error = to_double(Digits50(abs(x - y)));
    if (!std::isfinite(error)) error = unlike;
    const Discrepancy here{.tensor = wanted.name,
                           .row = static_cast<Index>(i) / wanted.cols,
                           .error = error,
                           .bound = bound};
    if (worse(here, worst)) worst = here;
  }
  return worst;
}

Discrepancy ErrorScale::apart(const RecordedAnswers& one, const RecordedAnswers& wanted) const {
  return apart(one, wanted, Part::whole);
}

Discrepancy ErrorScale::apart_in_forward(const RecordedAnswers& one,
                                         const RecordedAnswers& wanted) const {
  return apart(one, wanted, Part::forward);
}

Discrepancy ErrorScale::apart(std::size_t answer, const Answered& one,
                              const Answered& wanted) const {
  return apart(answer, one, wanted, Part::whole);
}

Discrepancy ErrorScale::apart(const RecordedAnswers& one, const RecordedAnswers& wanted,
                              Part part) const {
  if (!failed_alike(one, wanted)) return infinitely_apart("answer");
  if (one.answers.size() != wanted.answers.size() || one.answers.size() > allowed_.size()) {
    return infinitely_apart("number of answers");
  }
  Discrepancy worst;
  for (std::size_t n = 0; n < one.answers.size(); ++n) {
    const Discrepancy here = apart(n, one.answers[n], wanted.answers[n], part);
    if (worst.tensor.empty() || worse(here, worst)) worst = here;
  }
  return worst;
}

Discrepancy ErrorScale::apart(std::size_t answer, const Answered& one, const Answered& wanted,
                              Part part) const {
  const std::size_t arrays = allowed_.at(answer).size();
  if (one.arrays.size() != arrays || wanted.arrays.size() != arrays) {
    return infinitely_apart("arrays of an answer");
  }
  Discrepancy worst;
  for (std::size_t a = 0; a < arrays; ++a) {
    if (part == Part::forward && is_of_pullback(wanted.arrays[a])) continue;
    const Discrepancy here =
        array_apart(answer, a, one.arrays[a], wanted.arrays[a], largest_of(wanted));
    if (worst.tensor.empty() || worse(here, worst)) worst = here;
  }
  return worst;
}

Discrepancy growth_apart(const RecordedAnswers& one, const RecordedAnswers& wanted) {
  Discrepancy worst{.tensor = "bytes", .row = 0, .error = 0.0, .bound = 0.0};
  if (one.bytes.size() != wanted.bytes.size()) return infinitely_apart("number of answers");
  for (std::size_t n = 1; n < one.bytes.size(); ++n) {
    const double growth = one.bytes[n] - one.bytes.front();
    const double other = wanted.bytes[n] - wanted.bytes.front();
    worst.error = std::max(worst.error, std::abs(growth - other));
  }
  return worst;
}

bool ErrorScale::varies(const RecordedAnswers& of, std::size_t answer, std::size_t array) const {
  if (of.before.size() != of.answers.size()) return false;
  const Discrepancy change =
      array_apart(answer, array, of.before[answer].arrays[array], of.answers[answer].arrays[array],
                  largest_of(of.answers[answer]));
  return !(change.error <= change.bound);
}

Discrepancy ErrorScale::apart_but_for_what_varies(const RecordedAnswers& one,
                                                  const RecordedAnswers& wanted,
                                                  int& left_out) const {
  left_out = 0;
  Discrepancy whole = apart(one, wanted);
  if (whole.error <= whole.bound || whole.tensor == "answer" ||
      one.answers.size() != wanted.answers.size() || one.answers.size() > allowed_.size()) {
    return whole;
  }
  Discrepancy worst;
  for (std::size_t n = 0; n < one.answers.size(); ++n) {
    const std::vector<AnsweredArray>& arrays = one.answers[n].arrays;
    if (arrays.size() != wanted.answers[n].arrays.size()) return whole;
    std::vector<bool> free(arrays.size());
    bool both_vary = false;
    for (std::size_t a = 0; a < arrays.size(); ++a) {
      const bool first = varies(one, n, a);
      const bool second = varies(wanted, n, a);
      free[a] = first || second;
      both_vary = both_vary || (first && second);
    }
    for (std::size_t a = 0; a < arrays.size(); ++a) {
      if (both_vary && free[a]) {
        ++left_out;
        continue;
      }
      const Discrepancy here =
          array_apart(n, a, arrays[a], wanted.answers[n].arrays[a], largest_of(wanted.answers[n]));
      if (worst.tensor.empty() || worse(here, worst)) worst = here;
    }
  }
  return worst;
}

}  // namespace slim::properties
