// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/claim.hpp"

#include "experiments_claims.hpp"  // claims.toml as a string, written when configuring
#include "reference/vocabulary/scalars/contract.hpp"

#include <toml++/toml.h>

#include <set>
#include <sstream>

namespace slim::experiments {
namespace {

/// Reads the fields of a claim and records which fields were read.
class Fields {
 public:
  Fields(const toml::table& table, std::string claim) : table_(table), claim_(std::move(claim)) {}

  std::string text(const char* field) {
    const auto value = node(field).value<std::string>();
    require(value.has_value() && !value->empty(), where(field) + " must be a non-empty text");
    return *value;
  }
  std::vector<std::string> texts(const char* field) {
    const toml::array* array = node(field).as_array();
    require(array != nullptr && !array->empty(),
            where(field) + " must be a non-empty list of texts");
    std::vector<std::string> values;
    for (const toml::node& entry : *array) {
      const auto value = entry.value<std::string>();
      require(value.has_value(), where(field) + " must be a non-empty list of texts");
      values.push_back(*value);
    }
    return values;
  }
  double number(const char* field) {
    const auto value = node(field).value<double>();
    require(value.has_value(), where(field) + " must be a number");
    return *value;
  }
  [[nodiscard]] bool has(const char* field) const { return table_.contains(field); }
  void require_all_known() const {
    for (const auto& [key, value] : table_) {
      require(seen_.contains(std::string(key.str())),
              where(std::string(key.str()).c_str()) + " is an unknown field");
    }
  }

 private:
  toml::node_view<const toml::node> node(const char* field) {
    seen_.insert(field);
    return table_[field];
  }
  std::string where(const char* field) const { return "claim " + claim_ + ": " + field; }

  const toml::table& table_;
  std::string claim_;
  std::set<std::string> seen_;
};

Claim claim_in(const toml::table& table, std::size_t number) {
  const std::string name =
      table["name"].value<std::string>().value_or("number " + std::to_string(number));
  Fields fields(table, name);
  Claim claim = {.name = fields.text("name"),
                 .statement = fields.text("statement"),
                 .source = fields.text("source"),
                 .experiments = fields.has("experiments") ? fields.texts("experiments")
                                                          : std::vector<std::string>(),
                 .subject = fields.has("subject") ? fields.text("subject") : std::string(),
                 .statistic = fields.text("statistic"),
                 .unit = fields.text("unit"),
                 .rule = fields.text("rule"),
                 .judge = fields.text("judge")};
  if (fields.has("minutes")) claim.minutes = fields.number("minutes");
  for (auto [field, place] : {std::pair{"expected", &claim.expected},
                              {"cell", &claim.cell},
                              {"theory", &claim.theory},
                              {"scalar", &claim.scalar},
                              {"law", &claim.law},
                              {"count", &claim.count},
                              {"slices", &claim.slices}}) {
    if (fields.has(field)) *place = fields.text(field);
  }
  require(claim.expected.empty() || claim.expected == "SUPPORTED" || claim.expected == "REFUTED",
          "claim " + name + ": expected must be SUPPORTED or REFUTED");
  if (fields.has("bound")) claim.bound = fields.number("bound");
  if (fields.has("feature_maps")) claim.feature_maps = fields.texts("feature_maps");
  if (fields.has("boundaries")) claim.boundaries = fields.texts("boundaries");
  if (fields.has("shortest")) claim.shortest = static_cast<long long>(fields.number("shortest"));
  if (fields.has("longest")) claim.longest = static_cast<long long>(fields.number("longest"));
  if (fields.has("cap_mebibytes")) claim.cap_mebibytes = fields.number("cap_mebibytes");
  if (fields.has("row_multiple")) {
    claim.row_multiple = static_cast<long long>(fields.number("row_multiple"));
    require(claim.row_multiple >= 1, "claim " + name + ": row_multiple must be at least 1");
  }
  fields.require_all_known();
  return claim;
}

}  // namespace

std::vector<Claim> parse_claims(const std::string& toml) {
  toml::table table;
  try {
    table = toml::parse(toml);
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << error.source().begin;
    throw ContractError("claims: " + std::string(error.description()) + " at " + where.str());
  }
  const toml::array* list = table["claim"].as_array();
  require(list != nullptr && !list->empty(), "claims: no [[claim]] was found");
  std::vector<Claim> claims;
  std::set<std::string> names;
  for (const toml::node& node : *list) {
    require(node.is_table(), "claims: each claim must be a table, [[claim]]");
    claims.push_back(claim_in(*node.as_table(), claims.size() + 1));
    require(names.insert(claims.back().name).second,
            "claims: there are two claims named " + claims.back().name);
  }
  return claims;
}

std::vector<Claim> built_in_claims() {
  return parse_claims(build::claims);
}

}  // namespace slim::experiments
