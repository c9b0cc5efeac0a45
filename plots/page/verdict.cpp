// SPDX-License-Identifier: Apache-2.0
#include "plots/page/verdict.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace slim::plots {
namespace {

using Json = nlohmann::json;

/// NaN and infinity are stored as null.
std::optional<double> number_in(const Json& value) {
  if (value.is_null()) return {};
  return value.get<double>();
}

Verdict verdict_in(const Json& json) {
  const auto text = [&](const char* field) { return json.at(field).get<std::string>(); };
  Verdict verdict{.claim = text("claim"),
                  .verdict = text("verdict"),
                  .statement = text("statement"),
                  .statistic = text("statistic"),
                  .value = number_in(json.at("value")),
                  .interval = {},
                  .rule = text("rule"),
                  .evidence = text("evidence"),
                  .source = text("source"),
                  .cell = json.value("cell", std::string()),
                  .theory = json.value("theory", std::string()),
                  .measured = json.value("measured", std::string())};
  const std::string& answer = verdict.verdict;
  require(
      answer == "SUPPORTED" || answer == "REFUTED" || answer == "INCONCLUSIVE" ||
          answer == "NOT-JUDGED",
      fmt::format(
          "the verdict on {} must be SUPPORTED, REFUTED, INCONCLUSIVE or NOT-JUDGED, not \"{}\"",
          verdict.claim, answer));
  if (const Json& interval = json.at("interval"); !interval.is_null()) {
    const std::optional<double> low = number_in(interval.at(0));
    const std::optional<double> high = number_in(interval.at(1));
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (low) verdict.interval = std::pair{*low, high.value_or(infinity)};
  }
  return verdict;
}

/// Integers below 1e9 with all digits, other numbers with four.
std::string number(double x) {
  constexpr double largest_count = 1e9;
  if (x == std::floor(x) && std::abs(x) < largest_count) return fmt::format("{:.0f}", x);
  return fmt::format("{:.4g}", x);
}

}  // namespace

std::string number_and_interval(const Verdict& v) {
  std::string text = v.value ? number(*v.value) : "none";
  if (v.interval && std::isinf(v.interval->second)) {
    text += v.value == v.interval->first ? " or more"
                                         : fmt::format(", at least {}", number(v.interval->first));
  } else if (v.interval && v.interval->first != v.interval->second) {
    text += fmt::format(" in [{}, {}]", number(v.interval->first), number(v.interval->second));
  } else if (v.interval) {
    text += ", exact";
  }
  return text;
}

std::vector<Verdict> read_verdicts(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "verdicts.json";
  if (!std::filesystem::exists(path)) return {};
  const std::string text = read_text_file(path);
  try {
    const Json file = Json::parse(text);
    require(file.at("schema") == 1, fmt::format("schema is 1, not {}", file.at("schema").dump()));
    std::vector<Verdict> verdicts;
    const Json provenance = file.value("provenance", Json::object());
    for (const Json& json : file.at("verdicts")) {
      verdicts.push_back(verdict_in(json));
      verdicts.back().code = provenance.value("code", std::string());
      verdicts.back().scale = file.value("scale", std::string());
    }
    return verdicts;
  } catch (const Json::exception& error) {
    throw ContractError(fmt::format("{}: contains no verdicts: {}", path.string(), error.what()));
  } catch (const ContractError& error) {
    throw ContractError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace slim::plots
