// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/convention_limits.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace slim::properties {
namespace {

constexpr std::array every_map = {FeatureKind::square, FeatureKind::relu, FeatureKind::elu_plus_one,
                                  FeatureKind::absolute, FeatureKind::favor_plus};

template <class Convention>
std::string refusal(const Convention& conventions) {
  try {
    if constexpr (std::is_same_v<Convention, AttentionConventions>) {
      std::vector<FeatureMap> maps;
      for (const FeatureKind kind : every_map) maps.push_back({.kind = kind});
      require_within_limits(conventions, maps, true);
    } else {
      require_within_limits(conventions, every_map);
    }
  } catch (const ContractError& error) {
    return error.what();
  }
  return {};
}

AttentionConventions with(EpsilonPlace place, double epsilon) {
  return {.epsilons = {place, epsilon}};
}

TEST(ConventionLimits, GiveAShareOfOneForANegligibleEpsilon) {
  for (const FeatureKind kind : every_map) {
    EXPECT_NEAR(share_of_attention({}, FeatureMap{.kind = kind}, false), 1.0, 1e-12);
  }
  EXPECT_EQ(share_of_attention(with(EpsilonPlace::denominator, 0.0),
                               FeatureMap{.kind = FeatureKind::relu}, false),
            1.0);
}

TEST(ConventionLimits, GiveAShareOfZeroForAnEpsilonThatDominatesFeatures) {
  for (const EpsilonPlace place :
       {EpsilonPlace::denominator, EpsilonPlace::feature, EpsilonPlace::sums,
        EpsilonPlace::when_small, EpsilonPlace::clamped}) {
    EXPECT_LT(
        share_of_attention(with(place, 1e17), FeatureMap{.kind = FeatureKind::favor_plus}, false),
        1e-12)
        << name(place);
  }
  EXPECT_LT(share_of_attention(with(EpsilonPlace::exponent, 30.0),
                               FeatureMap{.kind = FeatureKind::favor_plus}, false),
            1e-20);
}

TEST(ConventionLimits, AcceptTheConventionsOfLibraries) {
  for (const double epsilon : {0.0, 1e-16, 1e-8, 1e-6, 1e-4, 1e-3}) {
    for (const EpsilonPlace place :
         {EpsilonPlace::denominator, EpsilonPlace::feature, EpsilonPlace::exponent,
          EpsilonPlace::sums, EpsilonPlace::when_small, EpsilonPlace::clamped}) {
      for (const auto& [queries, keys] :
           {std::pair(Stabiliser::none, Stabiliser::none),
            std::pair(Stabiliser::per_row, Stabiliser::over_length),
            std::pair(Stabiliser::over_length, Stabiliser::over_length),
            std::pair(Stabiliser::over_all, Stabiliser::over_all)}) {
        AttentionConventions conventions = with(place, epsilon);
        conventions.divides_by_root_features = true;
        conventions.query_stabiliser = queries;
        conventions.key_stabiliser = keys;
        // A maximum over all rows makes most denominators smaller than this.
        const bool most_are_smaller = epsilon == 1e-3 && queries != Stabiliser::none &&
                                      queries != Stabiliser::per_row &&
                                      place != EpsilonPlace::feature;
        if (most_are_smaller) continue;
        EXPECT_EQ(refusal(conventions), "") << to_text(conventions);
      }
    }
  }
  Conventions of_models{.denominator_epsilon = 1e-3,
                        .layer_norm_epsilon = 1e-3,
                        .loss_epsilon = 1e-5,
                        .relu_slope_at_zero = 1.0,
                        .absolute_slope_at_zero = -1.0,
                        .position_base = 5e5};
  EXPECT_EQ(refusal(of_models), "");
}

TEST(ConventionLimits, RejectConventionsThatMakeComparisonsMeaningless) {
  for (const double epsilon : {1e2, 1e17, 1e25, 1e300, std::numeric_limits<double>::max()}) {
    for (const EpsilonPlace place :
         {EpsilonPlace::denominator, EpsilonPlace::feature, EpsilonPlace::exponent,
          EpsilonPlace::sums, EpsilonPlace::when_small, EpsilonPlace::clamped}) {
      const std::string message = refusal(with(place, epsilon));
      EXPECT_NE(message.find("convention 'epsilon' is "), std::string::npos)
          << epsilon << " " << name(place);
      EXPECT_NE(message.find(name(place)), std::string::npos) << message;
    }
    EXPECT_NE(refusal(Conventions{.denominator_epsilon = epsilon}).find("'denominator_epsilon' is"),
              std::string::npos);
    EXPECT_NE(refusal(Conventions{.layer_norm_epsilon = epsilon}).find("'layer_norm_epsilon' is"),
              std::string::npos);
    EXPECT_NE(refusal(Conventions{.loss_epsilon = epsilon}).find("'loss_epsilon' is"),
              std::string::npos);
  }
  for (const double slope : {-1e-9, 1.001, 1e25}) {
    EXPECT_NE(refusal(AttentionConventions{.relu_slope_at_zero = slope}), "") << slope;
    EXPECT_NE(refusal(Conventions{.relu_slope_at_zero = slope}), "") << slope;
  }
  for (const double slope : {-1.001, 1.001, 1e25}) {
    EXPECT_NE(refusal(AttentionConventions{.absolute_slope_at_zero = slope}), "") << slope;
    EXPECT_NE(refusal(Conventions{.absolute_slope_at_zero = slope}), "") << slope;
  }
  for (const double base : {1e-300, 1.0, 9.0, 1e11, 1e300}) {
    EXPECT_NE(refusal(Conventions{.position_base = base}).find("10 to 1e+10 is allowed"),
              std::string::npos)
        << base;
  }
}

TEST(ConventionLimits, NameTheKnownFaultOfAMaximumOfEachKey) {
  EXPECT_NE(refusal(AttentionConventions{.key_stabiliser = Stabiliser::per_row})
                .find("mutant/stabiliser-of-each-key"),
            std::string::npos);
}

/// The largest ε that the message names is allowed.
TEST(ConventionLimits, NameAnEpsilonThatIsAllowed) {
  const std::string message = refusal(with(EpsilonPlace::denominator, 1e25));
  const std::size_t at = message.rfind("at most ");
  ASSERT_NE(at, std::string::npos) << message;
  const double largest = std::stod(message.substr(at + 8));
  EXPECT_GT(largest, 1e-2) << message;
  EXPECT_EQ(refusal(with(EpsilonPlace::denominator, 0.9 * largest)), "");
  EXPECT_NE(refusal(with(EpsilonPlace::denominator, 1.2 * largest)), "");
}

}  // namespace
}  // namespace slim::properties
