// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace slim {

/// The distribution of FAVOR+'s random vectors ω_1 … ω_M. All kinds have mean 0 and covariance I.
enum class ProjectionKind {
  /// Standard normal, independent of one another.
  independent,
  /// Orthogonal blocks of d vectors of length √d, as in the paper's code. A single ω_m is not
  /// normal, so that the estimate of exp(x·y) is biased: with positive features and z = x + y
  /// small, it is too small by a relative |z|⁴/(4(d + 2)).
  orthogonal,
  /// Orthogonal blocks with the lengths of independent normal vectors (χ with d degrees of
  /// freedom): a single ω_m is standard normal, and the estimate is unbiased.
  orthogonal_chi,
};
/// "independent", "orthogonal", "orthogonal-chi".
std::string_view name(ProjectionKind kind);
ProjectionKind parse_projection_kind(std::string_view text);

/// A uniformly distributed (Haar) orthogonal matrix: the Q of a Gaussian matrix's QR decomposition
/// by Householder reflections, made unique by a positive diagonal of R. Without that its first
/// entry would never be positive. The same bits on every platform: additions, products, quotients
/// and square roots in a fixed order.
/// Source: Mezzadri, "How to generate random matrices from the classical compact groups", Notices
/// of the AMS 54 (2007) 592. Shape: [d, d]. Uses d² indices of `random` from `first`.
/// Error: QᵀQ − I is a few d units in the last place. Cost: 8/3 d³ multiply-adds.
Matrix<double> haar_orthogonal(Index d, const Random& random, std::uint64_t first = 0);

/// Shape: [d, M], one column per ω_m, in blocks of d columns; the last block is cut to fit. Uses
/// d·M indices of `random` from `first` when independent, else 2d² per block.
Matrix<double> random_projection(Index d, Index M, ProjectionKind kind, const Random& random,
                                 std::uint64_t first = 0);

/// Draws a projection [d, M], as random_projection does.
using ProjectionDraw =
    std::function<Matrix<double>(Index d, Index M, ProjectionKind kind, const Random& random)>;

}  // namespace slim
