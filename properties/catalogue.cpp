// SPDX-License-Identifier: Apache-2.0
#include "properties/catalogue.hpp"

#include "chunked/catalogue.hpp"
#include "chunked/distributed/catalogue.hpp"
#include "properties/command_line/suggestion.hpp"
#include "properties/mutants/catalogue.hpp"
#include "properties/tolerance/own_sums.hpp"
#include "reference/performer/attention.hpp"
#include "reference/performer/gradient.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>

namespace slim::properties {
namespace {

template <class T>
void offer(Subject& subject) {
  subject.gradient.in<T>() = reference::gradient<T>;
  subject.attention.in<T>() = reference::attention<T>;
  subject.features.in<T>() = reference::features<T>;
}

Subject reference_itself() {
  Subject subject{.name = "reference",
                  .summary = "the whole sequence at once, keeping everything, in plain loops",
                  .capabilities = {},
                  .conventions = {},
                  .gradient = {}};
  subject.capabilities.sliced = false;
  subject.capabilities.bidirectional = true;
  subject.capabilities.any_attention_conventions = true;
  subject.capabilities.isolates_non_finite = true;
  subject.capabilities.learned_positions = true;
  subject.capabilities.left_padding = subject.capabilities.right_padding = true;
  subject.projection = [](Index d, Index M, ProjectionKind kind, const Random& random) {
    return random_projection(d, M, kind, random);
  };
  offer<float>(subject);
  offer<double>(subject);
  offer<Digits50>(subject);
  offer<Counted>(subject);
  offer<Float16>(subject);
  offer<BFloat16>(subject);
  subject.attention = on_own_maps(std::move(subject.attention));
  subject.features = on_own_maps(std::move(subject.features));
  return subject;
}

MemoryGrowth memory_of(std::string_view boundary) {
  if (boundary == "stored") return MemoryGrowth::slice_and_count;
  if (boundary == "bisected") return MemoryGrowth::slice_and_logarithm;
  return MemoryGrowth::slice;
}

Subject as_subject(const chunked::Variant& variant) {
  Subject subject{.name = variant.name(),
                  .summary = variant.summary,
                  .capabilities = {},
                  .conventions = {},
                  .gradient = variant.gradient,
                  .attention = variant.attention,
                  .features = variant.features,
                  .least_bytes = variant.least_bytes};
  subject.capabilities.subtracting = variant.subtracting;
  subject.capabilities.subtracting_wide = variant.boundary == "wide" || variant.boundary == "exact";
  subject.capabilities.chooses_first_sweep = true;
  subject.capabilities.memory = memory_of(variant.boundary);
  subject.capabilities.bidirectional = true;
  // ∞ − ∞ is NaN, and so is ∞ times the 0 of a masked block.
  const bool subtracts_sums =
      subject.capabilities.subtracting_wide || variant.boundary == "recovered";
  subject.capabilities.isolates_non_finite = !subtracts_sums && variant.prefix_sum != "blocked";
  return subject;
}

/// What the ledger records is the memory of rank 0, which depends on how many ranks there are.
Subject as_distributed_subject(const chunked::Variant& variant) {
  Subject subject = as_subject(variant);
  subject.capabilities.chooses_first_sweep = false;
  subject.capabilities.memory = MemoryGrowth::unclaimed;
  return subject;
}

Subject as_subject(const mutants::Mutant& mutant) {
  Subject subject{.name = mutant.name,
                  .summary = "wrong on purpose: " + mutant.description,
                  .capabilities = {},
                  .conventions = {},
                  .gradient = mutant.gradient,
                  .attention = mutant.attention,
                  .features = mutant.features,
                  .projection = mutant.projection};
  subject.capabilities.subtracting = mutant.subtracting;
  subject.capabilities.memory = mutant.memory;
  subject.capabilities.any_attention_conventions = mutant.any_conventions;
  subject.capabilities.bidirectional = mutant.attention.offers_any();
  subject.capabilities.isolates_non_finite = mutant.attention.offers_any();
  subject.capabilities.learned_positions = mutant.takes_padding;
  subject.capabilities.left_padding = mutant.takes_padding;
  subject.capabilities.right_padding = mutant.takes_padding;
  return subject;
}

std::vector<Subject> all_subjects() {
  std::vector<Subject> subjects = {reference_itself()};
  for (const chunked::Variant& variant : chunked::catalogue()) {
    subjects.push_back(as_subject(variant));
  }
  for (const chunked::Variant& variant : chunked::distributed::catalogue()) {
    subjects.push_back(as_distributed_subject(variant));
  }
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    subjects.push_back(as_subject(mutant));
  }
  return subjects;
}

}  // namespace

std::span<const Subject> catalogue() {
  static const std::vector<Subject> subjects = all_subjects();
  return subjects;
}

const Subject& find_subject(std::string_view name) {
  std::vector<std::string> names;
  for (const Subject& subject : catalogue()) {
    if (subject.name == name) return subject;
    names.push_back(subject.name);
  }
  throw ContractError(command_line::unknown_name("subject", name, names, "slim-verify subjects"));
}

const Subject& reference_subject() {
  return catalogue().front();
}

bool is_mutant(const Subject& subject) {
  return subject.name.starts_with("mutant/");
}

bool runs_by_default(const Subject& subject) {
  return !is_mutant(subject) &&
         (subject.name == "distributed/blocked" || !subject.name.starts_with("distributed"));
}

}  // namespace slim::properties
