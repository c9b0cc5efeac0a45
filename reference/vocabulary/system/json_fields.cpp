// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/json_fields.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <utility>

namespace slim {
namespace {

using Json = nlohmann::json;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

bool is_real(const Json& value) {
  return value.is_number() || value.is_null();
}

double real_of(const Json& value) {
  return value.is_null() ? no_number : value.get<double>();
}

}  // namespace

JsonFields::JsonFields(const Json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (object_.is_object()) return;
  throw ContractError(where_ + " is " + on_one_line(object_.dump()) + ": allowed is a JSON object");
}

std::string JsonFields::named(const char* field) const {
  return "field '" + std::string(field) + "' of " + where_;
}

void JsonFields::refuse(const char* field, const std::string& allowed) const {
  throw ContractError(named(field) + " is " + on_one_line(at(field).dump()) + ": allowed " +
                      allowed);
}

const Json& JsonFields::at(const char* field) const {
  const auto found = object_.find(field);
  if (found == object_.end()) throw ContractError(named(field) + " is missing");
  return *found;
}

std::string JsonFields::text(const char* field) const {
  const Json& value = at(field);
  if (!value.is_string()) refuse(field, "is a string");
  return value.get<std::string>();
}

std::string JsonFields::text_if_given(const char* field) const {
  return has(field) ? text(field) : std::string();
}

bool JsonFields::boolean(const char* field) const {
  const Json& value = at(field);
  if (!value.is_boolean()) refuse(field, "are true and false");
  return value.get<bool>();
}

double JsonFields::real(const char* field) const {
  const Json& value = at(field);
  if (!is_real(value)) refuse(field, "are numbers and null");
  return real_of(value);
}

std::vector<double> JsonFields::reals(const char* field) const {
  std::vector<double> values;
  for (const Json& value : array(field)) {
    if (!is_real(value)) refuse(field, "is an array of numbers and null");
    values.push_back(real_of(value));
  }
  return values;
}

std::int64_t JsonFields::signed_between(const char* field, std::int64_t lowest,
                                        std::int64_t highest) const {
  const Json& value = at(field);
  // The parser keeps what is not negative as unsigned, also above the largest signed number.
  const bool fits_unsigned =
      !value.is_number_unsigned() || std::in_range<std::int64_t>(value.get<std::uint64_t>());
  const bool fits = value.is_number_integer() && fits_unsigned &&
                    value.get<std::int64_t>() >= lowest && value.get<std::int64_t>() <= highest;
  if (!fits) {
    refuse(field,
           "are whole numbers from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return value.get<std::int64_t>();
}

std::uint64_t JsonFields::whole_of_64_bits(const char* field) const {
  const Json& value = at(field);
  const bool is_signed = value.is_number_integer() && !value.is_number_unsigned();
  const bool fits = value.is_number_unsigned() || (is_signed && value.get<std::int64_t>() >= 0);
  if (!fits) refuse(field, "are whole numbers from 0 to 18446744073709551615");
  return value.get<std::uint64_t>();
}

const Json& JsonFields::array(const char* field) const {
  const Json& value = at(field);
  if (!value.is_array()) refuse(field, "is an array");
  return value;
}

JsonFields JsonFields::object(const char* field) const {
  return {at(field), named(field)};
}

void JsonFields::require_schema(int only) const {
  const Json& given = at("schema");
  const bool fits = given.is_number_integer() && given == only;
  if (!fits) refuse("schema", "is " + std::to_string(only));
}

}  // namespace slim
