#include "plots/json_fields.hpp"

#include "reference/vocabulary/contract.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace slim::plots {
namespace {

const nlohmann::json& field(const nlohmann::json& object, const char* name,
                            const std::string& where) {
  const auto found = object.find(name);
  require(found != object.end(), fmt::format("{}: field \"{}\" is missing", where, name));
  return *found;
}

}  // namespace

nlohmann::json parse_object(const std::string& text, const std::string& where) {
  nlohmann::json object = nlohmann::json::parse(text, nullptr, false);
  require(object.is_object(), where + ": is not a JSON object");
  const auto& schema = field(object, "schema", where);
  require(schema == 1, fmt::format("{}: schema {} is unknown, 1 is allowed", where, schema.dump()));
  return object;
}

std::string text_field(const nlohmann::json& object, const char* name, const std::string& where) {
  const auto& value = field(object, name, where);
  require(value.is_string(), fmt::format("{}: field \"{}\" is a text", where, name));
  return value.get<std::string>();
}

bool truth_field(const nlohmann::json& object, const char* name, const std::string& where) {
  const auto& value = field(object, name, where);
  require(value.is_boolean(), fmt::format("{}: field \"{}\" is true or false", where, name));
  return value.get<bool>();
}

std::int64_t count_field(const nlohmann::json& object, const char* name, const std::string& where) {
  const auto& value = field(object, name, where);
  require(value.is_number_integer() && value.get<std::int64_t>() >= 1,
          fmt::format("{}: field \"{}\" is an integer of at least 1", where, name));
  return value.get<std::int64_t>();
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  require(file.is_open() && !std::filesystem::is_directory(path),
          path.string() + ": cannot be read");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  require(!file.bad(), path.string() + ": cannot be read to its end");
  return text;
}

}  // namespace slim::plots
