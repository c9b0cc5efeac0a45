#include "plots/verdict.hpp"

#include "plots/json_fields.hpp"
#include "reference/vocabulary/contract.hpp"

#include <fmt/format.h>

namespace slim::plots {
namespace {

std::optional<double> optional_number(const nlohmann::json& object, const char* name,
                                      const std::string& where) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  require(found->is_number(), fmt::format("{}: field \"{}\" is a number", where, name));
  return found->get<double>();
}

std::optional<std::pair<double, double>> optional_interval(const nlohmann::json& object,
                                                           const std::string& where) {
  const auto found = object.find("interval");
  if (found == object.end() || found->is_null()) return {};
  require(found->is_array() && found->size() == 2 && found->at(0).is_number() &&
              found->at(1).is_number(),
          where + ": field \"interval\" is a pair of numbers");
  return std::pair{found->at(0).get<double>(), found->at(1).get<double>()};
}

Verdict to_verdict(const nlohmann::json& object, const std::string& where) {
  require(object.is_object(), where + ": is a JSON object");
  const auto text = [&](const char* name) { return text_field(object, name, where); };
  Verdict verdict{.claim = text("claim"),
                  .verdict = text("verdict"),
                  .statement = text("statement"),
                  .statistic = text("statistic"),
                  .value = optional_number(object, "value", where),
                  .interval = optional_interval(object, where),
                  .rule = text("rule"),
                  .evidence = text("evidence"),
                  .source = text("source")};
  require(verdict.verdict == "SUPPORTED" || verdict.verdict == "REFUTED" ||
              verdict.verdict == "INCONCLUSIVE",
          where + ": field \"verdict\" is SUPPORTED, REFUTED or INCONCLUSIVE");
  return verdict;
}

}  // namespace

std::vector<Verdict> read_verdicts(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "verdicts.json";
  if (!std::filesystem::exists(path)) return {};
  const nlohmann::json file = parse_object(read_text(path), path.string());
  const auto list = file.find("verdicts");
  require(list != file.end() && list->is_array(), path.string() + ": field \"verdicts\" is a list");
  std::vector<Verdict> verdicts;
  for (const auto& object : *list) {
    verdicts.push_back(
        to_verdict(object, fmt::format("{}: verdict {}", path.string(), verdicts.size() + 1)));
  }
  return verdicts;
}

}  // namespace slim::plots
