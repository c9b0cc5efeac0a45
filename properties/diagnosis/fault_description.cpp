// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/fault_description.hpp"

#include "properties/diagnosis/neighbours.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace slim::properties {
namespace {

const char* verb_of(const Finding& finding) {
  if (!finding.has_numbers()) return "fails";
  return finding.failure == Failure::non_finite ? "not finite" : "wrong";
}

void add_numbers(std::vector<NamedNumber>& numbers, const char* name, Index size) {
  const auto n = static_cast<double>(size);
  if (size < 2) return;
  numbers.push_back({name, n});
  numbers.push_back({fmt::format("1/{}", name), 1.0 / n});
  numbers.push_back({fmt::format("sqrt({})", name), std::sqrt(n)});
  numbers.push_back({fmt::format("1/sqrt({})", name), 1.0 / std::sqrt(n)});
}

using NamedSize = std::pair<const char*, Index>;

void add_ratios(std::vector<NamedNumber>& numbers, const NamedSize& a, const NamedSize& b) {
  if (a.second == b.second) return;
  for (const auto& [over, under] : {std::pair(a, b), std::pair(b, a)}) {
    const double ratio = static_cast<double>(over.second) / static_cast<double>(under.second);
    numbers.push_back({fmt::format("{}/{}", over.first, under.first), ratio});
    numbers.push_back({fmt::format("sqrt({}/{})", over.first, under.first), std::sqrt(ratio)});
  }
}

std::vector<NamedNumber> numbers_of(const AttentionNeighbour& spec) {
  std::vector<NamedNumber> numbers;
  add_numbers(numbers, "B", spec.batch);
  add_numbers(numbers, "H", spec.heads);
  add_numbers(numbers, "L", spec.length);
  add_numbers(numbers, "C", spec.slice_length);
  add_numbers(numbers, "D", spec.width);
  add_numbers(numbers, "D_v", spec.value_width);
  if (spec.features() != spec.width) add_numbers(numbers, "M", spec.features());
  add_ratios(numbers, {"D", spec.width}, {"D_v", spec.value_width});
  add_ratios(numbers, {"M", spec.features()}, {"D", spec.width});
  return numbers;
}

std::vector<NamedNumber> numbers_of(const GradientSpec& spec) {
  std::vector<NamedNumber> numbers;
  add_numbers(numbers, "B", spec.batch);
  add_numbers(numbers, "L", spec.length);
  add_numbers(numbers, "C", spec.slice_length);
  add_numbers(numbers, "the number of slices",
              (spec.length + spec.slice_length - 1) / spec.slice_length);
  return numbers;
}

/// What the answers to the widest case with the fault have in common for two seeds.
template <class Neighbours>
std::vector<PatternFact> pattern_on(const Neighbours& neighbours) {
  for (auto spec : neighbours.wider()) {
    std::array<std::vector<PatternFact>, 2> facts;
    for (std::size_t i = 0; i < facts.size(); ++i) {
      spec.seed = 10 + i;
      if (neighbours.shows(spec) != std::optional(true)) break;
      facts.at(i) = error_pattern(neighbours.compared(spec), spec.slice_length, numbers_of(spec));
    }
    if (!facts[0].empty() && !facts[1].empty()) return in_common(facts[0], facts[1]);
  }
  return {};
}

template <class Spec, class Neighbours>
FaultDescription described_by(const Neighbours& neighbours, const Finding& finding) {
  if (!neighbours.base()) return {};
  const Shows<Spec> shows = [&](const Spec& spec) { return neighbours.shows(spec); };
  const Circumstances<Spec> circumstances = neighbours.circumstances();
  FaultDescription description;
  description.conditions = deciding_conditions<Spec>(*neighbours.base(), circumstances, shows);
  if (description.conditions.contradicted) {
    // With one row or column, a change may hide the fault by chance.
    for (const Spec& wider : neighbours.wider()) {
      if (shows(wider) != std::optional(true)) continue;
      description.conditions = deciding_conditions<Spec>(wider, circumstances, shows);
      break;
    }
  }
  description.condition = in_words(description.conditions, verb_of(finding));
  if (finding.has_numbers()) description.pattern = pattern_on(neighbours);
  return description;
}

}  // namespace

FaultDescription description_of(const Subject& subject, const Counterexample& found,
                                bool asks_features) {
  if (found.file.has("q")) {
    return described_by<AttentionNeighbour>(AttentionNeighbours(subject, found, asks_features),
                                            found.finding);
  }
  if (found.file.has("tokens")) {
    return described_by<GradientSpec>(ModelNeighbours(subject, found), found.finding);
  }
  return {};
}

std::string outline_of(const CaseFile& file) {
  std::string outline;
  for (const auto& [name, tensor] : file.tensors) {
    outline += name + "[";
    for (const auto extent : tensor.shape) outline += fmt::format("{},", extent);
    outline += "] ";
  }
  for (const char* key : {"feature_map", "causal", "chunk", "conventions"}) {
    const auto text = file.metadata.find(key);
    if (text != file.metadata.end()) outline += text->second + " ";
  }
  return outline;
}

}  // namespace slim::properties
