// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

// The file of a law has the law's name; its specification is the comment above the definition.

// Attention.
Law attention_agrees();
Law attention_resumes();
Law averages();
Law calls_independent();
Law conventions_agree();
Law future_does_not_leak();
Law heads_independent();
Law integers_exact();
Law isolates_non_finite();
Law key_scale_cancels();
Law layouts_agree();
Law linear_in_values();
Law linear_in_queries();
Law masked_keys_absent();
Law permutation_equivariant();
Law pullback_adjoint();
Law pullback_agrees();
Law refuses_bad_tasks();
Law stays_finite();
Law stays_in_hull();

// Feature maps and projections.
Law features_agree();
Law features_converge();
Law features_unbiased();
Law projection_as_declared();

// Whole models.
Law batches_add();
Law bytes_as_claimed();
Law declared_parts_agree();
Law decoding_agrees();
Law future_does_not_matter();
Law gradient_agrees();
Law gradient_calls_independent();
Law slice_length_does_not_matter();
Law split_and_resume();

/// The name of the law that judges costs instead of answers.
inline constexpr const char* bytes_as_claimed_name = "bytes-as-claimed";

}  // namespace slim::properties::laws
