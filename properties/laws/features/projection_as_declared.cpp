// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/choices.hpp"
#include "properties/engine/make_law.hpp"
#include "properties/laws/laws.hpp"
#include "properties/projections.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <rapidcheck/seq/Create.h>
#include <rapidcheck/shrinkable/Create.h>

#include <array>
#include <cmath>
#include <limits>

namespace slim::properties::laws {
namespace {

constexpr double deviations_allowed = 6.0;
constexpr Index widest = 65;
constexpr Index most_blocks = 4;
/// In wider projections only products of neighbours are averaged: of some thousand averages one
/// might exceed 6 deviations by chance.
constexpr Index widest_with_all_products = 16;

struct ProjectionSpec {
  ProjectionKind kind = ProjectionKind::independent;
  Index d = 1;
  Index M = 1;
  std::uint64_t seed = 0;  ///< of the draw whose blocks are checked

  bool operator==(const ProjectionSpec&) const = default;
};

/// Draws of an average: at most two million numbers in total.
int draws_of(const ProjectionSpec& spec) {
  return static_cast<int>(std::min<Index>(2000, 2'000'000 / (spec.d * spec.M)));
}

std::string in_a_line(const ProjectionSpec& spec) {
  return fmt::format("{} d={} M={} seed={}", name(spec.kind), spec.d, spec.M, spec.seed);
}

std::vector<ProjectionSpec> smaller_projections(const ProjectionSpec& spec) {
  std::vector<ProjectionSpec> smaller;
  for (const Index d : smaller_values(spec.d, 1)) {
    smaller.push_back({spec.kind, d, std::min(spec.M, most_blocks * d), spec.seed});
  }
  for (const Index M : smaller_values(spec.M, 1)) {
    smaller.push_back({spec.kind, spec.d, M, spec.seed});
  }
  if (spec.seed > 0) smaller.push_back({spec.kind, spec.d, spec.M, 0});
  return smaller;
}

ProjectionSpec draw_projection_spec(const rc::Random& random, int size) {
  Choices choices(random, size);
  ProjectionSpec spec;
  spec.kind = choices.one_of<ProjectionKind>(
      {ProjectionKind::independent, ProjectionKind::orthogonal, ProjectionKind::orthogonal_chi});
  spec.d = choices.one_of<Index>({1, 2, 3, 4, 5, 8, 16, 33, widest});
  spec.M =
      choices.one_of<Index>({1, spec.d, spec.d + 1, 2 * spec.d, 3 * spec.d, most_blocks * spec.d});
  spec.seed = static_cast<std::uint64_t>(choices.from(rc::gen::inRange<int>(0, 1000)));
  return spec;
}

CaseFile file_of_projection(const ProjectionSpec& spec) {
  CaseFile file;
  file.metadata = {{"task", "projection"},
                   {"projection", std::string(name(spec.kind))},
                   {"d", std::to_string(spec.d)},
                   {"M", std::to_string(spec.M)},
                   {"projection_seed", std::to_string(spec.seed)}};
  return file;
}

ProjectionSpec projection_from(const CaseFile& file) {
  ProjectionSpec spec;
  spec.kind = parse_projection_kind(file.text("projection"));
  spec.d = file.integer("d", 1, widest);
  spec.M = file.integer("M", 1, widest * most_blocks);
  spec.seed = static_cast<std::uint64_t>(
      file.integer("projection_seed", 0, std::numeric_limits<std::int32_t>::max()));
  return spec;
}

/// The variances of one vector's moments.
struct Moments {
  double of_square;          ///< ω_i²
  double of_product;         ///< ω_i ω_j
  double of_squared_square;  ///< |ω|⁴
};

Moments moments_of(ProjectionKind kind, Index width) {
  const auto d = static_cast<double>(width);
  if (kind == ProjectionKind::orthogonal) {
    return {.of_square = 2.0 * (d - 1.0) / (d + 2.0),
            .of_product = d / (d + 2.0),
            .of_squared_square = 0.0};
  }
  return {
      .of_square = 2.0,
      .of_product = 1.0,
      .of_squared_square = d * (d + 2.0) * (d + 4.0) * (d + 6.0) - d * d * (d + 2.0) * (d + 2.0)};
}

/// Keeps the comparison with the largest error over bound.
class Measured {
 public:
  void hold(const std::string& what, Index row, double value, double wanted, double bound) {
    double error = std::abs(value - wanted);
    if (!std::isfinite(error)) error = std::numeric_limits<double>::infinity();
    const Discrepancy candidate{.tensor = what, .row = row, .error = error, .bound = bound};
    if (worst_.tensor.empty() || worse(candidate, worst_)) worst_ = candidate;
  }
  [[nodiscard]] Finding finding() const {
    return {.outcome = worst_.error <= worst_.bound ? Outcome::pass : Outcome::wrong,
            .worst = worst_,
            .note = {}};
  }

 private:
  Discrepancy worst_;
};

void hold_blocks(const ProjectionSpec& spec, const Matrix<double>& omega, Measured& measured) {
  if (spec.kind == ProjectionKind::independent) return;
  const auto d = static_cast<double>(spec.d);
  const double last_places = 8.0 * d * d * std::numeric_limits<double>::epsilon();
  for (Index i = 0; i < spec.M; ++i) {
    const double square = omega.col(i).squaredNorm();
    if (spec.kind == ProjectionKind::orthogonal) {
      measured.hold("square", i, square, d, last_places);
    }
    for (Index j = i / spec.d * spec.d; j < i; ++j) {
      const double sizes = std::sqrt(square) * omega.col(j).norm();
      measured.hold("inner product", i, omega.col(i).dot(omega.col(j)), 0.0, last_places * sizes);
    }
  }
}

/// Sums over draws, of the first vector and the last.
struct Sums {
  Vector<double> means;
  Matrix<double> products;
  double squared_square = 0.0;
};

void hold_averages(const ProjectionSpec& spec, const mutants::ProjectionDraw& draw,
                   Measured& measured) {
  const Index d = spec.d;
  const int draws = draws_of(spec);
  std::array<Sums, 2> sums;
  for (Sums& of : sums) {
    of.means = Vector<double>::Zero(d);
    of.products = Matrix<double>::Zero(d, d);
  }
  Vector<double> across = Vector<double>::Zero((spec.M + d - 1) / d);
  for (std::uint64_t n = 0; n < static_cast<std::uint64_t>(draws); ++n) {
    const Matrix<double> omega = draw(d, spec.M, spec.kind, Random(n, stream_named("averages")));
    for (std::size_t which = 0; which < 2; ++which) {
      const Vector<double> vector = omega.col(which == 0 ? 0 : spec.M - 1);
      sums.at(which).means += vector / draws;
      sums.at(which).products += vector * vector.transpose() / draws;
      sums.at(which).squared_square += std::pow(vector.squaredNorm(), 2) / draws;
    }
    for (Index block = 1; block < across.size(); ++block) {
      across(block) += omega.col(0).dot(omega.col(block * d)) / draws;
    }
  }
  const auto width = static_cast<double>(d);
  const double last_places = 1e4 * width * width * std::numeric_limits<double>::epsilon();
  const auto allowed = [&](double variance) {
    return deviations_allowed * std::sqrt(variance / draws) + last_places;
  };
  const Moments moments = moments_of(spec.kind, d);
  for (const Sums& of : sums) {
    for (Index i = 0; i < d; ++i) {
      measured.hold("mean", i, of.means(i), 0.0, allowed(1.0));
      measured.hold("mean square", i, of.products(i, i), 1.0, allowed(moments.of_square));
      for (Index j = d > widest_with_all_products ? std::max<Index>(0, i - 1) : 0; j < i; ++j) {
        measured.hold("mean product", i, of.products(i, j), 0.0, allowed(moments.of_product));
      }
    }
    const double fourth =
        spec.kind == ProjectionKind::orthogonal ? width * width : width * (width + 2.0);
    measured.hold("mean fourth power of the length", 0, of.squared_square, fourth,
                  allowed(moments.of_squared_square));
  }
  for (Index block = 1; block < across.size(); ++block) {
    measured.hold("product across blocks", block * d, across(block), 0.0, allowed(width));
  }
}

/// Projections are in double for every scalar.
Finding is_of_its_kind(const ProjectionSpec& spec, const Subject& subject, Scalar /*scalar*/) {
  const mutants::ProjectionDraw draw = projection_of(subject);
  if (!draw) return not_claimed("to draw projections");
  const Matrix<double> omega =
      draw(spec.d, spec.M, spec.kind, Random(spec.seed, stream_named("projection")));
  if (omega.rows() != spec.d || omega.cols() != spec.M) {
    throw SubjectError("returned a projection of the wrong size", Failure::wrong_shape);
  }
  Measured measured;
  hold_blocks(spec, omega, measured);
  hold_averages(spec, draw, measured);
  return measured.finding();
}

}  // namespace

/// FAVOR+ projections have the distribution of their declared kind.
///
/// Statement: ω is [d, M]. For every kind, over draws, E ω_m = 0, E ω_m ω_mᵀ = I, and vectors of
/// different blocks are uncorrelated. For orthogonal kinds ω_i·ω_j = 0 within a block; the length
/// is √d if `orthogonal`, else E |ω|⁴ = d (d + 2), as for independent normal vectors. Source:
/// Choromanski et al. 2021, section 2.4; Mezzadri 2007 for signs. Generator: kind, d ≤ 65, M ≤ 4 d,
/// a seed for the block; the draws of the averages, 2,000 or at most two million numbers, have
/// fixed seeds, so there are a few dozen outcomes, the same in every run.
/// Tolerance: for a mean of all draws, 6 of its standard deviations, from the variances of the
/// kind: of ω_i 1; of ω_i² 2, or 2 (d − 1)/(d + 2) on the sphere; of ω_i ω_j 1, or d/(d + 2); of
/// ω·ω' of the first block and another d; of |ω|⁴ d(d+2)(d+4)(d+6) − d²(d+2)². For an inner product
/// or square within a block 8 d² units in the last place, from Householder reflections. Kills: unit
/// lengths, missing sign corrections, vectors that are not orthogonal, repeated blocks.
Law projection_as_declared() {
  const rc::Gen<ProjectionSpec> specs = [](const rc::Random& random, int size) {
    return rc::shrinkable::shrinkRecur(draw_projection_spec(random, size),
                                       [](const ProjectionSpec& spec) {
                                         return rc::seq::fromContainer(smaller_projections(spec));
                                       });
  };
  return make_law<ProjectionSpec, ProjectionSpec>(
      {.name = "projection-as-declared",
       .statement = "ω has mean 0 and covariance I, blocks are uncorrelated; orthogonal kinds are "
                    "orthogonal within a block, with lengths √d or χ-distributed",
       .source = "Choromanski et al. 2021, section 2.4; Mezzadri 2007",
       .generator = "three kinds, d ≤ 65, M ≤ 4 d; averages over up to 2000 draws with fixed seeds",
       .tolerance = "6 standard deviations, from the moments of the kind; 8 d² units in the last "
                    "place within a block",
       .kills = {"mutant/projection-of-unit-length", "mutant/projection-without-sign-correction",
                 "mutant/projection-independent-called-orthogonal",
                 "mutant/projection-of-blocks-alike", "mutant/projection-without-chi-lengths"},
       .draw = {},
       .load = {}},
      {.specs = specs,
       .readable = in_a_line,
       .materialise = [](const ProjectionSpec& spec) { return spec; },
       .to_file = file_of_projection,
       .from_file = projection_from,
       .unusable = [](ProjectionSpec&, Scalar) { return std::string(); },
       .check = is_of_its_kind});
}

}  // namespace slim::properties::laws
