#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <span>

namespace slim::properties {

/// Which part of the attention is left under these conventions: the median over unit-normal
/// causal rows of min(D/D', D'/D), with D the denominator without any ε and D' the one with ε in
/// its place. 1 where ε vanishes, 0 where the features do. Rows with D = 0 are left out. Computed
/// by the reference's features and denominators in float64, from fixed seeds. Shapes: 32 tasks of 2
/// heads of 8 rows, D = M = 4, about as large as the cases that are drawn.
double share_of_attention(const AttentionConventions& conventions, FeatureKind kind,
                          bool features_given);

/// The least share that is still taken for the attention that it claims to be: 0.9, and 0.5 for an
/// ε in the features, since libraries add 1e-3 to exponentials that a stabiliser over all rows
/// makes small.
double least_share_of_attention(EpsilonPlace place);

/// Throws ContractError that names the number, what it is and what is allowed, unless conventions
/// leave attention over these maps (and over given features) what it is: share_of_attention() is as
/// large as it has to be for every one, and slopes at kinks lie between those on either side.
void require_within_limits(const AttentionConventions& conventions,
                           std::span<const FeatureKind> maps, bool features_given);
/// The same of whole models over these maps: LayerNorm's ε beside a variance of 1, the loss's
/// beside one target, and the base of the positions from 10 to 1e10.
void require_within_limits(const Conventions& conventions, std::span<const FeatureKind> maps);

}  // namespace slim::properties
