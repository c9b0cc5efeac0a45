// SPDX-License-Identifier: Apache-2.0
#include "chunked/catalogue.hpp"

#include "chunked/attention/attention.hpp"
#include "chunked/composition.hpp"
#include "chunked/least_memory.hpp"
#include "chunked/two_sweeps.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <array>
#include <vector>

namespace slim::chunked {
namespace {

struct Part {
  std::string name;
  std::string summary;
  bool subtracting;
};

const std::vector<Part>& boundaries() {
  static const std::vector<Part> all = {
      {"recovered", "boundary states recovered by subtraction, as in the paper", true},
      {"wide", "boundary states recovered by subtraction in a wider scalar", false},
      {"exact", "boundary states recovered exactly on a grid of integers", false},
      {"stored", "every boundary state stored", false},
      {"recomputed", "every boundary state recomputed from the beginning", false},
      {"bisected", "boundary states stored at midpoints, others recomputed", false},
  };
  return all;
}

const std::vector<Part>& prefix_sums() {
  static const std::vector<Part> all = {
      {"explicit", "prefix sums of every row stored", false},
      {"tree", "prefix sums in logarithmic depth", false},
      {"iterative", "prefix sums one row after another", false},
      {"iterative-subtracting", "prefix sums recovered by subtraction, as in the paper's code",
       true},
      {"blocked", "prefix sums as matrix products on blocks of rows", false},
  };
  return all;
}

/// Adds the functions of the variant for scalar T.
template <class T>
void compose(Variant& variant) {
  using A = accumulator_t<T>;
  const auto with_parts = [boundary = variant.boundary, prefix_sum = variant.prefix_sum](
                              const auto& task, auto& result, const auto& run) {
    run(task, result, *make_boundary<A>(boundary), *make_prefix_sum<A>(prefix_sum));
  };
  variant.gradient.in<T>() = [with_parts](const GradientTask<T>& task, GradientResult<T>& result) {
    with_parts(task, result, gradient<T>);
  };
  variant.attention.in<T>() = [with_parts](const AttentionTask<T>& task,
                                           AttentionResult<T>& result) {
    with_parts(task, result, attention<T>);
  };
  variant.features.in<T>() = features<T>;
}

LeastBytes least_bytes_of(const std::string& boundary, const std::string& prefix_sum) {
  return [boundary, prefix_sum](const GradientShape& shape) {
    const auto in = [&]<class T>() {
      return least_bytes<T>(shape, *make_boundary<accumulator_t<T>>(boundary),
                            *make_prefix_sum<accumulator_t<T>>(prefix_sum));
    };
    switch (shape.scalar) {
      case Scalar::float32:
        return in.template operator()<float>();
      case Scalar::float64:
        return in.template operator()<double>();
      case Scalar::float16:
        return in.template operator()<Float16>();
      case Scalar::bfloat16:
        return in.template operator()<BFloat16>();
      case Scalar::digits50:
        break;
    }
    return in.template operator()<Digits50>();
  };
}

std::vector<Variant> all_variants() {
  std::vector<Variant> variants;
  for (const Part& boundary : boundaries()) {
    for (const Part& prefix_sum : prefix_sums()) {
      Variant variant{.boundary = boundary.name,
                      .prefix_sum = prefix_sum.name,
                      .summary = boundary.summary + "; " + prefix_sum.summary,
                      .subtracting = boundary.subtracting || prefix_sum.subtracting,
                      .gradient = {},
                      .attention = {},
                      .features = {},
                      .least_bytes = least_bytes_of(boundary.name, prefix_sum.name)};
      compose<float>(variant);
      compose<double>(variant);
      compose<Digits50>(variant);
      compose<Counted>(variant);
      compose<Float16>(variant);
      compose<BFloat16>(variant);
      variants.push_back(std::move(variant));
    }
  }
  return variants;
}

}  // namespace

std::span<const Variant> catalogue() {
  static const std::vector<Variant> variants = all_variants();
  return variants;
}

const Variant& find_variant(std::string_view name) {
  for (const Variant& variant : catalogue()) {
    if (variant.name() == name) return variant;
  }
  throw ContractError("variant '" + std::string(name) +
                      "' is unknown: a variant is named "
                      "boundary/prefix-sum, such as " +
                      catalogue().front().name());
}

}  // namespace slim::chunked
