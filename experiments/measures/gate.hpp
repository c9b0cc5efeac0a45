#pragma once

#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <map>
#include <set>
#include <stdexcept>
#include <string>

namespace slim::experiments {

/// A subject whose gradient is wrong: nothing of it is worth measuring.
class RefusedSubject : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A quick look before anything is measured, one small case with the setting's feature map, norm
/// and heads, slices that do not divide the length: the subject's gradient is held against the
/// reference's in 50 digits (if the subject works in them) and in the setting's own scalar.
/// Bounds, relative to the largest gradient entry: 1e-40 in 50 digits; in the scalar 64 times
/// (the error of the reference itself in that scalar, plus one unit roundoff).
/// Throws RefusedSubject, one line, when the subject is beyond a bound or not finite.
void require_lawful(const Subject& subject, const Subject& reference, const Setting& setting);

/// The same for many settings: what several of them ask of the reference, or of a subject in 50
/// digits, is computed once.
class Gate {
 public:
  explicit Gate(const Subject& reference) : reference_(reference) {}
  /// As the function of this name.
  void require_lawful(const Subject& subject, const Setting& setting);

 private:
  const Parameters<Digits50>& truth(const Subject& subject, const Setting& small,
                                    const Sequences& tokens);

  const Subject& reference_;
  std::map<std::string, Parameters<Digits50>> truths_;  ///< by all that a truth depends on
  std::set<std::string> passed_;  ///< subjects and cases that passed in 50 digits
};

}  // namespace slim::experiments
