#pragma once

#include "experiments/setting.hpp"
#include "reference/vocabulary/subject.hpp"

#include <stdexcept>

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

}  // namespace slim::experiments
