#include "plots/verdict.hpp"

#include "plots/file_text.hpp"
#include "reference/vocabulary/contract.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slim::plots {
namespace {

using Json = nlohmann::json;

/// NaN and infinity travel as null.
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
  require(answer == "SUPPORTED" || answer == "REFUTED" || answer == "INCONCLUSIVE" ||
              answer == "NOT-JUDGED",
          fmt::format("the verdict on {} is SUPPORTED, REFUTED or INCONCLUSIVE, not \"{}\"",
                      verdict.claim, answer));
  if (const Json& interval = json.at("interval"); !interval.is_null()) {
    const std::optional<double> low = number_in(interval.at(0));
    const std::optional<double> high = number_in(interval.at(1));
    if (low && high) verdict.interval = std::pair{*low, *high};
  }
  return verdict;
}

}  // namespace

std::vector<Verdict> read_verdicts(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "verdicts.json";
  if (!std::filesystem::exists(path)) return {};
  try {
    const Json file = Json::parse(file_text(path));
    require(file.at("schema") == 1, fmt::format("schema is 1, not {}", file.at("schema").dump()));
    std::vector<Verdict> verdicts;
    for (const Json& json : file.at("verdicts")) verdicts.push_back(verdict_in(json));
    return verdicts;
  } catch (const Json::exception& error) {
    throw ContractError(fmt::format("{}: holds no verdicts: {}", path.string(), error.what()));
  } catch (const ContractError& error) {
    throw ContractError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace slim::plots
