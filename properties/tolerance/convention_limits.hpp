// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <span>

namespace slim::properties {

/// How much of the attention remains under these conventions: the median over unit-normal causal
/// rows of min(D/D', D'/D), where D is the denominator without any ε and D' that with ε in its
/// place. 1 if ε is negligible, 0 if the features are. Rows with D = 0 are left out. Computed with
/// the reference's features and denominators in float64, from fixed seeds. Shapes: 32 tasks of 2
/// heads of 8 rows, D = M = 4, about as large as drawn cases.
double share_of_attention(const AttentionConventions& conventions, const FeatureMap& map,
                          bool features_given);

/// The least share of attention that is accepted: 0.9, and 0.5 for an ε in the features, since
/// libraries add 1e-3 to exponentials that a stabiliser over all rows makes small.
double least_share_of_attention(EpsilonPlace place);

/// Throws ContractError, with the constant, its value and what is allowed, unless
/// share_of_attention() is at least least_share_of_attention() for every map (and for given
/// features) and each ε by itself, slopes at kinks lie between those on either side, and scales are
/// from 1e-3 to 1e3. A stabiliser of each key by itself is refused, too: it changes the weights of
/// attention, which is a known fault and no convention.
void require_within_limits(const AttentionConventions& conventions,
                           std::span<const FeatureMap> maps, bool features_given);
/// The same for whole models over these maps: LayerNorm's ε is small against a variance of 1, the
/// loss's ε against one target, and the base of the positions is from 10 to 1e10.
void require_within_limits(const Conventions& conventions, std::span<const FeatureKind> maps);

}  // namespace slim::properties
