#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Attention is its definition, and ends in the definition's state.
///
/// Statement: with the weights W_ij = g(q_i)·g(k_j) of the keys that row i sees,
/// Y_i = (Σ_j W_ij v_j + R₀ g(q_i)) / (Σ_j W_ij + S₀·g(q_i) + ε), and the end state is
/// (R₀ + Σ v_j g(k_j)ᵀ, S₀ + Σ g(k_j)). Source: Katharopoulos et al. 2020, equation 4; SLiM
/// Performer, equation 5. Generator: attention_specs. Tolerance: AttentionEvidence's bands; for an
/// output whose features are not negative the gauge is Ã/D, Ã the numerator on absolute values, so
/// that |Ŷ − Y| ≤ γ_n Ã/D. Kills: what changes a weight, a denominator or a state.
Law attention_agrees();

}  // namespace slim::properties::laws
