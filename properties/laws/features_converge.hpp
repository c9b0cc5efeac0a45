#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// The error of FAVOR+'s estimate falls as M^(−1/2).
///
/// Statement: with X = g(q)_m g(k)_m / exp(q·k/√d), M of them independent, the mean's squared error
/// is Var X / M = (e^s − 1)/M, s = |q̃ + k̃|². Source: Choromanski et al. 2021, lemma 2. Generator:
/// widths d of attention_specs up to 9, eight directions of q̃ = k̃ with s = 1/4; 64 heads, each with
/// independent normal projections of its own, for M = d and M = 8 d. The projections' seed is
/// fixed, so that there are 64 outcomes in all, each the same in every run.
/// Tolerance: X is lognormal, E X^p = exp(s p (p − 1)/2), so that the mean over M has the fourth
/// central moment (μ₄ + 3 (M − 1) σ⁴)/M³ with σ² = e^s − 1, μ₄ = e^(6s) − 4 e^(3s) + 6 e^s − 3.
/// The mean T over H heads of squared errors has the standard deviation
///   √((μ₄ + (2M − 3) σ⁴) / (M³ H)), and |T − σ²/M| ≤ 6 of these, and 2 r √T + r² for the roundings
/// r of a product. Passed by chance once in 36 at the very most (Chebyshev), for normal T once in
/// 5e8; none of the 64 outcomes is one. In 50 digits 16 heads. Kills: features that are fewer than
/// they look, and whatever biases.
Law features_converge();

}  // namespace slim::properties::laws
