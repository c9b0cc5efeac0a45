// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/gradient.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/keep_largest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace slim::reference {
namespace {

const std::filesystem::path folder = std::filesystem::path(SLIM_SOURCE_DIR) / "reference/golden";

double largest(const Matrix<double>& values) {
  return values.size() == 0 ? 0.0 : values.cwiseAbs().maxCoeff();
}

/// Largest |answer − expected|; NaN if any entry is.
template <class T>
double largest_error(std::span<const T> answer, const Matrix<double>& expected) {
  using std::abs;
  double error = 0.0;
  for (Index i = 0; i < expected.size(); ++i) {
    const double here =
        to_double(T(abs(answer[static_cast<std::size_t>(i)] - T(expected.data()[i]))));
    keep_largest(error, here);
  }
  return error;
}

/// Largest error of any tensor over its bound 1e-11 · (tensor's largest entry) + 1e-13 · (largest
/// gradient entry); agreement is a value of at most 1.
template <class T>
double error_over_bound(const CaseFile& file) {
  const GradientCase c = to_gradient_case(file);
  const ExpectedGradient expected = to_expected_gradient(file, c);
  const Parameters<T> theta = converted<T>(c.theta, c.model, MemoryTag::parameters);
  const Projection<T> omega = converted<T>(c.omega, c.model);
  GradientResult<T> result;
  gradient(GradientTask<T>{.model = c.model,
                           .theta = theta,
                           .omega = omega,
                           .sequences = c.sequences,
                           .slice_length = c.slice_length,
                           .wants_logits = true},
           result);
  EXPECT_TRUE(expected.loss.has_value());
  EXPECT_GT(expected.logits.size(), 0);
  EXPECT_EQ(expected.gradient.size(), theta.slots().size());

  double largest_gradient = 0.0;
  for (const auto& [name, values] : expected.gradient) {
    largest_gradient = std::max(largest_gradient, largest(values));
  }
  double worst = 0.0;
  const auto compare = [&](std::span<const T> answer, const Matrix<double>& values) {
    const double ratio =
        largest_error(answer, values) / (1e-11 * largest(values) + 1e-13 * largest_gradient);
    if (!(ratio <= worst)) worst = std::isnan(worst) ? worst : ratio;
  };
  compare(std::span<const T>(&result.loss, 1), Matrix<double>::Constant(1, 1, *expected.loss));
  compare(std::span<const T>(result.logits.data(), static_cast<std::size_t>(result.logits.size())),
          expected.logits);
  for (const ParameterSlot& slot : theta.slots()) {
    compare(std::as_const(result.gradient).values(slot), expected.gradient.at(slot.name));
  }
  return worst;
}

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".safetensors") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Golden : public testing::TestWithParam<std::string> {
 protected:
  CaseFile file = read_case_file(folder / (GetParam() + ".safetensors"));
};

TEST_P(Golden, AgreesWithTheAuthorsInDouble) {
  EXPECT_LE(error_over_bound<double>(file), 1.0);
}

TEST_P(Golden, AgreesWithTheAuthorsIn50Digits) {
  EXPECT_LE(error_over_bound<Digits50>(file), 1.0);
}

/// The file with one entry of a tensor replaced by change(entry, largest entry).
template <class Change>
CaseFile with_changed_entry(CaseFile file, const std::string& name, std::size_t place,
                            Change change) {
  const Tensor& tensor = file.tensor(name);
  std::vector<double> values(tensor.size());
  double largest_entry = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = tensor.real(i);
    largest_entry = std::max(largest_entry, std::abs(values[i]));
  }
  values[place % values.size()] = change(values[place % values.size()], largest_entry);
  const std::vector<std::int64_t> shape = tensor.shape;
  file.tensors[name] = make_tensor(shape, std::span<const double>(values));
  return file;
}

double largest_of(const Tensor& tensor) {
  double result = 0.0;
  for (std::size_t i = 0; i < tensor.size(); ++i)
    result = std::max(result, std::abs(tensor.real(i)));
  return result;
}

TEST_P(Golden, FailsWhenAnExpectedEntryIsOffByAMillionthOfItsTensorOrNan) {
  double largest_gradient = 0.0;
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with("expected.grad.")) {
      largest_gradient = std::max(largest_gradient, largest_of(tensor));
    }
  }
  std::size_t place = 0;
  int changed = 0;
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with("expected.")) continue;
    place += 7;
    const CaseFile nan =
        with_changed_entry(file, name, place, [](double, double) { return std::nan(""); });
    EXPECT_FALSE(error_over_bound<double>(nan) <= 1.0) << name;
    // For a gradient far below the largest one the second term of the bound dominates.
    if (name.starts_with("expected.grad.") && largest_of(tensor) < 1e-3 * largest_gradient)
      continue;
    const CaseFile off = with_changed_entry(
        file, name, place, [](double x, double largest) { return x + 1e-6 * largest; });
    EXPECT_FALSE(error_over_bound<double>(off) <= 1.0) << name;
    ++changed;
  }
  EXPECT_GT(changed, 10);
}

TEST(GoldenVectors, AreTen) {
  EXPECT_EQ(golden_names().size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Vectors, Golden, testing::ValuesIn(golden_names()),
                         [](const auto& vector) { return vector.param; });

}  // namespace
}  // namespace slim::reference
