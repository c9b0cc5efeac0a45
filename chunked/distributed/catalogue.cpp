// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/catalogue.hpp"

#include "chunked/attention/attention.hpp"
#include "chunked/distributed/calls.hpp"

#include <vector>

namespace slim::chunked::distributed {
namespace {

template <class T>
void offer(Variant& variant, const Method& method) {
  variant.gradient.in<T>() = [method](const GradientTask<T>& task, GradientResult<T>& result) {
    gradient<T>(task, result, *the_team(), method);
  };
  variant.attention.in<T>() = [method](const AttentionTask<T>& task, AttentionResult<T>& result) {
    attention<T>(task, result, *the_team(), method);
  };
  variant.features.in<T>() = features<T>;
}

Variant variant_of(const Method& method) {
  const bool in_tree = method.scan == Scan::tree;
  Variant variant{.boundary = in_tree ? "distributed-tree" : "distributed",
                  .prefix_sum = method.prefix_sum,
                  .summary = std::string("parts of a sequence on several ranks, boundary states by "
                                         "a scan in a ") +
                             (in_tree ? "tree" : "chain"),
                  .subtracting = false,
                  .gradient = {},
                  .attention = {},
                  .features = {},
                  .least_bytes = {}};
  offer<float>(variant, method);
  offer<double>(variant, method);
  offer<Digits50>(variant, method);
  offer<Counted>(variant, method);
  offer<Float16>(variant, method);
  offer<BFloat16>(variant, method);
  return variant;
}

}  // namespace

std::span<const Variant> catalogue() {
  static const std::vector<Variant> all = [] {
    std::vector<Variant> variants;
    for (const Scan scan : {Scan::chain, Scan::tree}) {
      for (const char* prefix_sum : {"explicit", "tree", "iterative", "blocked"}) {
        variants.push_back(variant_of({.scan = scan, .prefix_sum = prefix_sum}));
      }
    }
    return variants;
  }();
  return all;
}

}  // namespace slim::chunked::distributed
