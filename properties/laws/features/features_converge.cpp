// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/features/random_feature_kernel.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/model/random_projection.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties::laws {
namespace {

constexpr double square_of_the_sum = 0.25;  ///< s
constexpr Index directions = 8;
constexpr Index more_blocks = 8;
constexpr double standard_deviations = 6.0;
constexpr Index widest_head = 9;  ///< the 64 projections have 8 d² numbers each

AttentionSpec of_random_features(AttentionSpec spec) {
  spec.features_given = false;
  spec.feature_map = {.kind = FeatureKind::favor_plus, .blocks = 1};
  spec.batch = spec.heads = 1;
  spec.width = std::min(spec.width, widest_head);
  spec.entries = Entries::normal;
  return spec;
}

std::string is_of_random_features(const AttentionCase& c) {
  return !c.given().features_given && c.given().feature_map.kind == FeatureKind::favor_plus
             ? ""
             : "it must have FAVOR+ features";
}

Index heads_in(Scalar scalar) {
  return scalar == Scalar::digits50 ? 16 : 64;
}

/// x̃ of queries and of keys.
RowVector<double> direction(Index d, Index number) {
  const Random random(static_cast<std::uint64_t>(number), stream_named("direction"));
  RowVector<double> x(d);
  for (Index i = 0; i < d; ++i) x(i) = random.normal(static_cast<std::uint64_t>(i));
  return x.normalized() * std::sqrt(square_of_the_sum) / 2.0;
}

/// One row in each of `heads` heads, each with its own projection.
FeaturesInputs<double> one_row_a_head(const RowVector<double>& x, Index heads, Index blocks,
                                      Scalar scalar) {
  const Index d = x.size();
  FeaturesInputs<double> inputs;
  inputs.feature_map = {FeatureKind::favor_plus, blocks};
  inputs.x =
      Heads<double>({.batch = 1, .heads = heads, .rows = 1, .cols = d}, MemoryTag::parameters);
  inputs.omega = Heads<double>({.batch = 1, .heads = heads, .rows = d, .cols = d * blocks},
                               MemoryTag::parameters);
  const Random random(1, stream_named("converging features"));
  for (Index h = 0; h < heads; ++h) {
    inputs.x(0, h) = x.unaryExpr([&](double entry) { return representable(scalar, entry); });
    inputs.omega(0, h) = random_projection(d, d * blocks, ProjectionKind::independent, random,
                                           static_cast<std::uint64_t>(h) << 20);
  }
  return inputs;
}

/// The mean over heads of the estimate's squared relative error.
double squared_error(const Subject& subject, Scalar scalar, const AttentionConventions& conventions,
                     const RowVector<double>& x, Index blocks) {
  const Index d = x.size();
  const Index heads = heads_in(scalar);
  const SideScales scales = side_scales(conventions, d);
  FeaturesInputs<double> queries = one_row_a_head(x / scales.query, heads, blocks, scalar);
  FeaturesInputs<double> keys = one_row_a_head(x / scales.key, heads, blocks, scalar);
  keys.is_query = false;
  queries.conventions = keys.conventions = conventions;
  const Heads<Digits50> gQ = ask(subject, scalar, queries);
  const Heads<Digits50> gK = ask(subject, scalar, keys);
  const double kernel = std::exp(x.squaredNorm());
  const Index M = d * blocks;
  double sum = 0.0;
  for (Index h = 0; h < heads; ++h) {
    double estimate = 0.0;
    for (Index m = 0; m < M; ++m) {
      estimate += to_double(gQ(0, h)(0, m)) * to_double(gK(0, h)(0, m));
    }
    estimate *= features_per_kernel(conventions, M) / static_cast<double>(M);
    sum += (estimate / kernel - 1.0) * (estimate / kernel - 1.0);
  }
  return sum / static_cast<double>(heads);
}

/// The expected squared error, and the bound of its deviation.
struct ExpectedSquare {
  double mean;
  double bound;
};

ExpectedSquare expected_square(Index M, Index heads, double rounding) {
  const double s = square_of_the_sum;
  const double variance = std::expm1(s);
  const double fourth = std::exp(6.0 * s) - 4.0 * std::exp(3.0 * s) + 6.0 * std::exp(s) - 3.0;
  const auto m = static_cast<double>(M);
  const double mean = variance / m;
  const double deviation = std::sqrt((fourth + (2.0 * m - 3.0) * variance * variance) /
                                     (m * m * m * static_cast<double>(heads)));
  const double chance = standard_deviations * deviation;
  return {.mean = mean,
          .bound = chance + 2.0 * rounding * std::sqrt(mean + chance) + rounding * rounding};
}

void errors_fall(AttentionCase& c, const Subject& subject, Scalar scalar, AttentionJudge& judge) {
  const AttentionConventions& conventions = c.given().conventions;
  const Index d = c.given().q.sizes().cols;
  const RowVector<double> x = direction(d, c.length() % directions);
  const Vector<double> long_vector = Vector<double>::Constant(d, 5.0);
  const double rounding = 3.0 * relative_error_of_a_feature(scalar, x, long_vector) +
                          4.0 * unit_roundoff(scalar);  // includes rounding x to the scalar
  for (const Index blocks : {Index{1}, more_blocks}) {
    const Index M = d * blocks;
    const ExpectedSquare wanted = expected_square(M, heads_in(scalar), rounding);
    judge.hold("squared error of " + std::to_string(M) + " features", 0,
               Digits50(squared_error(subject, scalar, conventions, x, blocks)),
               Digits50(wanted.mean), flat_band(wanted.bound));
  }
}

}  // namespace

/// The error of FAVOR+'s estimate falls as M^(−1/2).
///
/// Statement: with X = g(q)_m g(k)_m / exp(q·k/√d), M of them independent, the mean's squared error
/// is Var X / M = (e^s − 1)/M, s = |q̃ + k̃|². Source: Choromanski et al. 2021, lemma 2. Generator:
/// widths d of attention_specs up to 9, eight directions of q̃ = k̃ with s = 1/4; 64 heads, each with
/// its own independent normal projections, for M = d and M = 8 d. The seed of the projections is
/// fixed, so there are 64 outcomes in all, each the same in every run.
/// Tolerance: X is lognormal, E X^p = exp(s p (p − 1)/2), so that the mean over M has the fourth
/// central moment (μ₄ + 3 (M − 1) σ⁴)/M³ with σ² = e^s − 1, μ₄ = e^(6s) − 4 e^(3s) + 6 e^s − 3.
/// The mean T over H heads of squared errors has the standard deviation
///   √((μ₄ + (2M − 3) σ⁴) / (M³ H)), and |T − σ²/M| is at most 6 of these, plus 2 r √T + r² for the
/// roundings r of a product. A correct subject exceeds this with probability at most 1/36
/// (Chebyshev), for normal T 1/5e8; in none of the 64 outcomes it does. In 50 digits 16 heads.
/// Kills: features that are not independent, and biased ones.
Law features_converge() {
  return attention_law(
      {.name = "features-converge",
       .statement = "the squared relative error of g(q)·g(k)/M is (exp(|q̃ + k̃|²) − 1)/M on average",
       .source = "Choromanski et al. 2021, lemma 2",
       .generator =
           "FAVOR+ of widths up to 9, eight directions, M = d and 8 d, 64 projections each",
       .tolerance = "6 standard deviations of the mean of squared errors, from lognormal moments",
       .kills = {"mutant/first-block-repeated", "mutant/root-features-on-queries-only"},
       .one_in_digits50 = 41,
       .draw = {},
       .load = {}},
      {.repair = of_random_features,
       .fits = is_of_random_features,
       .check = errors_fall,
       .beyond_claims = [](const AttentionCase& c,
                           const Subject&) { return claims_no_kernel(c.given().conventions); },
       .asks_features = true});
}

}  // namespace slim::properties::laws
