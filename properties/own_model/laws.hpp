// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "properties/own_model/deviation.hpp"

#include <string>
#include <vector>

namespace slim::properties::own_model {

/// The laws that need no reference, for a subject that declares the task own_model.
/// `extra`: lengths to cover besides the usual ones. Throws ContractError if the subject cannot
/// take them, and has no other task that can.
std::vector<Law> own_laws(const foreign::ForeignSubject& foreign, const ExtraSizes& extra = {});
/// Their names.
const std::vector<std::string>& names_of_own_laws();

/// A law that needs no reference.
struct OwnLaw {
  std::string name;
  std::string statement;
  std::string source;
  /// Why the subject need not keep it; empty if it has to.
  std::string (*unclaimed)(const foreign::OwnModel& declared);
  Finding (*check)(OwnSubject& subject, const OwnCase& c, Scalar scalar);
  /// Makes a drawn case one that the law can check; null if every case is.
  OwnSpec (*repair)(OwnSpec spec, const foreign::OwnModel& declared) = nullptr;
  bool judges_answers = true;   ///< false if wrong answers that repeat keep it
  bool judges_slopes = false;   ///< then designed cases are run in every scalar
  bool runs_all_sizes = false;  ///< all designed cases, not only a third of them
};

OwnLaw own_slope_of_loss();
OwnLaw own_slope_of_sliced_loss();
OwnLaw own_slices_agree();
OwnLaw own_resumes();
OwnLaw own_future_does_not_matter();
OwnLaw own_padding_is_truncation();
OwnLaw own_batches_add();
OwnLaw own_batch_order_does_not_matter();
OwnLaw own_calls_independent();
OwnLaw own_float32_agrees();

/// The gradients that a subject offers, by slice length: the full one (0) and, if it has one, the
/// sliced one (C), with the words that follow a tensor's name in reports.
struct Pass {
  Index slice_length;
  std::string words;
};
std::vector<Pass> passes_of(const foreign::OwnModel& declared, Index slice_length);

/// The deviations of the full pass.
Deviation deviation_of_full(OwnSubject& subject, const OwnCase& c, Scalar scalar,
                            bool wants_logits = false);
/// Loss and gradient of one pass.
Answer gradient_in(OwnSubject& subject, const OwnCase& c, Index slice_length, Scalar scalar);

}  // namespace slim::properties::own_model
