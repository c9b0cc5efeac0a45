// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/json_text.hpp"
#include "properties/report/coverage_in_words.hpp"
#include "properties/report/drift.hpp"
#include "properties/report/level.hpp"
#include "properties/report/place.hpp"
#include "properties/report/report.hpp"
#include "properties/report/unusual_declarations.hpp"
#include "properties/report/verdict_table.hpp"

namespace slim::properties {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Discrepancy& worst) {
  return {{"tensor", worst.tensor},
          {"row", worst.row},
          {"error", command_line::number_or_infinite(worst.error)},
          {"bound", command_line::number_or_infinite(worst.bound)},
          {"ratio", command_line::number_or_infinite(worst.ratio())}};
}

Json names_of(const std::vector<Scalar>& scalars) {
  Json names = Json::array();
  for (const Scalar scalar : scalars) names.push_back(name(scalar));
  return names;
}

Json to_json(const Verdict& verdict) {
  const Tally& tally = verdict.tally;
  Json json = {{"law", verdict.law},
               {"subject", verdict.subject},
               {"scalar", name(verdict.scalar)},
               {"verdict", tally.wrong > 0 ? "WRONG" : summary(verdict)},
               {"failure", tally.wrong > 0 ? Json(name(tally.failure)) : Json(nullptr)},
               {"holds", verdict.holds()}};
  json.update(counts_json(tally));
  json["worst"] = tally.executed() > 0 ? to_json(tally.worst) : Json(nullptr);
  return json;
}

/// [{"subject": …, "name": "attention.epsilon", "value": 0.001, "words": …}, …].
Json declared_unusually(const RunPlan& plan) {
  Json all = Json::array();
  for (const Subject* subject : plan.subjects) {
    for (const UnusualDeclaration& one : unusual_declarations(*subject)) {
      all.push_back({{"subject", subject->name},
                     {"name", one.name},
                     {"value", Json::parse(one.value)},
                     {"words", one.words}});
    }
  }
  return all;
}

Json to_json(const Refinement& of) {
  return {{"law", of.law},
          {"subject", of.subject},
          {"case_number", of.case_number},
          {"float32", to_json(of.in_float32)},
          {"float64", to_json(of.in_float64)}};
}

Json to_json(const std::vector<Likeness>& group) {
  Json all = Json::array();
  for (const Likeness& found : group) {
    Json json = {{"name", found.name},
                 {"story", found.description},
                 {"apart", to_json(found.on_the_case)},
                 {"further_cases", found.further},
                 {"shows_in", found.shown},
                 {"arrays_by_pattern", found.by_pattern}};
    json["in_forward_alone"] = found.in_forward_alone;
    if (found.in_forward_alone) {
      json["pullback_is_its_derivative"] = found.has_derivative_of_forward();
      json["slopes_compared"] = found.slopes;
      if (!found.no_slope.empty()) json["no_slope_in"] = found.no_slope;
    }
    if (!found.also_in.empty()) json["further_cases_also_in"] = found.also_in;
    if (!found.unlike.empty()) json["unlike_in"] = found.unlike;
    all.push_back(std::move(json));
  }
  return all;
}

Json to_json(const Diagnosis& diagnosis) {
  return {{"behaves_like", to_json(diagnosis.like)},
          {"forward_pass_behaves_like", to_json(diagnosis.forward_like)},
          {"fits_conventions", to_json(diagnosis.fits)},
          {"only_on_this_case", to_json(diagnosis.only_here)},
          {"fits_arithmetic_in", diagnosis.precision.type},
          {"shows_only", diagnosis.description.conditions.words},
          {"neighbours_wrong", diagnosis.description.conditions.wrong},
          {"neighbours_right", diagnosis.description.conditions.right},
          {"pattern", in_words(diagnosis.description.pattern)},
          {"depends_on_earlier_calls", diagnosis.earlier_calls},
          {"likewise", to_json(diagnosis.like_in_that)},
          {"declared_conventions_break_it", diagnosis.declared_so()},
          {"mutants_compared", diagnosis.mutants},
          {"conventions_compared", diagnosis.conventions},
          {"from_reference", to_json(diagnosis.from_reference)}};
}

Json to_json(const Counterexample& found, const std::string& path, const std::string& options) {
  return {{"law", found.law},
          {"subject", found.subject},
          {"scalar", name(found.scalar)},
          {"place", place_of(found)},
          {"failure", name(found.finding.failure)},
          {"note", found.finding.note},
          {"worst", to_json(found.finding.worst)},
          {"case", found.readable},
          {"drawn", found.drawn},
          {"worst_of_drawn", to_json(found.on_drawn)},
          {"case_number", found.case_number},
          {"shrinks", found.shrinks},
          {"path", path},
          {"replay", replay_line(path, options)}};
}

}  // namespace

std::string to_json(const Report& report) {
  Json json = {{"schema", 1},
               {"program", "slim-verify"},
               {"headline", how_it_went(report.result, report.expectation)},
               {"holds", report.result.holds()},
               {"levels", levels_json(report.result)},
               {"laws_not_run", report.result.laws_not_run},
               {"scalars_not_run", names_of(report.result.scalars_not_run)},
               {"seed", report.plan.seed},
               {"cases", report.plan.cases},
               {"seconds", report.seconds},
               {"ranks", report.ranks},
               {"unusual_declarations", declared_unusually(report.plan)},
               {"idle_laws", report.result.idle_laws()},
               {"shortfalls", report.result.shortfalls()},
               {"drift", drift_in_words(report.result)},
               {"sizes", sizes_in_words(report.plan, report.result)},
               {"judged_tensors", judged_json(report.result)},
               {"unasked_tasks", report.result.unasked_tasks},
               {"expected_failures", expectation_json(report.expectation)},
               {"verdicts", Json::array()},
               {"float32_to_float64", Json::array()},
               {"counterexamples", Json::array()}};
  for (const Verdict& verdict : report.result.verdicts) {
    json["verdicts"].push_back(to_json(verdict));
  }
  for (const Refinement& refinement : report.result.refinements) {
    json["float32_to_float64"].push_back(to_json(refinement));
  }
  for (std::size_t i = 0; i < report.result.counterexamples.size(); ++i) {
    json["counterexamples"].push_back(
        to_json(report.result.counterexamples[i], report.case_paths.at(i), report.replay_options));
    if (!report.diagnoses.empty()) {
      json["counterexamples"].back()["diagnosis"] = to_json(report.diagnoses.at(i));
    }
  }
  return command_line::json_text(json);
}

}  // namespace slim::properties
