// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/case_file/gradient_case.hpp"

#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim {
namespace {

GradientCase drawn() {
  GradientCase c;
  c.model = {.vocab_size = 7,
             .hidden_dim = 8,
             .layers = 2,
             .ffn_dim = 5,
             .heads = 2,
             .feature_map = {.kind = FeatureKind::favor_plus, .blocks = 2},
             .norm = Norm::branch_input,
             .conventions = {.denominator_epsilon = 0.1, .loss_epsilon = 1e-8}};
  c.theta = draw_parameters(c.model, 1);
  c.omega = draw_projection(c.model, 1);
  c.sequences = draw_sequences(2, 3, 7, 1);
  c.sequences.add_mask();
  c.sequences.mask(1)[2] = 0;
  c.slice_length = 2;
  c.metadata["law"] = "some law";
  return c;
}

/// The error message for a valid file after `change`.
template <class Change>
std::string refusal_of_case(Change change) {
  CaseFile file = to_case_file(drawn());
  change(file);
  try {
    to_gradient_case(file);
  } catch (const ContractError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error.what();
  }
  return "accepted";
}

template <class Change>
void expect_case_refused(Change change, const std::string& because) {
  const std::string message = refusal_of_case(change);
  EXPECT_NE(message.find(because), std::string::npos) << message << "\nexpected: " << because;
}

/// With learned positions, a sequence that is padded on its left, and one padded on its right.
GradientCase drawn_with_parts() {
  GradientCase c = drawn();
  c.model.position_rows = 5;
  c.theta = draw_parameters(c.model, 1);
  c.sequences.pad(0, 2, 0);
  c.sequences.pad(1, 0, 1);
  std::ranges::fill(c.sequences.mask(0), std::uint8_t{0});
  std::ranges::fill(c.sequences.mask(1), std::uint8_t{0});
  return c;
}

TEST(GradientCase, KeepsLearnedPositionsAndPadding) {
  const GradientCase c = drawn_with_parts();
  const CaseFile file = to_case_file(c);
  EXPECT_EQ(file.tensor("param.input_map.weight").shape, (std::vector<std::int64_t>{7, 8}));
  EXPECT_EQ(file.tensor("param.position_map.weight").shape, (std::vector<std::int64_t>{5, 8}));
  const GradientCase back = to_gradient_case(file);
  EXPECT_EQ(back.model, c.model);
  EXPECT_TRUE(std::ranges::equal(back.theta.values(), c.theta.values()));
  for (Index b = 0; b < 2; ++b) {
    EXPECT_EQ(back.sequences.first_row(b), c.sequences.first_row(b));
    EXPECT_EQ(back.sequences.end_row(b), c.sequences.end_row(b));
  }
}

TEST(GradientCase, RefusesPaddingBetweenTokensAndSequencesOfPadding) {
  const auto expect_refused = [](const std::vector<std::int64_t>& key_mask, const char* because) {
    expect_case_refused(
        [&](CaseFile& file) {
          file.tensors["key_mask"] = make_tensor({2, 3}, std::span<const std::int64_t>(key_mask));
        },
        because);
  };
  expect_refused({1, 0, 1, 1, 1, 1}, "padding at the ends of sequences only");
  expect_refused({0, 0, 0, 1, 1, 1}, "at least one row");
  expect_refused({1, 1, 2, 1, 1, 1}, "must be 0 or 1");
}

TEST(GradientCase, SurvivesARoundTrip) {
  const TestFolder folder;
  const GradientCase c = drawn();
  write_case_file(folder.path() / "a", to_case_file(c));
  const GradientCase back = to_gradient_case(read_case_file(folder.path() / "a"));
  EXPECT_EQ(back.model, c.model);
  EXPECT_TRUE(std::ranges::equal(back.theta.values(), c.theta.values()));
  EXPECT_TRUE(std::ranges::equal(back.omega.values(), c.omega.values()));
  for (Index b = 0; b < 2; ++b) {
    EXPECT_TRUE(std::ranges::equal(back.sequences.tokens(b), c.sequences.tokens(b)));
    EXPECT_TRUE(std::ranges::equal(back.sequences.mask(b), c.sequences.mask(b)));
  }
  EXPECT_EQ(back.slice_length, 2);
  EXPECT_EQ(back.metadata.at("law"), "some law");
}

TEST(GradientCase, IncludesExpectedResults) {
  const GradientCase c = drawn();
  ExpectedGradient expected;
  expected.loss = 1.25;
  expected.logits = Matrix<double>::Constant(6, 7, 0.5);
  expected.gradient["layers.1.layernorm2.bias"] = Matrix<double>::Constant(1, 8, 3.0);
  CaseFile file = to_case_file(c);
  EXPECT_TRUE(to_expected_gradient(file, c).empty());
  add_expected(file, expected, c);
  const ExpectedGradient back = to_expected_gradient(file, c);
  EXPECT_EQ(back.loss, expected.loss);
  EXPECT_EQ(back.logits, expected.logits);
  EXPECT_EQ(back.gradient, expected.gradient);
}

TEST(GradientCase, WithAWrongShapeIsRejectedNamingTheTensor) {
  expect_case_refused([](CaseFile& f) { f.tensors.erase("param.layers.1.U_map.bias"); },
                      "param.layers.1.U_map.bias");
  expect_case_refused(
      [](CaseFile& f) {
        f.tensors.at("param.input_map.weight").shape = {4, 7};
      },
      "'param.input_map.weight' must have shape [7, 4], not [4, 7]");
  expect_case_refused([](CaseFile& f) { f.tensors.erase("projection.1"); }, "projection.1");
  expect_case_refused([](CaseFile& f) { f.tensors.erase("tokens"); }, "tokens");
  expect_case_refused([](CaseFile& f) { f.tensors.at("tokens").shape = {8}; }, "[B, L+1]");
  expect_case_refused([](CaseFile& f) { f.tensors.at("tokens").shape = {8, 1}; }, "[B, L+1]");
  expect_case_refused([](CaseFile& f) { f.tensors.at("mask").shape = {4, 2}; }, "mask");
}

TEST(GradientCase, WithImpossibleSizesIsRejectedBeforeAllocation) {
  ledger::reset_peak();
  const auto before = ledger::now().of(MemoryTag::parameters);
  for (const char* key : {"vocab_size", "hidden_dim", "ffn_dim", "heads", "layers", "chunk"}) {
    for (const char* size : {"0", "-1", "2147483649", "9223372036854775807", "many", ""}) {
      if (std::string(key) == "chunk" && std::string(size) == "2147483649") continue;
      EXPECT_NE(refusal_of_case([&](CaseFile& f) { f.metadata[key] = size; }), "accepted")
          << key << size;
    }
    expect_case_refused([&](CaseFile& f) { f.metadata.erase(key); }, key);
  }
  expect_case_refused([](CaseFile& f) { f.metadata["vocab_size"] = "2147483648"; }, "");
  expect_case_refused([](CaseFile& f) { f.metadata["hidden_dim"] = "2147483648"; }, "2^40");
  expect_case_refused([](CaseFile& f) { f.metadata["layers"] = "4096"; }, "layers.2.");
  EXPECT_LE(ledger::peak().of(MemoryTag::parameters) - before, 1 << 20);
}

TEST(GradientCase, WithInvalidTokensOrMaskIsRejected) {
  const auto all = [](std::int64_t value) {
    const std::vector<std::int64_t> values(8, value);
    return make_tensor({2, 4}, std::span<const std::int64_t>(values));
  };
  expect_case_refused([&](CaseFile& f) { f.tensors["tokens"] = all(7); },
                      "from 0 to vocab_size - 1");
  expect_case_refused([&](CaseFile& f) { f.tensors["tokens"] = all(-1); },
                      "from 0 to vocab_size - 1");
  expect_case_refused([&](CaseFile& f) { f.tensors["tokens"] = all(std::int64_t{1} << 40); },
                      "token");
  expect_case_refused([&](CaseFile& f) { f.tensors["mask"] = all(2); }, "0 or 1");
  expect_case_refused(
      [](CaseFile& f) {
        const std::vector<double> values(8, 0.0);
        f.tensors["tokens"] = make_tensor({2, 4}, std::span<const double>(values));
      },
      "integer tensor");
}

TEST(GradientCase, WithUnknownOptionsIsRejected) {
  expect_case_refused([](CaseFile& f) { f.metadata["feature_map"] = "softmax"; }, "softmax");
  expect_case_refused([](CaseFile& f) { f.metadata["norm"] = "post"; }, "branch-input");
  expect_case_refused([](CaseFile& f) { f.metadata["hidden_dim"] = "10"; }, "multiple of 4");
}

TEST(ConventionsText, OmitsDefaults) {
  EXPECT_EQ(to_text(Conventions{}), "{}");
  EXPECT_EQ(parse_conventions(to_full_text(Conventions{})), Conventions{});
  EXPECT_NE(to_full_text(Conventions{}).find("\"layer_norm_epsilon\":"), std::string::npos);
  const Conventions conventions{.layer_norm_epsilon = 1e-6,
                                .position_base = 500.0,
                                .gelu_cancellation = 1.0,
                                .gelu_tanh = 1.0};
  EXPECT_EQ(parse_conventions(to_text(conventions)), conventions);
}

TEST(ConventionsText, IsRejectedWhenUnknownOrNotANumber) {
  for (const char* text :
       {"", "[]", R"({"epsilon":1})", R"({"loss_epsilon":"1"})", "{", R"({"loss_epsilon":null})",
        R"({"loss_epsilon":1,"loss_epsilon":2})", R"({"loss_epsilon":1e999})"}) {
    EXPECT_THROW(parse_conventions(text), ContractError) << text;
  }
}

}  // namespace
}  // namespace slim
