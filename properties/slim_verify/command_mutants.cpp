// SPDX-License-Identifier: Apache-2.0
#include "properties/catalogue.hpp"
#include "properties/command_line/json_text.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "properties/engine/kill_matrix.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/mutants/catalogue.hpp"
#include "properties/slim_verify/commands.hpp"
#include "properties/slim_verify/progress_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

namespace slim::properties {
namespace {

RunPlan plan_of_mutants(const MutantsArguments& arguments) {
  RunPlan plan;
  for (const Law& law : laws::catalogue()) plan.laws.push_back(&law);
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    plan.subjects.push_back(&find_subject(mutant.name));
  }
  plan.scalars = {parse_scalar(arguments.scalar)};
  plan.seed = arguments.seed;
  plan.cases = arguments.effort.cases_a_law();
  plan.threads = arguments.threads == 0
                     ? std::max(1, static_cast<int>(std::thread::hardware_concurrency()))
                     : arguments.threads;
  return plan;
}

constexpr const char* margin_is =
    "error / bound in the first case that is wrong; the smallest over the laws that kill the "
    "mutant";

nlohmann::ordered_json json_of(const KillMatrix& matrix) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < matrix.mutants.size(); ++i) {
    const MutantFate& fate = matrix.mutants[i];
    const mutants::Mutant& mutant = mutants::catalogue()[i];
    std::vector<std::string> killed_by;
    killed_by.reserve(fate.kills.size());
    for (const Kill& kill : fate.kills) killed_by.push_back(kill.law);
    const bool is_exact = !std::isfinite(fate.margin());
    all.push_back({{"name", fate.name},
                   {"killed", fate.killed()},
                   {"killed_by", killed_by},
                   {"margin", is_exact ? std::numeric_limits<double>::max() : fate.margin()},
                   {"exact", is_exact},
                   {"margin_law", fate.killed() ? fate.nearest()->law : ""},
                   {"margin_is", margin_is},
                   {"story", mutant.description},
                   {"seen", mutant.seen}});
  }
  return all;
}

/// "." if the law held, the exponent of ten of the margin if it killed the mutant, "0!" if no error
/// was allowed, blank if the law was not run.
std::string cell_of(const MutantFate& fate, const std::string& law) {
  const Kill* kill = fate.killed_by(law);
  if (kill != nullptr) {
    return std::isfinite(kill->margin)
               ? fmt::format("{}", static_cast<int>(std::floor(std::log10(kill->margin))))
               : "0!";
  }
  return std::ranges::find(fate.survived, law) == fate.survived.end() ? "" : ".";
}

std::string margin_in_short(double margin) {
  return std::isfinite(margin) ? fmt::format("{:.2g}", margin) : "0!";
}

std::string text_of(const KillMatrix& matrix) {
  std::string text = fmt::format("{:>3}  {:<32}{:>6}  {:<9}{}\n", "", "law", "kills", "margin",
                                 "mutant with the smallest margin");
  for (std::size_t i = 0; i < matrix.laws.size(); ++i) {
    const LawPower power = matrix.power_of(matrix.laws[i]);
    text += fmt::format("{:>3}  {:<32}{:>6}  {:<9}{}\n", i + 1, matrix.laws[i], power.kills,
                        power.kills == 0 ? "" : margin_in_short(power.margin), power.nearest);
  }
  text += fmt::format("\n{:<48}{:<9}", "mutant", "margin");
  for (std::size_t i = 0; i < matrix.laws.size(); ++i) text += fmt::format("{:>4}", i + 1);
  text += "\n";
  for (const MutantFate& fate : matrix.mutants) {
    text +=
        fmt::format("{:<48}{:<9}", fate.name, fate.killed() ? margin_in_short(fate.margin()) : "");
    for (const std::string& law : matrix.laws) text += fmt::format("{:>4}", cell_of(fate, law));
    text += fate.killed() ? "\n" : "  SURVIVES\n";
  }
  text +=
      "\nmargin: error / bound in the first case that is wrong; for a mutant the smallest over\n"
      "the laws that kill it, for a law the smallest over the mutants that it kills;\n"
      "0!: no error was allowed\n"
      "columns of laws: exponent of ten of the margin; .: the law held; blank: it was not run\n";
  for (const std::string& law : matrix.idle_laws()) {
    text += fmt::format("law {} kills no mutant\n", law);
  }
  const std::size_t all = matrix.mutants.size();
  return text + fmt::format("{} of {} mutants killed\n", all - matrix.survivors().size(), all);
}

}  // namespace

int mutants_command(const MutantsArguments& arguments) {
  KillMatrix matrix;
  {
    ProgressLine progress;
    matrix = kill_matrix(plan_of_mutants(arguments), [&](const Law& law, int done, int planned) {
      progress.show_case(law.name, done, planned);
    });
  }
  if (arguments.json) {
    command_line::print_exactly(command_line::json_text(json_of(matrix)));
  } else {
    command_line::print(text_of(matrix));
  }
  return matrix.is_full() ? Exit::holds : Exit::falls_short;
}

}  // namespace slim::properties
