// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/case_tensors.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/closest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slim::properties {
namespace {

constexpr std::string_view expected_prefix = "expected.";

std::vector<std::string> names_of_attention() {
  return {"q",         "k",         "v",           "projection",  "key_mask",     "query_mask",
          "initial.R", "initial.S", "cotangent.R", "cotangent.S", "cotangent.out"};
}

std::vector<std::string> names_of_model(const CaseFile& file) {
  const GradientCase c = to_gradient_case(file);
  std::vector<std::string> names = {"tokens", "mask", "key_mask", "expected.loss",
                                    "expected.logits"};
  for (const ParameterSlot& slot : c.theta.slots()) {
    names.push_back("param." + slot.name);
    names.push_back("expected.grad." + slot.name);
  }
  if (c.omega.empty()) return names;
  for (Index r = 0; r < c.model.layers; ++r) names.push_back(fmt::format("projection.{}", r));
  return names;
}

/// The tensor names of the case's task; none for a law whose cases have no arrays.
std::vector<std::string> known_names(const CaseFile& file) {
  const auto task = file.metadata.find("task");
  if (task != file.metadata.end()) {
    return task->second == "attention" ? names_of_attention() : std::vector<std::string>();
  }
  return file.metadata.contains("request") ? std::vector<std::string>() : names_of_model(file);
}

[[noreturn]] void refuse_unknown(const std::string& name, const std::vector<std::string>& known) {
  const std::string what = "tensor '" + on_one_line(name, 200) + "' is unknown";
  if (known.empty()) throw ContractError(what + ": a case of this kind has no tensors");
  const std::string closest = *std::ranges::min_element(
      known, {}, [&](const std::string& candidate) { return edit_distance(name, candidate); });
  throw ContractError(what + ": the closest known name is '" + closest + "'");
}

}  // namespace

Compared compared_tensors(const GradientCase& c, const ExpectedGradient& expected) {
  const auto all = static_cast<int>(c.theta.slots().size());
  if (expected.empty()) {
    return {.with = "reference in 50 digits",
            .loss = true,
            .logits = true,
            .gradients = all,
            .gradients_in_all = all};
  }
  Compared compared{.with = "expected",
                    .loss = expected.loss.has_value(),
                    .logits = expected.logits.size() > 0,
                    .gradients = static_cast<int>(expected.gradient.size()),
                    .gradients_in_all = all};
  for (const ParameterSlot& slot : c.theta.slots()) {
    if (!expected.gradient.contains(slot.name)) compared.missing.push_back(slot.name);
  }
  return compared;
}

std::string in_words(const Compared& compared) {
  constexpr std::size_t most_named = 3;
  if (compared.gradients_in_all == 0)
    return "compared: the tensors checked by law " + compared.with;
  std::vector<std::string> parts;
  if (compared.loss) parts.emplace_back("loss");
  if (compared.logits) parts.emplace_back("logits");
  parts.push_back(fmt::format("{} of {} gradients", compared.gradients, compared.gradients_in_all));
  std::string text = fmt::format("compared: {}", fmt::join(parts, ", "));
  if (!compared.missing.empty() && compared.missing.size() <= most_named) {
    text += fmt::format(" (without {})", fmt::join(compared.missing, ", "));
  }
  return text;
}

void require_known_tensors(const CaseFile& file) {
  const auto law = file.metadata.find("law");
  if (law != file.metadata.end()) {
    for (const auto& [name, tensor] : file.tensors) {
      require(
          !name.starts_with(expected_prefix),
          fmt::format("tensor '{}' would not be compared: metadata 'law' is '{}', which computes "
                      "the right answer itself; remove one of the two",
                      on_one_line(name, 200), on_one_line(law->second)));
    }
  }
  const auto task = file.metadata.find("task");
  // Its names are the subject's: own_model::from_file compares them with the declared ones.
  if (task != file.metadata.end() && task->second == "own_model") return;
  const std::vector<std::string> known = known_names(file);
  for (const auto& [name, tensor] : file.tensors) {
    if (std::ranges::find(known, name) == known.end()) refuse_unknown(name, known);
  }
}

}  // namespace slim::properties
