// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace slim {

/// Reads the fields of a JSON object of unknown origin, each as one type and as no other: a number
/// is never rounded, wrapped or made of `true`. Every function throws ContractError that names the
/// field, what was given and what is allowed. The object must outlive its reader.
class JsonFields {
 public:
  /// `where` names the object in messages: "the record".
  JsonFields(const nlohmann::json& object, std::string where);
  JsonFields(nlohmann::json&& object, std::string where) = delete;

  [[nodiscard]] bool has(const char* field) const { return object_.contains(field); }
  /// The field, of whatever type.
  [[nodiscard]] const nlohmann::json& at(const char* field) const;
  [[nodiscard]] std::string text(const char* field) const;
  /// The text; empty where the field is missing.
  [[nodiscard]] std::string text_if_given(const char* field) const;
  [[nodiscard]] bool boolean(const char* field) const;
  /// A number; NaN where it is null.
  [[nodiscard]] double real(const char* field) const;
  /// An array of them.
  [[nodiscard]] std::vector<double> reals(const char* field) const;
  /// A whole number from `lowest` to `highest`, which JSON writes without a point or an exponent.
  template <std::signed_integral T>
  [[nodiscard]] T whole(const char* field, T lowest = 0,
                        T highest = std::numeric_limits<T>::max()) const {
    return static_cast<T>(signed_between(field, lowest, highest));
  }
  /// A whole number from 0 to 2^64 - 1.
  [[nodiscard]] std::uint64_t whole_of_64_bits(const char* field) const;
  [[nodiscard]] const nlohmann::json& array(const char* field) const;
  [[nodiscard]] JsonFields object(const char* field) const;
  /// Refuses an object whose field "schema" is anything but this whole number.
  void require_schema(int only) const;
  /// "field 'slice' of the record"
  [[nodiscard]] std::string named(const char* field) const;

 private:
  [[nodiscard]] std::int64_t signed_between(const char* field, std::int64_t lowest,
                                            std::int64_t highest) const;
  [[noreturn]] void refuse(const char* field, const std::string& allowed) const;

  const nlohmann::json& object_;
  std::string where_;
};

}  // namespace slim
