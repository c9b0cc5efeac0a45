// SPDX-License-Identifier: Apache-2.0
#include "properties/report/legend.hpp"

#include <algorithm>

namespace slim::properties {
namespace {

constexpr const char* of_attention =
    "Attention cases: L rows, C of them per slice; B sequences, H heads; D and D_v: widths of keys "
    "and values; g: feature map; start, end: the case has initial sums, a cotangent of the final "
    "sums; entries: how the numbers are drawn; cut: the row at which a law cuts the sequence. "
    "Arrays: out is the output, end the sums after the last row, initial the initial sums, d.x the "
    "gradient with respect to x.";
constexpr const char* of_models =
    "Cases of whole models: L targets, C rows per slice; B sequences; V: vocabulary size; s layers "
    "of width d_model with k heads and feed-forward width d_ff; g: feature map. Arrays: grad.x is "
    "the gradient with respect to the parameter x, with PyTorch's names.";
constexpr const char* of_digits50 =
    "digits50: the subject's own code in 50-digit arithmetic, where rounding errors are "
    "negligible.";

bool is_of_attention(const Counterexample& found) {
  const auto task = found.file.metadata.find("task");
  return task != found.file.metadata.end() && task->second == "attention";
}

}  // namespace

std::vector<std::string> legend_of(std::span<const Counterexample> failures) {
  const auto is_of_a_model = [](const Counterexample& found) { return found.file.has("tokens"); };
  const auto is_exact = [](const Counterexample& found) {
    return found.scalar == Scalar::digits50;
  };
  std::vector<std::string> legend;
  if (std::ranges::any_of(failures, is_of_attention)) legend.emplace_back(of_attention);
  if (std::ranges::any_of(failures, is_of_a_model)) legend.emplace_back(of_models);
  if (std::ranges::any_of(failures, is_exact)) legend.emplace_back(of_digits50);
  return legend;
}

}  // namespace slim::properties
