// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/model/draw.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>

// Writes the initial cases of the fuzz target into a folder: one for each feature map and placement
// of the norm, as small as possible.

namespace slim {
namespace {

constexpr FeatureMap feature_maps[] = {{FeatureKind::square},
                                       {FeatureKind::relu},
                                       {FeatureKind::elu_plus_one},
                                       {FeatureKind::absolute},
                                       {FeatureKind::favor_plus, 2}};

CaseFile seed(const FeatureMap& map, Norm norm) {
  GradientCase c;
  c.model = {.vocab_size = 2,
             .hidden_dim = 4,
             .layers = 1,
             .ffn_dim = 1,
             .heads = 2,
             .feature_map = map,
             .norm = norm,
             .conventions = {.loss_epsilon = 0.5}};
  c.theta = draw_parameters(c.model, 1);
  c.omega = draw_projection(c.model, 1);
  c.sequences = draw_sequences(1, 2, 2, 1);
  c.metadata["source"] = "seed";
  if (norm == Norm::branch_input) c.sequences.add_mask();
  CaseFile file = to_case_file(c);
  ExpectedGradient expected;
  expected.loss = 1.0;
  expected.logits = Matrix<double>::Constant(2, 2, 0.5);
  expected.gradient["output_logit_map.bias"] = Matrix<double>::Constant(1, 2, 0.25);
  add_expected(file, expected, c);
  return file;
}

void write_seeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  write_case_file(folder / "empty", CaseFile{});
  for (const FeatureMap& map : feature_maps) {
    for (const Norm norm : {Norm::branch_output, Norm::branch_input}) {
      write_case_file(folder / (name(map) + "." + std::string(name(norm))), seed(map, norm));
    }
  }
}

}  // namespace
}  // namespace slim

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: case_file_seeds FOLDER\n", stderr);
    return 2;
  }
  try {
    slim::write_seeds(arguments[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "case_file_seeds: %s\n", error.what());
    return 1;
  }
  return 0;
}
