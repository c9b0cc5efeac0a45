// SPDX-License-Identifier: Apache-2.0
#include "properties/report/certificate.hpp"

#include "properties/command_line/json_text.hpp"
#include "properties/report/coverage_in_words.hpp"
#include "properties/report/drift.hpp"
#include "properties/report/failure_groups.hpp"
#include "properties/report/report.hpp"
#include "properties/report/unusual_declarations.hpp"
#include "properties/report/verdict_table.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/system/markup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slim::properties::foreign {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson verdict_json(const Verdict& verdict) {
  const Tally& tally = verdict.tally;
  OrderedJson json = {{"law", verdict.law},
                      {"level", level_name(verdict.law)},
                      {"scalar", name(verdict.scalar)},
                      {"verdict", summary(verdict)},
                      {"holds", verdict.holds()}};
  json.update(counts_json(tally));
  if (tally.executed() > 0) {
    json["worst_ratio"] = command_line::number_or_infinite(tally.worst.ratio());
    json["worst_tensor"] = tally.worst.tensor;
  }
  return json;
}

OrderedJson unusual_json(const Subject& subject) {
  OrderedJson json = OrderedJson::object();
  for (const UnusualDeclaration& one : unusual_declarations(subject)) {
    json[one.name] = OrderedJson::parse(one.value);
  }
  return json;
}

/// The conventions used in the comparison, declared or by default.
OrderedJson conventions_json(const Declaration& declared) {
  OrderedJson json = OrderedJson::object();
  if (declared.attention || declared.features) {
    json["attention"] = OrderedJson::parse(to_full_text(declared.attention_conventions));
  }
  if (declared.gradient) json["gradient"] = OrderedJson::parse(to_full_text(declared.conventions));
  return json;
}

std::string failure_in_markdown(const Certified& of, const FailureGroup& group) {
  const Counterexample& found = of.result.counterexamples[group.shown];
  const Discrepancy& worst = found.finding.worst;
  const std::string how = found.finding.note.empty()
                              ? fmt::format("{}, row {}: error {:.3g}, {}", worst.tensor, worst.row,
                                            worst.error, bound_in_words(worst.bound))
                              : found.finding.note;
  std::string text = fmt::format("\n**{}** in {} ({}): {}\n\n- smallest case: {}\n- replay: {}\n",
                                 name(found.finding.failure), markdown(found.law),
                                 name(found.scalar), markdown(how), markdown_code(found.readable),
                                 markdown_code(of.replay_lines.at(group.shown)));
  if (!of.looks.empty()) {
    for (const std::string& line : of.looks.at(group.shown).lines) text += list_item(line);
  }
  for (const std::size_t place : group.others) {
    const Counterexample& other = of.result.counterexamples[place];
    text +=
        fmt::format("- also {} ({}): {}; replay: {}\n", markdown(other.law), name(other.scalar),
                    markdown(in_brief(other.finding)), markdown_code(of.replay_lines.at(place)));
  }
  return text;
}

/// The line of unusual declarations followed by `after`; empty if there are none.
std::string declares_line(const Subject& subject, const char* after) {
  const Subject* one = &subject;
  const std::vector<std::string> lines = unusual_declarations_in_words({&one, 1});
  return lines.empty() ? "" : lines.front() + after;
}

/// Conventions that differ from the paper's, or "the paper's" if there are none.
std::string or_the_reports(const std::string& conventions) {
  return conventions == "{}" ? "the paper's" : conventions;
}

}  // namespace

std::vector<std::string> not_as_expected(const Certified& of) {
  if (!of.expectation) return {};
  return differences_in_words(*of.expectation);
}

std::string conventions_line(const Declaration& declared) {
  std::vector<std::string> claims;
  for (const ResourceClaim claim : declared.claims) claims.emplace_back(name(claim));
  std::string line;
  if (declared.attention || declared.features) {
    line = fmt::format("layout {}, attention conventions {}", name(declared.axes),
                       or_the_reports(to_text(declared.attention_conventions)));
  }
  if (declared.gradient) {
    line += fmt::format("{}model conventions {}", line.empty() ? "" : ", ",
                        or_the_reports(to_text(declared.conventions)));
  }
  return line + (claims.empty() ? "" : fmt::format(", claims {}", fmt::join(claims, ", ")));
}

std::string to_certificate(const Certified& of) {
  OrderedJson json = {
      {"schema", 1},
      {"certificate", "slim-verify"},
      {"harness_version", of.harness_version},
      {"harness_commit", of.harness_commit},
      {"protocol", protocol_version},
      {"subject",
       {{"name", of.foreign.declaration.name}, {"version", of.foreign.declaration.version}}},
      {"declaration", OrderedJson::parse(of.foreign.declaration.text)},
      {"unusual_declarations", unusual_json(of.foreign.subject)},
      {"conventions", conventions_json(of.foreign.declaration)},
      {"limits",
       {{"deadline_s", of.limits.deadline_s},
        {"memory_bytes", of.limits.memory_bytes},
        {"address_space_bytes", of.limits.address_space_bytes}}},
      {"headline", how_it_went(of.result, of.expectation)},
      {"holds", of.result.holds()},
      {"unasked_tasks", of.result.unasked_tasks},
      {"seed", of.plan.seed},
      {"cases_a_law", of.plan.cases},
      {"seconds", of.seconds},
      {"processes_started", processes_started(*of.foreign.pool)},
      {"levels", levels_json(of.result)},
      {"laws_not_run", of.result.laws_not_run},
      {"scalars_not_run", OrderedJson::array()},
      {"shortfalls", of.result.shortfalls()},
      {"drift", drift_in_words(of.result)},
      {"sizes", sizes_in_words(of.plan, of.result)},
      {"judged_tensors", judged_json(of.result)},
      {"expected_failures", expectation_json(of.expectation)},
      {"verdicts", OrderedJson::array()},
      {"counterexamples", OrderedJson::array()}};
  for (const Scalar scalar : of.result.scalars_not_run) {
    json["scalars_not_run"].push_back(name(scalar));
  }
  for (const Verdict& verdict : of.result.verdicts)
    json["verdicts"].push_back(verdict_json(verdict));
  for (std::size_t i = 0; i < of.result.counterexamples.size(); ++i) {
    const Counterexample& found = of.result.counterexamples[i];
    json["counterexamples"].push_back({{"law", found.law},
                                       {"scalar", name(found.scalar)},
                                       {"failure", name(found.finding.failure)},
                                       {"note", found.finding.note},
                                       {"case", found.readable},
                                       {"case_number", found.case_number},
                                       {"drawn", found.drawn},
                                       {"seed", of.plan.seed},
                                       {"path", of.case_paths.at(i)},
                                       {"replay", of.replay_lines.at(i)}});
    if (!of.looks.empty()) json["counterexamples"].back()["looks"] = of.looks.at(i).lines;
  }
  return command_line::json_text(json);
}

std::string to_markdown(const Certified& of) {
  const Declaration& declared = of.foreign.declaration;
  std::string text = fmt::format(
      "### {} {}: {}\n\n{} cases per law, seed {}, harness {}; {}\n\n{}", markdown(declared.name),
      markdown(declared.version), markdown(how_it_went(of.result, of.expectation)), of.plan.cases,
      of.plan.seed, markdown(of.harness_version), markdown(conventions_line(declared)),
      declares_line(of.foreign.subject, "\n\n"));
  text += levels_in_markdown(of.result);
  for (const std::string& shortfall : of.result.shortfalls()) {
    text += fmt::format("\n**Falls short**: {}.\n", markdown(shortfall));
  }
  for (const std::string& line : not_as_expected(of)) {
    text += fmt::format("\n**Not as expected**: {}.\n", markdown(line));
  }
  for (const std::string& line : drift_in_words(of.result)) text += "\n" + markdown(line) + "\n";
  for (const std::string& line : coverage_in_words(of.plan, of.result)) {
    text += "\n" + markdown(line) + "\n";
  }
  for (const FailureGroup& group : failure_groups(of.result.counterexamples, of.looks)) {
    text += failure_in_markdown(of, group);
  }
  return text;
}

}  // namespace slim::properties::foreign
