// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/finding.hpp"
#include "properties/own_model/own_case.hpp"

namespace slim::properties::own_model {

/// How much rounding errors may change the answers of a correct program on one case: the largest
/// deviation over 16 runs of the subject itself, with every parameter moved by one unit in the last
/// place (of its narrowest declared type), up or down.
///
/// Sizes are the larger ones of those on this case and on the same case with other tokens. A loss
/// that is much smaller than usual, such as −log(1 − 1e-9), is the difference of larger numbers,
/// and so is its gradient (1 − 1e-9) − 1: moves by one unit do not show how these are rounded.
struct Deviation {
  Answer unmoved;
  double loss = 0.0;             ///< at least 2 u · (size of the loss)
  std::vector<double> gradient;  ///< per tensor; at least 2u times its largest entry, and
                                 ///< u/16 times that of all
  double logits = 0.0;           ///< at least 2u · (largest logit)
  double unit = 0.0;             ///< u
  double size_of_loss = 0.0;
  double largest_gradient = 0.0;
};

/// Each value moved by one unit in the last place of a type with unit roundoff u, up or down.
Values moved_by_units(const Values& values, double u, std::uint64_t seed, int copy);

enum class Rounding { of_scalar, of_narrowest };

/// Runs the request on 17 copies of its case's parameters, and once with other tokens.
Deviation deviation_of(OwnSubject& subject, const OwnCase& c, Request request, Scalar scalar,
                       Rounding rounding = Rounding::of_narrowest);

/// |a − b| of the entry where it is largest; infinite where one of them is not finite, or where
/// their sizes differ.
double largest_difference(const std::vector<double>& a, const std::vector<double>& b);
double largest_entry(const std::vector<double>& values);

/// Collects comparisons of one case, and decides its outcome: PASS up to 4 deviations, SUSPECT up
/// to 8. An answer of which rounding may change more than 1 % of its largest entry (25 % with
/// declared narrow internals) is compared, but does not count as judged.
class Comparison {
 public:
  Comparison(const OwnSubject& subject, const Deviation& allowed);

  void loss(const std::string& where, double a, double b);
  void gradient(const std::string& where, const Values& a, const Values& b);
  void logits(const std::string& where, const std::vector<double>& a, const std::vector<double>& b);
  /// `a` and `b` must be the same bits.
  void same(const std::string& where, const Answer& a, const Answer& b);
  /// An error with a bound of its own, which counted() may count.
  void error(const std::string& tensor, double error, double bound);
  void counted(JudgedTensor count) { finding_.judged.push_back(std::move(count)); }
  /// The subject subtracts: errors up to √u of the largest entry are DRIFT.
  void may_drift() { drifts_ = true; }
  [[nodiscard]] Finding finding() const;

 private:
  void add(const std::string& tensor, double error, double deviation, double largest);

  const OwnSubject& subject_;
  const Deviation& allowed_;
  bool drifts_ = false;
  bool beyond_drift_ = false;
  Finding finding_;
};

}  // namespace slim::properties::own_model
