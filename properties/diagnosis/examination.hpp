// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/diagnostician.hpp"

#include <list>

namespace slim::properties {

/// A failing case, the subject's answers to it, and the diagnosis.
struct Diagnostician::Examination {
  const Subject& subject;
  Scalar scalar;
  Trial& trial;
  RecordedAnswers of_subject;
  ErrorScale error_scale;  ///< from the reference under the subject's declared conventions
  std::span<const Scalar> failed_in;
  std::span<const Counterexample> recorded;
  RecordedAnswers of_reference;
  struct InForward {
    const Suspect* suspect;
    bool shows_here;  ///< in the forward results; else only the pullback can show it
    Likeness likeness;
  };
  std::vector<InForward> in_forward{};          ///< candidates by forward results alone
  std::list<std::vector<Suspect>> of_blocks{};  ///< suspects with the block lengths tried
  Diagnosis diagnosis{};
};

inline bool holds_within(const Discrepancy& apart) {
  return apart.error <= apart.bound;
}

/// A suspect has to be nearer to the subject than the reference is.
inline bool is_nearer(const Discrepancy& to_suspect, const Discrepancy& to_reference) {
  return to_suspect.ratio() < to_reference.ratio();
}

/// A fault may have a mutant of whole models and one of attention: for a model the former is kept.
void prefer_models(std::vector<Likeness>& like);

inline bool has_gradients(const Subject& subject) {
  return subject.gradient.offers_any() || subject.capabilities.pullback;
}

/// The scalar of the probe set: 50 digits are slow, and float64 distinguishes as many suspects.
Scalar probe_set_scalar(const Subject& subject, Scalar scalar, Topic topic);

/// The reference with the subject's claims and conventions.
Subject reference_with_claims_of(const Subject& subject);

}  // namespace slim::properties
