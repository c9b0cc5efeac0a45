// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/case_file/hostile_bytes.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

// Runs the fuzz target on a few thousand fixed inputs: a case with one byte changed, or truncated
// anywhere.

namespace slim {
namespace {

std::string bytes_of_a_case() {
  GradientCase c;
  c.model = {.vocab_size = 2, .hidden_dim = 4, .layers = 1, .ffn_dim = 1, .heads = 2};
  c.model.feature_map = {.kind = FeatureKind::favor_plus, .blocks = 1};
  c.theta = draw_parameters(c.model, 1);
  c.omega = draw_projection(c.model, 1);
  c.sequences = draw_sequences(1, 2, 2, 1);
  c.sequences.add_mask();
  CaseFile file = to_case_file(c);
  ExpectedGradient expected;
  expected.loss = 1.0;
  add_expected(file, expected, c);
  const TestFolder folder;
  write_case_file(folder.path() / "a", file);
  std::ifstream stream(folder.path() / "a", std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void read_bytes(const std::string& bytes) {
  read_hostile_bytes(std::as_bytes(std::span(bytes)));
}

TEST(HostileBytes, WithAnyByteOfACaseChangedGiveACaseOrAOneLineError) {
  std::string bytes = bytes_of_a_case();
  ASSERT_NO_THROW(read_bytes(bytes));
  for (char& byte : bytes) {
    const char before = byte;
    for (const int change : {0x01, 0x80}) {
      byte = static_cast<char>(before ^ change);
      ASSERT_NO_THROW(read_bytes(bytes)) << &byte - bytes.data() << " by " << change;
    }
    byte = before;
  }
}

TEST(HostileBytes, OfATruncatedCaseGiveAOneLineError) {
  const std::string bytes = bytes_of_a_case();
  for (std::size_t size = 0; size < bytes.size(); size += 3) {
    ASSERT_NO_THROW(read_bytes(bytes.substr(0, size))) << size;
  }
}

TEST(HostileBytes, CheckDetectsALongOrMultilineError) {
  EXPECT_NO_THROW(require_one_line("a tensor is missing"));
  EXPECT_THROW(require_one_line("two\nlines"), std::logic_error);
  EXPECT_THROW(require_one_line(std::string(701, 'x')), std::logic_error);
  EXPECT_THROW(require_one_line(""), std::logic_error);
}

}  // namespace
}  // namespace slim
