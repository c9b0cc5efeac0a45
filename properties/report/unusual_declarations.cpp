// SPDX-License-Identifier: Apache-2.0
#include "properties/report/unusual_declarations.hpp"

#include "reference/vocabulary/case_file/gradient_case.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace slim::properties {
namespace {

using Json = nlohmann::ordered_json;

bool is_convention(const UnusualDeclaration& one) {
  return one.name.find('.') != std::string::npos;
}

/// Adds the fields of `declared` that differ from both defaults: that of built-in subjects and that
/// of third-party implementations.
void add_conventions(const char* task, const std::string& declared, const std::string& by_default,
                     const std::string& of_third_parties, std::vector<UnusualDeclaration>& all) {
  const Json usual = Json::parse(by_default);
  const Json third_party_default = Json::parse(of_third_parties);
  const Json own = Json::parse(declared);
  for (const auto& [field, value] : own.items()) {
    const Json by_usual = usual.contains(field) ? usual.at(field) : Json("none");
    if (value == by_usual || value == third_party_default.value(field, by_usual)) continue;
    if (field == "epsilon" && value == 0.0) continue;  // there is none, which other fields say
    all.push_back(
        {.name = fmt::format("{}.{}", task, field),
         .value = value.dump(),
         .words = fmt::format("{} {} {}, usually {}", task, field, value.dump(), by_usual.dump())});
  }
}

}  // namespace

std::vector<UnusualDeclaration> unusual_declarations(const Subject& subject) {
  std::vector<UnusualDeclaration> all;
  if (subject.attention.offers_any() || subject.features.offers_any()) {
    add_conventions("attention", to_full_text(subject.attention_conventions),
                    to_full_text(AttentionConventions()),
                    to_full_text(AttentionConventions{.elu_cancellation = 1.0}), all);
  }
  if (subject.gradient.offers_any()) {
    add_conventions("gradient", to_full_text(subject.conventions), to_full_text(Conventions()),
                    to_full_text(Conventions{.gelu_cancellation = 1.0, .elu_cancellation = 1.0}),
                    all);
  }
  if (subject.capabilities.projects) {
    all.push_back({"attention.project", "true", "attention projects x before its feature map"});
  }
  if (subject.capabilities.subtracting) {
    all.push_back({"subtracting", "true", "subtracting, so DRIFT is not a failure"});
  }
  if (!subject.capabilities.deterministic) {
    all.push_back(
        {"deterministic", "false", "not deterministic, so bits may differ between calls"});
  }
  if (const double roundoff = subject.capabilities.roundoff_of_factors; roundoff > 0.0) {
    all.push_back({"factors", fmt::format("{}", roundoff),
                   fmt::format("factors of products rounded by up to {:.2g}", roundoff)});
  }
  if (subject.capabilities.sums_in_narrow) {
    all.push_back(
        {"narrow_sums", "\"dtype\"", "sums of float16 and bfloat16 rounded to that type"});
  }
  for (const std::string& words : subject.weakening) {
    all.push_back({.name = "own_model", .value = "true", .words = words});
  }
  return all;
}

std::vector<std::string> unusual_declarations_in_words(std::span<const Subject* const> subjects) {
  std::vector<std::string> lines;
  for (const Subject* subject : subjects) {
    std::vector<std::string> words;
    for (UnusualDeclaration& one : unusual_declarations(*subject)) {
      if (subjects.size() == 1 || is_convention(one)) words.push_back(std::move(one.words));
    }
    if (words.empty()) continue;
    const std::string prefix = subjects.size() == 1 ? "" : subject->name + " ";
    lines.push_back(fmt::format("{}declares: {}", prefix, fmt::join(words, "; ")));
  }
  return lines;
}

}  // namespace slim::properties
