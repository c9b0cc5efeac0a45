// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/key_spread.hpp"

#include "experiments/statistics/median.hpp"
#include "experiments/workload/workload.hpp"
#include "reference/performer/embedding.hpp"
#include "reference/performer/feature_map.hpp"
#include "reference/performer/linear.hpp"

#include <algorithm>
#include <cmath>

namespace slim::experiments {

KeySpread measure_key_spread(const Setting& setting, const Sequences& sequences) {
  const Model& model = setting.model;
  require_valid(setting);
  require(model.norm == Norm::branch_output, "the norm must be on the branch output");
  const Parameters<double> theta = drawn_parameters(setting);
  const Projection<double> omega = draw_projection(model, setting.seed);
  const Matrix<double> X = reference::embedding(model, theta, sequences, 0, 0);
  const Matrix<double> K = reference::linear(theta.layer(0).k_map, X);

  const Index d = model.head_dim();
  std::vector<double> bits;
  for (Index h = 0; h < model.heads; ++h) {
    const MatrixView<const double> projection =
        omega.empty() ? MatrixView<const double>(nullptr, 0, 0) : omega.head(0, h);
    const Matrix<double> gK = reference::features(
        reference::FeatureFunction<double>{model.feature_map, model.conventions, projection},
        Matrix<double>(K.middleCols(h * d, d)));
    for (Index j = 0; j < gK.cols(); ++j) {
      const auto column = gK.col(j);
      const auto first =
          std::find_if(column.begin(), column.end(), [](double x) { return x != 0.0; });
      if (first != column.end()) bits.push_back(std::log2(column.sum() / *first));
    }
  }
  require(!bits.empty(), "all key features are 0: at least one must be nonzero");
  const double mean = K.mean();
  return {.key_deviation = std::sqrt((K.array() - mean).square().mean()),
          .median_bits = median(bits),
          .largest_bits = *std::max_element(bits.begin(), bits.end())};
}

}  // namespace slim::experiments
