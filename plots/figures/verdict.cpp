// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/verdict.hpp"

#include "experiments/claims/verdict.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/json_fields.hpp"
#include "reference/vocabulary/system/strict_json.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace slim::plots {
namespace {

constexpr int deepest = 8;  ///< of the nesting in verdicts.json

/// NaN and infinity are stored as null.
std::optional<double> finite(double value) {
  if (std::isnan(value)) return {};
  return value;
}

Verdict verdict_in(const JsonFields& json) {
  Verdict verdict{.claim = json.text("claim"),
                  .verdict = json.text("verdict"),
                  .statement = json.text("statement"),
                  .statistic = json.text("statistic"),
                  .value = finite(json.real("value")),
                  .interval = {},
                  .rule = json.text("rule"),
                  .evidence = json.text("evidence"),
                  .source = json.text("source"),
                  .expected = json.text_if_given("expected"),
                  .unit = json.text_if_given("unit"),
                  .cell = json.text_if_given("cell"),
                  .theory = json.text_if_given("theory"),
                  .measured = json.text_if_given("measured")};
  const std::string& answer = verdict.verdict;
  require(
      answer == "SUPPORTED" || answer == "REFUTED" || answer == "INCONCLUSIVE" ||
          answer == "NOT-JUDGED",
      fmt::format(
          "the verdict on {} must be SUPPORTED, REFUTED, INCONCLUSIVE or NOT-JUDGED, not \"{}\"",
          verdict.claim, answer));
  if (!json.at("interval").is_null()) {
    const std::vector<double> ends = json.reals("interval");
    require(ends.size() == 2, json.named("interval") + " must be null or a pair of numbers");
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::optional<double> low = finite(ends[0]);
    if (low) verdict.interval = std::pair{*low, finite(ends[1]).value_or(infinity)};
  }
  return verdict;
}

}  // namespace

std::string number_and_interval(const Verdict& v) {
  const double value = v.value.value_or(std::numeric_limits<double>::quiet_NaN());
  const auto [low, high] = v.interval.value_or(std::pair(value, value));
  return experiments::value_in_words(value, low, high, v.unit);
}

std::vector<Verdict> read_verdicts(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "verdicts.json";
  if (!std::filesystem::exists(path)) return {};
  const std::string text = read_text_file(path);
  try {
    const nlohmann::json json = parse_strictly(text, deepest, "the file");
    const JsonFields file(json, "the file");
    file.require_schema(1);
    std::vector<Verdict> verdicts;
    for (const nlohmann::json& one : file.array("verdicts")) {
      verdicts.push_back(verdict_in({one, "a verdict"}));
      if (file.has("provenance")) {
        verdicts.back().code = file.object("provenance").text_if_given("code");
      }
      verdicts.back().scale = file.text_if_given("scale");
    }
    return verdicts;
  } catch (const ContractError& error) {
    throw ContractError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace slim::plots
