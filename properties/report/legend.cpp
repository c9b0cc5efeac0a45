#include "properties/report/legend.hpp"

#include <algorithm>

namespace slim::properties {
namespace {

constexpr const char* of_attention =
    "In a case of attention: L rows, C of them in a slice; B sequences, H heads; D and D_v the "
    "widths "
    "of keys and values; g the feature map; start, end: sums to begin with, a cotangent of the "
    "last "
    "ones; entries: how the numbers are drawn; cut: where a law cuts the sequence. Arrays: out is "
    "the "
    "output, end the sums after the last row, initial those to begin with, d.x the gradient in x.";
constexpr const char* of_models =
    "In a case of a whole model: L targets, C rows in a slice; B sequences; V words; s layers of "
    "width d_model with k heads and d_ff in between; g the feature map. Arrays: grad.x is the "
    "gradient "
    "in the parameter x, by PyTorch's names.";
constexpr const char* of_digits50 =
    "digits50: the subject's own code in numbers of 50 digits, where no error is a rounding error.";

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
