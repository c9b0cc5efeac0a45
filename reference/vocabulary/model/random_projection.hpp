#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace slim {

/// How FAVOR+'s random vectors ω_1 … ω_M are drawn. All kinds have mean 0 and covariance I.
enum class ProjectionKind {
  /// Standard normal, independent of one another.
  independent,
  /// In blocks of d that are orthogonal, each of length √d: the paper's code. A single ω_m is not
  /// normal, so that the estimate of exp(x·y) is biased: for positive features too small by its
  /// |z|⁴/(4(d + 2))-th part, z = x + y, when z is small.
  orthogonal,
  /// In orthogonal blocks, with lengths as independent normal vectors have them (χ with d degrees
  /// of freedom): a single ω_m is standard normal, and the estimate without bias.
  orthogonal_chi,
};
/// "independent", "orthogonal", "orthogonal-chi".
std::string_view name(ProjectionKind kind);
ProjectionKind parse_projection_kind(std::string_view text);

/// An orthogonal matrix, uniformly distributed (Haar's measure): the Q of a Gaussian matrix's QR
/// decomposition by Householder's mirrors, made unique by a positive diagonal of R. Without that
/// its first entry would never be positive. The same bits everywhere: additions, products,
/// quotients and square roots in one order.
/// Source: Mezzadri, "How to generate random matrices from the classical compact groups", Notices
/// of the AMS 54 (2007) 592. Shape: [d, d]. Uses d² places of `random` from `first`.
/// Error: QᵀQ − I is a few d units in the last place. Cost: 8/3 d³ multiply-adds.
Matrix<double> haar_orthogonal(Index d, const Random& random, std::uint64_t first = 0);

/// Shape: [d, M], a column for each ω_m. Blocks of d columns; of the last one as many as are
/// needed. Uses d·M places of `random` from `first` when independent, else 2d² for each block.
Matrix<double> random_projection(Index d, Index M, ProjectionKind kind, const Random& random,
                                 std::uint64_t first = 0);

/// Draws a projection [d, M], as random_projection does.
using ProjectionDraw =
    std::function<Matrix<double>(Index d, Index M, ProjectionKind kind, const Random& random)>;

}  // namespace slim
