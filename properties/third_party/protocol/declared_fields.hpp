// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/model.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/json_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace slim::properties::foreign {

/// Reads optional fields of a JSON object, and refuses an object with unknown fields.
class DeclaredFields {
 public:
  DeclaredFields(const nlohmann::json& object, std::string where)
      : where_(std::move(where)), object_(object), fields_(object, where_) {}
  DeclaredFields(nlohmann::json&& object, std::string where) = delete;

  const nlohmann::json* find(const char* field) {
    known_.insert(field);
    return fields_.has(field) ? &fields_.at(field) : nullptr;
  }
  void read(const char* field, bool& value) {
    if (find(field) != nullptr) value = fields_.boolean(field);
  }
  void read(const char* field, std::string& value) {
    if (find(field) != nullptr) value = fields_.text(field);
  }
  /// A size of at least 1.
  void read(const char* field, Index& value, Index largest) {
    if (find(field) != nullptr) value = fields_.whole<Index>(field, 1, largest);
  }
  std::int64_t required_number(const char* field) {
    known_.insert(field);
    return fields_.whole(field, std::numeric_limits<std::int64_t>::min());
  }
  std::vector<std::string> strings(const char* field) {
    std::vector<std::string> values;
    if (find(field) == nullptr) return values;
    require(fields_.array(field).size() <= 64, named(field) + " has more than 64 entries");
    for (const nlohmann::json& item : fields_.array(field)) {
      require(item.is_string(), named(field) + " must be an array of strings");
      values.push_back(item.get<std::string>());
      require(std::ranges::count(values, values.back()) == 1,
              named(field) + " names '" + on_one_line(values.back()) + "' twice");
    }
    return values;
  }
  void refuse_others() const {
    for (const auto& [key, value] : object_.items()) {
      require(known_.contains(key), where_ + " has the unknown field '" + on_one_line(key) +
                                        fmt::format("': allowed are {}", fmt::join(known_, ", ")));
    }
  }
  [[nodiscard]] std::string named(const char* field) const { return fields_.named(field); }

 private:
  std::string where_;
  const nlohmann::json& object_;
  JsonFields fields_;
  std::set<std::string> known_;
};

template <class Choice, std::size_t count>
Choice choice_of(const std::string& text, const std::array<std::string_view, count>& names,
                 const std::string& what) {
  for (std::size_t i = 0; i < count; ++i) {
    if (names[i] == text) return static_cast<Choice>(i);
  }
  throw ContractError(fmt::format("{} '{}' is unknown: allowed are {}", what, on_one_line(text),
                                  fmt::join(names, ", ")));
}

}  // namespace slim::properties::foreign
