// SPDX-License-Identifier: Apache-2.0
#include "properties/catalogue.hpp"
#include "properties/command_line/json_text.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/slim_verify/calibration.hpp"
#include "properties/slim_verify/commands.hpp"
#include "properties/tolerance/ensemble.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <thread>

namespace slim::properties {
namespace {

CalibrationPlan plan_from(const CalibrateArguments& arguments, Scalar scalar) {
  CalibrationPlan plan{.correct = {},
                       .mutants = {},
                       .scalar = scalar,
                       .seed = arguments.seed,
                       .cases = arguments.cases,
                       .threads = arguments.threads};
  if (plan.threads == 0) {
    plan.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  for (const Subject& subject : catalogue()) {
    if (runs_by_default(subject) && !subject.capabilities.subtracting)
      plan.correct.push_back(&subject);
  }
  for (const std::string& mutant : laws::find_law("gradient-agrees").kills) {
    plan.mutants.push_back(&find_subject(mutant));
  }
  return plan;
}

nlohmann::ordered_json figure(double x) {
  if (!std::isfinite(x)) return "infinite";
  return x;
}

nlohmann::ordered_json to_json(const Calibration& calibration) {
  nlohmann::ordered_json by_runs = nlohmann::ordered_json::array();
  for (const EnsembleFigures& figures : calibration.by_runs) {
    by_runs.push_back({{"runs", figures.runs},
                       {"median", figure(figures.median)},
                       {"quantile_99", figure(figures.quantile_99)},
                       {"quantile_999", figure(figures.quantile_999)},
                       {"largest", figure(figures.largest)},
                       {"suspect", figures.suspect},
                       {"failing", figures.failing},
                       {"weakest_mutant", figures.weakest_mutant},
                       {"weakest_ratio", figure(figures.weakest_ratio)}});
  }
  return {{"scalar", name(calibration.scalar)},
          {"cases", calibration.cases},
          {"checks", calibration.checks},
          {"drawn_again", calibration.redrawn},
          {"by_runs", by_runs}};
}

std::string to_text(const Calibration& calibration) {
  std::string text = fmt::format(
      "{}: {} checks on {} cases of whole models ({} draws rejected); error / dev\n",
      name(calibration.scalar), calibration.checks, calibration.cases, calibration.redrawn);
  text += fmt::format("{:>4} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}   {}\n", "runs", "median", "0.99",
                      "0.999", "largest", "> 4 dev", "> 8 dev", "mutant with the smallest margin");
  for (const EnsembleFigures& of : calibration.by_runs) {
    text += fmt::format("{:>4} {:>8.2f} {:>8.2f} {:>8.2f} {:>8.2f} {:>8} {:>8}   {:.0f} {}\n",
                        of.runs, of.median, of.quantile_99, of.quantile_999, of.largest, of.suspect,
                        of.failing, of.weakest_ratio, of.weakest_mutant);
  }
  return text;
}

}  // namespace

int calibrate_command(const CalibrateArguments& arguments) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  bool holds = true;
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    const Calibration calibration = calibrate(plan_from(arguments, scalar));
    const auto in_force =
        std::ranges::find(calibration.by_runs, ensemble_runs, &EnsembleFigures::runs);
    holds = holds && in_force->failing == 0;
    if (arguments.json) {
      json.push_back(to_json(calibration));
    } else {
      command_line::print((scalar == Scalar::float32 ? "" : "\n") + to_text(calibration));
    }
  }
  if (arguments.json) command_line::print_exactly(command_line::json_text(json));
  return holds ? Exit::holds : Exit::falls_short;
}

}  // namespace slim::properties
