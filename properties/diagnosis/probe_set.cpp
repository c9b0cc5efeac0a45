// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/probe_set.hpp"

#include "properties/catalogue.hpp"
#include "properties/engine/numbered_case.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <array>

namespace slim::properties {
namespace {

constexpr int most_draws = 64;
constexpr std::size_t rows_per_extent = 1;

/// The topic of a law, from its first generated case that has tensors.
Topic topic_of(const Law& law) {
  if (law.name == "refuses-bad-tasks") return Topic::refusals;
  if (law.name == "bytes-as-claimed") return Topic::bytes;
  if (law.name == "projection-as-declared") return Topic::projections;
  for (int attempt = 0; attempt < most_draws; ++attempt) {
    const CaseFile file = law.draw(1, attempt, 20)->trial()->file();
    if (!file.tensors.empty()) return file.has("tokens") ? Topic::models : Topic::attention;
  }
  return Topic::attention;
}

/// Refusals and bytes distinguish suspects whose answers match; the laws about answers distinguish
/// the others, so both kinds of laws are used.
bool belongs(Topic law, Topic topic) {
  return law == topic || (topic == Topic::refusals && law == Topic::attention) ||
         (topic == Topic::bytes && law == Topic::models);
}

int most_cases(const Law& law, Topic topic) {
  if (topic == Topic::models || topic == Topic::bytes) return ProbeSet::cases_of_models;
  // Many combinations of numbers at the edge, and of conventions.
  const bool varies = law.name == "stays-finite" || law.name == "conventions-agree";
  return varies ? ProbeSet::cases_at_the_edge : ProbeSet::cases_of_attention;
}

/// The cheapest rows of a law's size design that reach the largest class of some extent: only
/// these expose faults at the edges of large blocks.
std::vector<int> large_rows(const Law& law, std::uint64_t seed) {
  struct Large {
    Extent extent;
    Index least;
  };
  constexpr std::array large = {Large{Extent::length, 255}, Large{Extent::width, 65},
                                Large{Extent::features, 65}, Large{Extent::value_width, 65},
                                Large{Extent::slices, 33}};
  std::vector<std::pair<double, int>> by_size;
  std::vector<Extents> extents;
  for (int row = 0; row < law.designed(); ++row) {
    extents.push_back(NumberedCase(law, seed, CaseId(row, true)).draw(0)->extents());
    double size = 1.0;
    for (const Extent extent :
         {Extent::length, Extent::batch, Extent::heads, Extent::width, Extent::features,
          Extent::value_width, Extent::model_width, Extent::ffn_width}) {
      size *= static_cast<double>(std::max<Index>(1, extents.back()[extent]));
    }
    by_size.emplace_back(size, row);
  }
  std::ranges::sort(by_size);
  std::vector<int> rows;
  static_assert(large.size() * rows_per_extent == ProbeSet::most_large_cases);
  for (const auto& [extent, least] : large) {
    std::size_t found = 0;
    for (const auto& [size, row] : by_size) {
      if (found == rows_per_extent) break;
      if (extents[static_cast<std::size_t>(row)][extent] < least) continue;
      ++found;
      if (std::ranges::find(rows, row) == rows.end()) rows.push_back(row);
    }
  }
  return rows;
}

/// The reference, for whole models under the conventions of this case. It claims the feature map of
/// the case, and a choice of the first sweep, which it ignores, so that it is run on every task.
Subject reference_for(const Trial& trial) {
  Subject reference = reference_subject();
  reference.capabilities.chooses_first_sweep = true;
  const CaseFile file = trial.file();
  const auto map = file.metadata.find("feature_map");
  if (map != file.metadata.end() && map->second != "given") {
    const FeatureMap of_case = parse_feature_map(map->second);
    reference.capabilities.feature_maps = {of_case.kind};
    reference.capabilities.projects = of_case.projected;
  }
  const auto text = file.metadata.find("conventions");
  if (file.has("tokens") && text != file.metadata.end()) {
    reference.conventions = parse_conventions(text->second);
  }
  return reference;
}

/// Case numbers spread over the generated sizes, different for each law.
int number_of(int i, int law) {
  return 7 * i + 3 + 61 * law;
}

}  // namespace

bool ProbeSet::has(std::string_view law) const {
  return std::ranges::find(laws_, law, &Law::name) != laws_.end();
}

const Law& ProbeSet::law(const std::string& name) const {
  const auto found = std::ranges::find(laws_, name, &Law::name);
  require(found != laws_.end(), "law '" + name + "' is unknown: `slim-verify laws` lists all laws");
  return *found;
}

std::vector<ProbeSet::Case>& ProbeSet::cases(Topic topic, Scalar scalar) {
  const auto found = cases_.find({topic, scalar});
  if (found != cases_.end()) return found->second;
  std::vector<Case>& cases = cases_[{topic, scalar}];
  std::vector<Topic> topics;
  for (const Law& law : laws_) topics.push_back(topic_of(law));
  for (int i = 0; i < cases_at_the_edge; ++i) {
    for (std::size_t at = 0; at < laws_.size(); ++at) {
      const Law& law = laws_[at];
      const int number = number_of(i, static_cast<int>(at));
      if (!belongs(topics[at], topic) || i >= most_cases(law, topic)) continue;
      add_case(cases, law, number, scalar);
    }
  }
  for (std::size_t at = 0; at < laws_.size(); ++at) {
    const bool runs_tasks_once = !laws_[at].name.ends_with("calls-independent");
    if (!laws_[at].designed || !runs_tasks_once || !belongs(topics[at], topic)) continue;
    for (const int row : large_rows(laws_[at], seed_)) {
      add_case(cases, laws_[at], CaseId(row, true), scalar);
    }
  }
  return cases;
}

void ProbeSet::add_case(std::vector<Case>& cases, const Law& law, CaseId id, Scalar scalar) const {
  NumberedCase numbered(law, seed_, id);
  const NumberedCase::Usable usable = numbered.usable(scalar);
  if (usable.trial == nullptr) return;
  const std::unique_ptr<Draw> draw = numbered.draw(usable.attempt);
  cases.push_back({.law = &law,
                   .readable = draw->readable(),
                   .is_large = id.designed,
                   .trial = draw->trial(),
                   .error_scale = std::nullopt});
}

const ErrorScale& ProbeSet::error_scale(Case& c, Scalar scalar) {
  if (!c.error_scale) {
    c.error_scale.emplace(recorded_answers(*c.trial, reference_for(*c.trial), scalar), scalar);
  }
  return *c.error_scale;
}

}  // namespace slim::properties
