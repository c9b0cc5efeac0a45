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
  for (std::size_t i = 0; i < epsilon_places; ++i) {
    const auto place = static_cast<EpsilonPlace>(i);
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
  const AttentionConventions all{.epsilons = {EpsilonPlace::clamped, 1e-3},
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

TEST(AttentionConventions, HaveAnyNumberOfEpsilons) {
  const AttentionConventions two = parse_attention_conventions(
      R"({"epsilons":{"feature":1e-3,"denominator":1e-6},"normaliser":"denominator"})");
  EXPECT_EQ(two.epsilons[EpsilonPlace::feature], 1e-3);
  EXPECT_EQ(two.epsilons[EpsilonPlace::denominator], 1e-6);
  EXPECT_EQ(parse_attention_conventions(to_text(two)), two);
  EXPECT_EQ(parse_attention_conventions(to_full_text(two)), two);
  EXPECT_EQ(parse_attention_conventions(R"({"epsilon":1e-3,"epsilon_place":"feature"})"),
            parse_attention_conventions(R"({"epsilons":{"feature":1e-3}})"));
  EXPECT_EQ(parse_attention_conventions(R"({"normaliser":"none"})"), without_normaliser());
}

TEST(AttentionConventions, OfWholeSequencesAreRead) {
  const AttentionConventions c = parse_attention_conventions(
      R"({"unit_length":"sequence","own_weight":"L","keys":{"unit_length":"head","feature_scale":2},)"
      R"x("normaliser":"keys","output_scale":"1/sqrt(M)","feature_scale":0.5})x");
  EXPECT_EQ(c.normaliser, Normaliser::keys);
  EXPECT_EQ(c.epsilons, Epsilons()) << "there is no denominator";
  EXPECT_TRUE(c.own_weight_is_length);
  EXPECT_EQ(c.unit_length, UnitLength::sequence);
  EXPECT_EQ(of_side(c, false).unit_length, UnitLength::head);
  EXPECT_EQ(of_side(c, false).feature_scale, 2.0);
  EXPECT_EQ(parse_attention_conventions(to_text(c)), c);
  EXPECT_EQ(parse_attention_conventions(to_full_text(c)), c);
  EXPECT_TRUE(needs_whole_sequences(c) && looks_ahead(c) && couples_heads(c));
  EXPECT_FALSE(averages(c) || is_linear_in_queries(c));
  const AttentionConventions running =
      parse_attention_conventions(R"({"keys":{"divides_by_running_sum":true},"own_weight":0.5})");
  EXPECT_TRUE(needs_whole_sequences(running) && averages(running));
  EXPECT_FALSE(looks_ahead(running));
  EXPECT_EQ(parse_attention_conventions(to_text(running)), running);
  const AttentionConventions mean =
      parse_attention_conventions(R"({"epsilon":0.5,"epsilon_times_length":true})");
  EXPECT_TRUE(needs_whole_sequences(mean) && averages(mean));
  EXPECT_EQ(epsilon_of_denominator(mean, 6), 3.0);
  EXPECT_EQ(parse_attention_conventions(to_text(mean)), mean);
  EXPECT_EQ(acting_on(without_normaliser(mean), {}, true), without_normaliser());
}

TEST(AttentionConventions, ActOnlyWhereTheirPartExists) {
  AttentionConventions all;
  all.epsilons[EpsilonPlace::exponent] = all.epsilons[EpsilonPlace::length_clamped] = 0.5;
  all.norm_factor = true;
  all.query_stabiliser = Stabiliser::per_row;
  const AttentionConventions on_relu = acting_on(all, {.kind = FeatureKind::relu}, false);
  EXPECT_EQ(on_relu, AttentionConventions());
  const AttentionConventions on_exp = acting_on(all, {.kind = FeatureKind::exponential}, false);
  EXPECT_EQ(on_exp.epsilons[EpsilonPlace::exponent], 0.5);
  EXPECT_EQ(on_exp.epsilons[EpsilonPlace::length_clamped], 0.0);
  EXPECT_TRUE(on_exp.norm_factor);
  const AttentionConventions none = acting_on(without_normaliser(all), {}, true);
  EXPECT_EQ(none, without_normaliser());
}

TEST(AttentionConventions, InInvalidTextAreRejected) {
  const auto refuse = [](const std::string& text, const std::string& because) {
    expect_refused([&] { parse_attention_conventions(text); }, because);
  };
  for (const char* text : {"", "{", "[]", "1", "null", "{\"epsilon\":1", "{}x", "\xff"}) {
    refuse(text, "JSON object");
  }
  refuse(R"({"eps":1})", "allowed are epsilon, epsilon_place, normaliser,");
  refuse(R"({"normalizer":"none"})", "did you mean 'normaliser'?");
  refuse(R"({"epsilons":{"features":1}})", "did you mean 'feature'?");
  refuse(R"({"epsilons":{"feature":1},"epsilon":1})", "'epsilons' replaces 'epsilon'");
  refuse(R"({"epsilons":{"feature":1,"feature":2}})", "given twice");
  refuse(R"({"epsilons":1})", "must be an object");
  refuse(R"x({"output_scale":"1/sqrt(D)"})x", "did you mean '1/sqrt(d)'?");
  refuse(R"({"unit_length":"rows"})", "did you mean 'row'?");
  refuse(R"({"unit_length":1})", "must be true, false");
  refuse(R"({"own_weight":"M"})", "must be a number or");
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
    expect_refused([&] { require_valid(conventions, FeatureMap{.kind = kind}, given); }, because);
  };
  constexpr FeatureKind square = FeatureKind::square;
  constexpr FeatureKind favor = FeatureKind::favor_plus;
  const AttentionConventions exponent{.epsilons = {EpsilonPlace::exponent, 1e-6}};
  const AttentionConventions stabilised{.key_stabiliser = Stabiliser::per_row};
  refuse(exponent, square, false, "needs feature map favor+");
  refuse(stabilised, square, false, "needs feature map favor+");
  EXPECT_NO_THROW(require_valid(exponent, FeatureMap{.kind = favor}, false));
  EXPECT_NO_THROW(require_valid(stabilised, FeatureMap{.kind = favor}, false));
  refuse(exponent, favor, true, "features already");
  refuse(stabilised, favor, true, "features already");
  refuse({.epsilons = {EpsilonPlace::feature, 1e-6}}, square, true, "features already");
  refuse({.scaling = Scaling::both}, square, true, "features already");
  refuse({.divides_by_root_features = true}, square, true, "features already");
  EXPECT_NO_THROW(require_valid({.scaling = Scaling::none}, FeatureMap{.kind = square}, true));
  refuse({.epsilons = {EpsilonPlace::denominator, -1}}, square, false,
         "epsilon must be finite and not negative");
  refuse({.epsilons = {EpsilonPlace::denominator, HUGE_VAL}}, square, false,
         "epsilon must be finite");
  EXPECT_NO_THROW(require_valid({.output_scale = 2}, FeatureMap{.kind = square}, false));
  AttentionConventions mean_of_key_sums = without_normaliser();
  mean_of_key_sums.divides_by_key_sums = mean_of_key_sums.epsilon_times_length = true;
  mean_of_key_sums.epsilons[EpsilonPlace::sums] = 1e-6;
  refuse(mean_of_key_sums, square, false, "epsilon_times_length needs normaliser 'denominator'");
  refuse({.own_weight = -1}, square, false, "own_weight must be finite and not negative");
  refuse({.feature_scale = 0}, square, false, "feature_scale must be finite and above 0");
  refuse({.feature_scale = 2}, square, true, "features already");
  refuse({.unit_length = UnitLength::head}, square, true, "features already");
  refuse({.divides_by_key_sums = true}, square, false, "a normaliser other than 'denominator'");
  AttentionConventions over_key_sums = without_normaliser();
  over_key_sums.divides_by_key_sums = true;
  over_key_sums.epsilons[EpsilonPlace::sums] = 1e-6;
  EXPECT_NO_THROW(require_valid(over_key_sums, FeatureMap{.kind = square}, false));
  refuse(over_key_sums, FeatureKind::silu, false, "features of keys that are not negative");
  AttentionConventions twice;
  twice.keys = {.divides_by_length_sum = true, .divides_by_running_sum = true};
  refuse(twice, square, false, "exclude each other");
  refuse({.normaliser = Normaliser::none}, square, false, "needs normaliser 'denominator'");
  refuse({.norm_factor = true}, square, false, "norm_factor needs feature map");
  AttentionConventions unnormalised = without_normaliser();
  unnormalised.query_stabiliser = Stabiliser::per_row;
  refuse(unnormalised, favor, false, "in which it cancels");
  refuse({.own_weight = 1, .key_stabiliser = Stabiliser::over_all}, favor, false,
         "in which it cancels");
  refuse({.relu_slope_at_zero = NAN}, square, false, "relu_slope_at_zero");
  refuse({.absolute_slope_at_zero = NAN}, square, false, "absolute_slope_at_zero");
}

TEST(AttentionConventions, OfKeysReplaceThoseOfBothSides) {
  const AttentionConventions c = parse_attention_conventions(
      R"({"divides_by_root_features":true,"input_scale":2,)"
      R"("keys":{"map":"exp","divides_by_root_features":false,"unit_length":true}})");
  EXPECT_EQ(to_text(c),
            R"({"divides_by_root_features":true,"input_scale":2.0,)"
            R"("keys":{"divides_by_root_features":false,"map":"exp","unit_length":true}})");
  EXPECT_EQ(parse_attention_conventions(to_text(c)), c);
  EXPECT_EQ(parse_attention_conventions(to_full_text(c)), c);
  const FeatureMap softmax{.kind = FeatureKind::softmax};
  EXPECT_EQ(of_side(softmax, c, true).kind, FeatureKind::softmax);
  EXPECT_EQ(of_side(softmax, c, false).kind, FeatureKind::exponential);
  EXPECT_TRUE(of_side(c, true).divides_by_root_features);
  EXPECT_EQ(of_side(c, true).unit_length, UnitLength::none);
  EXPECT_FALSE(of_side(c, false).divides_by_root_features);
  EXPECT_EQ(of_side(c, false).unit_length, UnitLength::row);
  EXPECT_EQ(of_side(c, false).input_scale, 2.0);
  EXPECT_EQ(acting_on(c, softmax, true).keys, KeyParts());
  EXPECT_EQ(acting_on(c, FeatureMap{.kind = FeatureKind::exponential}, false).keys.map,
            std::nullopt);
}

}  // namespace
}  // namespace slim
