// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

#include <span>

namespace slim::properties {

/// A subject's answer to an attention task, converted to 50 digits without loss.
using AttentionAnswer = AttentionResult<Digits50>;

/// The memory layout of a task's arrays. Gaps between entries are NaN and must not be read.
enum class Layout {
  contiguous,   ///< row-major [B, H, rows, cols]
  gaps,         ///< gaps between rows, heads and sequences, and an offset
  transposed,   ///< columns outermost within a head
  interleaved,  ///< [B, rows, H, cols], as from a projection of all heads at once
  repeated,     ///< stride 0 along every axis on which all entries are the same
};

/// Runs attention in `scalar`. Outputs start as NaN. Every array, and all workspace from the
/// ledger, lies between guard regions. States are empty if the subject is not resumable, and the
/// pullback if it does not claim one. Throws SubjectError when the answer has wrong sizes, when the
/// subject throws, or when it wrote into an input or outside of an array.
AttentionAnswer ask(const Subject& subject, Scalar scalar, const AttentionInputs<double>& inputs,
                    Layout layout = Layout::contiguous);

/// The same in a hardware scalar, with the answer in long double, which represents it exactly.
AttentionResult<long double> ask_for_long_double(const Subject& subject, Scalar scalar,
                                                 const AttentionInputs<double>& inputs);

/// Runs the same task `times` times, at the same addresses.
std::vector<AttentionResult<long double>> ask_again(const Subject& subject, Scalar scalar,
                                                    const AttentionInputs<double>& inputs,
                                                    int times);

/// The same for inputs wider than a double, such as a state that a subject computed in 50 digits.
AttentionAnswer ask(const Subject& subject, Scalar scalar, const AttentionInputs<Digits50>& inputs);

/// Runs tasks of one shape one after another at the same addresses, each with the results of the
/// previous one still in its outputs.
std::vector<AttentionAnswer> ask_in_turn(const Subject& subject, Scalar scalar,
                                         std::span<const AttentionInputs<double>> inputs);

/// g(x) of keys or queries in `scalar`, run in the same way.
Heads<Digits50> ask(const Subject& subject, Scalar scalar, const FeaturesInputs<double>& inputs);
/// The same in long double. Requires a hardware scalar.
Heads<long double> ask_for_long_double(const Subject& subject, Scalar scalar,
                                       const FeaturesInputs<double>& inputs);
/// The features task of the queries or keys of an attention case.
FeaturesInputs<double> features_asked(const AttentionInputs<double>& inputs, bool is_query);

/// What `subject` does not claim of this case in `scalar`, so that it need not answer; empty if it
/// must.
std::string unclaimed(const Subject& subject, Scalar scalar, const AttentionInputs<double>& inputs);
/// The same for the features of such a case, which do not require a claim of attention.
std::string unclaimed_features(const Subject& subject, Scalar scalar,
                               const AttentionInputs<double>& inputs);

}  // namespace slim::properties
