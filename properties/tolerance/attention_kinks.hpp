// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention_inputs.hpp"

#include <vector>

namespace slim::properties {

/// Whether rounding may decide which slope the features of q or k have: a projected map with a kink
/// at 0, or the maximum over projections of a stabiliser that has a gradient.
bool has_kinks_at_sums(const FeatureMap& map_of_queries, const AttentionConventions& conventions,
                       bool features_given, bool is_query);

/// For each row [B, H, L] of q or k, how close it is to such a kink; infinite without kinks. For
/// the arguments u = x ω of a map with a kink at 0: the smallest |Σ x_d ω_d| / Σ |x_d ω_d|. For a
/// stabiliser: the distance between the largest and the next argument, relative to the sum of
/// these scales, for the rows of both. At a tie libraries differ: the gradient goes to the first
/// maximum, or to all in equal parts.
template <class W>
std::vector<double> clearance_of_kinks(const AttentionInputs<W>& inputs, bool is_query);

}  // namespace slim::properties
