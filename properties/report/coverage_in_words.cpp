// SPDX-License-Identifier: Apache-2.0
#include "properties/report/coverage_in_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace slim::properties {
namespace {

constexpr std::size_t most_named = 8;

/// "; not covered: A, B and 3 more", or "" if there are none.
std::string listed(std::string_view what, std::vector<std::string> pairs) {
  if (pairs.empty()) return {};
  const std::size_t more = pairs.size() - std::min(pairs.size(), most_named);
  pairs.resize(pairs.size() - more);
  std::string text = fmt::format("; {}: {}", what, fmt::join(pairs, ", "));
  if (more > 0) text += fmt::format(" and {} more", more);
  return text;
}

std::string words(const SizeCoverage& of) {
  std::string text =
      fmt::format("sizes of task {}: {}; {} of {} pairs of size classes covered", of.goal().task,
                  fmt::join(of.ranges(), ", "), of.covered(), of.possible());
  if (!of.goal().restrictions.empty()) text += "; restricted to " + of.goal().restrictions;
  return text + listed("not covered", of.missing()) +
         listed("drawn, but not judged", of.excused()) +
         listed("not covered because their cases are too large", of.above_cap());
}

/// "not compared: 61 % of the entries of d.q, …"; empty if these are less than 1 %.
std::string left_out_in_words(const RunResult::Judged& of) {
  long entries = 0;
  long left_out = 0;
  std::vector<std::string> tensors;
  for (const JudgedTensor& tensor : of.tensors) {
    if (tensor.not_compared == 0) continue;
    entries += tensor.entries;
    left_out += tensor.not_compared;
    tensors.push_back(tensor.tensor);
  }
  const double share = static_cast<double>(left_out) / static_cast<double>(std::max(entries, 1L));
  if (share < 0.01) return {};
  return fmt::format(
      "not compared: {:.0f} % of the entries of {} of {} in {}, at kinks, and where no slope of "
      "the "
      "map own was drawn",
      100.0 * share, fmt::join(tensors, ", "), of.subject, name(of.scalar));
}

}  // namespace

std::vector<std::string> sizes_in_words(const RunPlan& plan, const RunResult& result) {
  if (!plan.covers_sizes) {
    return {fmt::format("sizes: {} cases per law are too few to cover pairs of sizes: it takes {}",
                        plan.cases, fewest_cases_that_cover_sizes)};
  }
  std::vector<std::string> lines;
  std::vector<std::vector<std::string>> subjects;
  for (const RunResult::Sizes& sizes : result.sizes) {
    const std::string line = words(sizes.coverage);
    const auto known = std::ranges::find(lines, line);
    if (known == lines.end()) {
      lines.push_back(line);
      subjects.push_back({sizes.subject});
    } else {
      subjects[static_cast<std::size_t>(known - lines.begin())].push_back(sizes.subject);
    }
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (plan.subjects.size() == 1 || subjects[i].size() == plan.subjects.size()) continue;
    lines[i] += subjects[i].size() > 4
                    ? fmt::format(" ({} of {} subjects)", subjects[i].size(), plan.subjects.size())
                    : fmt::format(" ({})", fmt::join(subjects[i], ", "));
  }
  return lines;
}

std::vector<std::string> judged_in_words(const RunResult& result) {
  std::vector<std::string> lines;
  for (const RunResult::Judged& of : result.judged()) {
    const std::string left_out = left_out_in_words(of);
    if (!left_out.empty()) lines.push_back(left_out);
    if (of.missing() == 0) continue;
    lines.push_back(
        fmt::format("not judged: {} of {} tensors that {} computed in {}, because rounding errors "
                    "may exceed the tensor's largest entry",
                    of.missing(), of.compared(), of.subject, name(of.scalar)));
  }
  return lines;
}

std::vector<std::string> coverage_in_words(const RunPlan& plan, const RunResult& result) {
  std::vector<std::string> lines = sizes_in_words(plan, result);
  std::ranges::copy(judged_in_words(result), std::back_inserter(lines));
  return lines;
}

nlohmann::ordered_json judged_json(const RunResult& result) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const RunResult::Judged& of : result.judged()) {
    for (const JudgedTensor& tensor : of.tensors) {
      all.push_back({{"subject", of.subject},
                     {"scalar", name(of.scalar)},
                     {"tensor", tensor.tensor},
                     {"compared", tensor.compared},
                     {"judged", tensor.judged},
                     {"entries", tensor.entries},
                     {"entries_not_compared", tensor.not_compared}});
    }
  }
  return all;
}

}  // namespace slim::properties
