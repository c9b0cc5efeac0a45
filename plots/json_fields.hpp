#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace slim::plots {

/// Parses one JSON object of schema 1; `where` opens every message. Throws ContractError.
nlohmann::json parse_object(const std::string& text, const std::string& where);

/// The object's field of that type. Throws ContractError that names the field.
std::string text_field(const nlohmann::json& object, const char* name, const std::string& where);
bool truth_field(const nlohmann::json& object, const char* name, const std::string& where);
/// Requires a value of at least 1.
std::int64_t count_field(const nlohmann::json& object, const char* name, const std::string& where);

/// A whole file. Throws ContractError when it cannot be read.
std::string read_text(const std::filesystem::path& path);

}  // namespace slim::plots
