// SPDX-License-Identifier: Apache-2.0
#include "properties/catalogue.hpp"
#include "properties/command_line/json_text.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/slim_verify/commands.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace slim::properties {
namespace {

std::vector<std::string> scalars_of(const Subject& subject) {
  std::vector<std::string> scalars;
  for (const Scalar scalar :
       {Scalar::float32, Scalar::float64, Scalar::digits50, Scalar::float16, Scalar::bfloat16}) {
    if (subject.gradient.offers(scalar) || subject.attention.offers(scalar))
      scalars.emplace_back(name(scalar));
  }
  return scalars;
}

std::vector<std::string> tasks_of(const Subject& subject) {
  std::vector<std::string> tasks;
  if (subject.gradient.offers_any()) tasks.emplace_back("gradient");
  if (subject.attention.offers_any()) tasks.emplace_back("attention");
  if (subject.features.offers_any()) tasks.emplace_back("features");
  return tasks;
}

nlohmann::ordered_json to_json(const Subject& subject) {
  const Capabilities& can = subject.capabilities;
  return {{"name", subject.name},
          {"summary", subject.summary},
          {"mutant", is_mutant(subject)},
          {"tasks", tasks_of(subject)},
          {"scalars", scalars_of(subject)},
          {"sliced", can.sliced},
          {"resumable", can.resumable},
          {"deterministic", can.deterministic},
          {"subtracting", can.subtracting},
          {"subtracting_wide", can.subtracting_wide},
          {"memory", name(can.memory)},
          {"conventions", nlohmann::json::parse(to_text(subject.conventions))}};
}

nlohmann::ordered_json to_json(const Law& law) {
  return {{"name", law.name},           {"statement", law.statement}, {"source", law.source},
          {"generator", law.generator}, {"tolerance", law.tolerance}, {"kills", law.kills}};
}

template <class Item>
void print_json(std::span<const Item> items) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Item& item : items) all.push_back(to_json(item));
  command_line::print_exactly(command_line::json_text(all));
}

}  // namespace

int subjects_command(bool json) {
  if (json) {
    print_json(catalogue());
    return Exit::holds;
  }
  for (const Subject& subject : catalogue()) {
    command_line::print(fmt::format("{:<32} {}{}\n", subject.name, subject.summary,
                                    subject.capabilities.subtracting ? " (subtracting)" : ""));
  }
  return Exit::holds;
}

int laws_command(bool json) {
  if (json) {
    print_json(laws::catalogue());
    return Exit::holds;
  }
  for (const Law& law : laws::catalogue()) {
    command_line::print(fmt::format("{}\n  {}\n  source     {}\n  drawn      {}\n  tolerance  {}\n",
                                    law.name, law.statement, law.source, law.generator,
                                    law.tolerance));
    if (law.kills.empty()) continue;
    command_line::print(fmt::format("  kills      {}\n", fmt::join(law.kills, ", ")));
  }
  return Exit::holds;
}

}  // namespace slim::properties
