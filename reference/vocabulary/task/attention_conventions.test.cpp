// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/task/attention_conventions.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

namespace slim {
namespace {

template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const ContractError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error.what();
  }
  return "accepted";
}

template <class Call>
void expect_refused(const Call& call, const std::string& because) {
  const std::string message = refusal(call);
  EXPECT_NE(message.find(because), std::string::npos) << message << "\nexpected: " << because;
}

TEST(AttentionConventions, HaveNamesThatSurviveARoundTrip) {
  for (const EpsilonPlace place :
       {EpsilonPlace::denominator, EpsilonPlace::feature, EpsilonPlace::exponent,
        EpsilonPlace::sums, EpsilonPlace::when_small, EpsilonPlace::clamped}) {
    EXPECT_EQ(parse_epsilon_place(name(place)), place);
  }
  for (const Scaling scaling :
       {Scaling::by_feature_map, Scaling::none, Scaling::queries, Scaling::keys, Scaling::both}) {
    EXPECT_EQ(parse_scaling(name(scaling)), scaling);
  }
  for (const Stabiliser stabiliser :
       {Stabiliser::none, Stabiliser::per_row, Stabiliser::over_length, Stabiliser::over_all}) {
    EXPECT_EQ(parse_stabiliser(name(stabiliser)), stabiliser);
  }
  EXPECT_EQ(name(EpsilonPlace::when_small), "when-small");
  EXPECT_EQ(name(Stabiliser::over_length), "over-length");
}

TEST(AttentionConventions, WithUnknownNamesAreRejectedListingTheKnownOnes) {
  for (const std::string& text :
       std::vector<std::string>{"", "Feature", "sums ", "a\nb", std::string(1000, 'x')}) {
    expect_refused([&] { parse_epsilon_place(text); }, "when-small, clamped");
    expect_refused([&] { parse_scaling(text); }, "by-feature-map, none");
    expect_refused([&] { parse_stabiliser(text); }, "per-row, over-length");
  }
}

TEST(AttentionConventions, AreTextWithoutDefaults) {
  EXPECT_EQ(to_text(AttentionConventions{}), "{}");
  const std::string full = to_full_text(AttentionConventions{});
  EXPECT_NE(full.find(R"("epsilon":1e-16)"), std::string::npos) << full;
  EXPECT_EQ(parse_attention_conventions(full), AttentionConventions{});
  const AttentionConventions all{.epsilon_place = EpsilonPlace::clamped,
                                 .epsilon = 1e-3,
                                 .scaling = Scaling::keys,
                                 .divides_by_root_features = true,
                                 .query_stabiliser = Stabiliser::per_row,
                                 .key_stabiliser = Stabiliser::over_all,
                                 .stabiliser_detached = false,
                                 .relu_slope_at_zero = 0.5,
                                 .absolute_slope_at_zero = -1};
  EXPECT_EQ(parse_attention_conventions(to_text(all)), all);
  EXPECT_EQ(to_text({.scaling = Scaling::none}), R"({"scaling":"none"})");
}

TEST(AttentionConventions, InInvalidTextAreRejected) {
  const auto refuse = [](const std::string& text, const std::string& because) {
    expect_refused([&] { parse_attention_conventions(text); }, because);
  };
  for (const char* text : {"", "{", "[]", "1", "null", "{\"epsilon\":1", "{}x", "\xff"}) {
    refuse(text, "JSON object");
  }
  refuse(R"({"eps":1})", "'eps' is unknown: allowed are epsilon_place, epsilon,");
  refuse(R"({"epsilon":"1"})", "'epsilon' must be a number");
  refuse(R"({"epsilon":null})", "'epsilon' must be a number");
  refuse(R"({"scaling":1})", "'scaling' must be a string");
  refuse(R"({"scaling":"half"})", "scaling 'half' is unknown");
  refuse(R"({"stabiliser_detached":1})", "true or false");
  refuse(R"({"epsilon":1,"epsilon":2})", "given twice");
  refuse(R"({"epsilon":{"a":1}})", "plain values");
  refuse(std::string(100000, '['), "plain values");
  refuse("{\"" + std::string(100000, 'x') + "\":1}", "is unknown");
}

TEST(AttentionConventions, WithoutMeaningAreRejected) {
  const auto refuse = [](const AttentionConventions& conventions, FeatureKind kind, bool given,
                         const std::string& because) {
    expect_refused([&] { require_valid(conventions, kind, given); }, because);
  };
  constexpr FeatureKind square = FeatureKind::square;
  constexpr FeatureKind favor = FeatureKind::favor_plus;
  const AttentionConventions exponent{.epsilon_place = EpsilonPlace::exponent};
  const AttentionConventions stabilised{.key_stabiliser = Stabiliser::per_row};
  refuse(exponent, square, false, "needs feature map favor+");
  refuse(stabilised, square, false, "needs feature map favor+");
  EXPECT_NO_THROW(require_valid(exponent, favor, false));
  EXPECT_NO_THROW(require_valid(stabilised, favor, false));
  refuse(exponent, favor, true, "features already");
  refuse(stabilised, favor, true, "features already");
  refuse({.epsilon_place = EpsilonPlace::feature}, square, true, "features already");
  refuse({.scaling = Scaling::both}, square, true, "features already");
  refuse({.divides_by_root_features = true}, square, true, "features already");
  EXPECT_NO_THROW(require_valid({.scaling = Scaling::none}, square, true));
  refuse({.epsilon = -1}, square, false, "epsilon must be finite and not negative");
  refuse({.epsilon = HUGE_VAL}, square, false, "epsilon must be finite");
  refuse({.relu_slope_at_zero = NAN}, square, false, "relu_slope_at_zero");
  refuse({.absolute_slope_at_zero = NAN}, square, false, "absolute_slope_at_zero");
}

}  // namespace
}  // namespace slim
