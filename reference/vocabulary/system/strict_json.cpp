// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/strict_json.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <set>
#include <vector>

namespace slim {
namespace {

using Json = nlohmann::json;

/// Parses a text without storing it, and throws at the first violation.
class Walk : public nlohmann::json_sax<Json> {
 public:
  Walk(int deepest, const std::string& what) : deepest_(deepest), what_(what) {}

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*size*/) override {
    deeper();
    names_.emplace_back();
    return true;
  }
  bool key(string_t& value) override {
    if (names_.back().insert(value).second) return true;
    throw ContractError("the name '" + on_one_line(value) + "' appears twice");
  }
  bool end_object() override {
    names_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(std::size_t /*size*/) override {
    deeper();
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    throw ContractError(what_ + " is not JSON in UTF-8: error at byte " + std::to_string(position));
  }

 private:
  void deeper() {
    if (++depth_ <= deepest_) return;
    throw ContractError(what_ + " is nested more than " + std::to_string(deepest_) + " deep");
  }

  int deepest_;
  const std::string& what_;
  int depth_ = 0;
  std::vector<std::set<std::string>> names_;  ///< names in every open object
};

}  // namespace

Json parse_strictly(std::string_view text, int deepest, const std::string& what) {
  // The parser treats a null byte as the end of the text, whatever follows.
  require(text.find('\0') == std::string_view::npos,
          what + " is not JSON: it contains a null byte");
  Walk walk(deepest, what);
  Json::sax_parse(text, &walk);
  return Json::parse(text);
}

}  // namespace slim
