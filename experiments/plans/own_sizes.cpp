// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/own_sizes.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <functional>

namespace slim::experiments {
namespace {

constexpr int own_samples = 3;

/// The full pass is measured with the first subject, because it is the same algorithm in all.
void add_own(std::vector<Plan>& plans, const Conditions& conditions, Index length, Index slice) {
  for (const std::string& subject : conditions.own->subjects) {
    if (slice >= length && subject != conditions.own->subjects.front()) continue;
    for (const Quantity quantity : {Quantity::bytes, Quantity::seconds}) {
      plans.push_back({.setting = {.subject = subject,
                                   .model = conditions.own->model,
                                   .length = length,
                                   .slice = slice,
                                   .seed = conditions.seed,
                                   .threads = conditions.threads,
                                   .corpus = conditions.corpus},
                       .quantity = quantity,
                       .samples = quantity == Quantity::seconds ? own_samples : 1});
    }
  }
}

std::vector<Plan> own_length_plans(const Conditions& conditions) {
  std::vector<Plan> plans;
  for (const Index length : conditions.own->lengths) {
    const Index slice = conditions.own->slices.front();
    if (slice < length) add_own(plans, conditions, length, slice);
    add_own(plans, conditions, length, length);
  }
  return plans;
}

std::vector<Plan> own_slice_plans(const Conditions& conditions) {
  std::vector<Plan> plans;
  const Index length = conditions.own->lengths.back();
  for (const Index slice : conditions.own->slices) {
    if (slice < length) add_own(plans, conditions, length, slice);
  }
  add_own(plans, conditions, length, length);
  return plans;
}

void require_increasing(const std::vector<Index>& sizes, const std::string& what) {
  const bool increasing =
      std::ranges::adjacent_find(sizes, std::ranges::greater_equal()) == sizes.end();
  require(!sizes.empty() && increasing, what + " must increase");
}

}  // namespace

std::vector<Experiment> own_experiments() {
  return {
      {.name = "length", .question = "Cost over L, sizes of one's own", .plans = own_length_plans},
      {.name = "slice", .question = "Cost over C, sizes of one's own", .plans = own_slice_plans}};
}

void require_valid(const OwnSizes& own) {
  require_increasing(own.lengths, "lengths");
  require_increasing(own.slices, "slice lengths");
  require(!own.subjects.empty(), "a subject is missing: give --subject");
}

}  // namespace slim::experiments
