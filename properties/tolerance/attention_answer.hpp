#pragma once

#include "properties/engine/law.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

#include <span>

namespace slim::properties {

/// What a subject answered to an attention task, taken over into 50 digits without loss.
using AttentionAnswer = AttentionResult<Digits50>;

/// How the arrays of a task lie in memory. What lies between entries is NaN, never read by right.
enum class Layout {
  contiguous,   ///< row-major [B, H, rows, cols]
  gaps,         ///< rows, heads and sequences apart, the first entry not at the start
  transposed,   ///< columns outermost within a head
  interleaved,  ///< [B, rows, H, cols], as projections of all heads at once are
  repeated,     ///< stride 0 along every axis on which all entries are the same
};

/// Asks for attention computed in `scalar`. What a subject has to fill is handed over full of NaN;
/// every array stands between fences, and so does what the subject takes from the ledger. A state
/// that the subject does not claim to give (it is not resumable), and a pullback, are empty. Throws
/// SubjectError when the answer has wrong sizes, when the subject throws, or when it wrote into
/// what it was given to read, or beside anything.
AttentionAnswer ask(const Subject& subject, Scalar scalar, const AttentionInputs<double>& inputs,
                    Layout layout = Layout::contiguous);

/// The same in a hardware scalar, the answer in long double, which holds it exactly.
AttentionResult<long double> ask_for_long_double(const Subject& subject, Scalar scalar,
                                                 const AttentionInputs<double>& inputs);

/// The same task `times` times, at the same place in memory.
std::vector<AttentionResult<long double>> ask_again(const Subject& subject, Scalar scalar,
                                                    const AttentionInputs<double>& inputs,
                                                    int times);

/// The same of numbers that are wider than a double, such as a state that was answered in 50
/// digits.
AttentionAnswer ask(const Subject& subject, Scalar scalar, const AttentionInputs<Digits50>& inputs);

/// The same for one task after another, all of one shape, at the same place in memory, each
/// answered into what the one before it left.
std::vector<AttentionAnswer> ask_in_turn(const Subject& subject, Scalar scalar,
                                         std::span<const AttentionInputs<double>> inputs);

/// g(x) of keys or queries, computed in `scalar`, asked in the same way.
Heads<Digits50> ask(const Subject& subject, Scalar scalar, const FeaturesInputs<double>& inputs);
/// The same in long double. Requires a hardware scalar.
Heads<long double> ask_for_long_double(const Subject& subject, Scalar scalar,
                                       const FeaturesInputs<double>& inputs);
/// What there is to ask about the features of a case of attention.
FeaturesInputs<double> features_asked(const AttentionInputs<double>& inputs, bool is_query);

/// Why `subject` need not answer this in `scalar`: what it does not claim. Empty when it must.
std::string unclaimed(const Subject& subject, Scalar scalar, const AttentionInputs<double>& inputs);
/// The same of the features of such a case, for which no attention need be claimed.
std::string unclaimed_features(const Subject& subject, Scalar scalar,
                               const AttentionInputs<double>& inputs);

}  // namespace slim::properties
