// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <map>
#include <set>
#include <stdexcept>
#include <string>

namespace slim::experiments {

/// The gradient of a subject is wrong, so that it must not be measured.
class RefusedSubject : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Checks a subject before it is measured, on one small case with the setting's feature map, norm
/// and heads, and slices that do not divide the length. The subject's gradient is compared with the
/// reference's in 50 digits (if the subject supports them) and in the setting's own scalar.
/// Bounds, relative to the largest gradient entry: 1e-40 in 50 digits; in the scalar, 64 times (the
/// error of the reference in that scalar, plus one unit roundoff).
/// Throws RefusedSubject with a message of one line when a bound is exceeded or a value is not
/// finite.
void require_lawful(const Subject& subject, const Subject& reference, const Setting& setting);

/// The same for many settings. Results of the reference, and of subjects in 50 digits, are computed
/// once and shared.
class Gate {
 public:
  explicit Gate(const Subject& reference) : reference_(reference) {}
  /// Like the free function.
  void require_lawful(const Subject& subject, const Setting& setting);

 private:
  const Parameters<Digits50>& truth(const Subject& subject, const Setting& small,
                                    const Sequences& tokens);

  const Subject& reference_;
  std::map<std::string, Parameters<Digits50>> truths_;  ///< by everything that they depend on
  std::set<std::string> passed_;  ///< subjects and cases that passed in 50 digits
};

}  // namespace slim::experiments
