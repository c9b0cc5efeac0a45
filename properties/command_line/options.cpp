// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/options.hpp"

#include "properties/command_line/build_facts.hpp"
#include "properties/command_line/output_file.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "properties/command_line/suggestion.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <type_traits>

namespace slim::command_line {
namespace {

namespace fs = std::filesystem;

/// Returns what is wrong with a value; empty if it can be used.
using Check = std::function<std::string(const std::string& value)>;

/// Adds a check that runs before the option's other checks.
void check_first(CLI::Option* option, const Check& check) {
  option->transform(CLI::Validator([check](std::string& value) { return check(value); }, ""));
}

std::string in_quotes(const std::string& text) {
  return "'" + on_one_line(text, 200) + "'";
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_there(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string problem_in_file_to_read(const std::string& path) {
  if (!is_there(path)) return "file " + in_quotes(path) + " does not exist";
  return is_folder(path) ? in_quotes(path) + " is a folder: give a file" : std::string();
}

std::string problem_in_file_to_write(const std::string& path) {
  if (is_standard_output(path)) return {};
  const bool is_named_as_folder = path.ends_with('/');
  return is_named_as_folder || is_folder(path) ? in_quotes(path) + " is a folder: give a file"
                                               : std::string();
}

std::string problem_in_folder_to_write(const std::string& path) {
  return is_there(path) && !is_folder(path) ? in_quotes(path) + " is a file: give a folder"
                                            : std::string();
}

std::string problem_in_folder_to_read(const std::string& path) {
  if (!is_there(path)) return "folder " + in_quotes(path) + " does not exist";
  return problem_in_folder_to_write(path);
}

CLI::Option* of_type(CLI::Option* option, const char* type, const Check& check) {
  option->type_name(type);
  check_first(option, check);
  return option;
}

/// Calls `visit` with every option of the app and of its commands.
void for_each_option(CLI::App& app, const std::function<void(CLI::Option&)>& visit) {
  for (CLI::Option* option : app.get_options()) visit(*option);
  for (CLI::App* command : app.get_subcommands({})) for_each_option(*command, visit);
}

bool takes_a_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

/// Rejects numbers that are not finite; text that is no number is left to the parser.
std::string problem_in_number(const std::string& value) {
  double number = 0.0;
  if (!CLI::detail::lexical_cast(value, number) || std::isfinite(number)) return {};
  return in_quotes(value) + " is not a finite number";
}

/// Rejects integers that do not fit in 64 bits, which the parser would clamp, and negative values
/// of unsigned types, which it would wrap around.
template <class Integer>
std::string problem_in_integer(const std::string& value) {
  if (std::is_unsigned_v<Integer> && value.starts_with('-')) {
    return in_quotes(value) + " is negative";
  }
  Integer number{};
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc::result_out_of_range ? in_quotes(value) + " does not fit in 64 bits"
                                                 : std::string();
}

/// "256,,1024" or "256,": the parser would drop the empty element.
bool is_list_with_a_gap(const std::string& argument) {
  return argument.find(',') != std::string::npos &&
         argument.find_first_not_of("0123456789,") == std::string::npos &&
         (argument.starts_with(',') || argument.ends_with(',') ||
          argument.find(",,") != std::string::npos);
}

/// An argument "--name=", as from a script with an empty variable: the parser would use the next
/// argument as the value.
bool has_lost_its_value(const std::string& argument) {
  return argument.starts_with("--") && argument.find('=') == argument.size() - 1;
}

constexpr const char* is_empty = "the value is empty: give a value, or omit the option";

/// For an option whose value may be omitted, the parser does not check an empty value.
void refuse_empty_results(CLI::App& app) {
  for_each_option(app, [](CLI::Option& option) {
    if (!takes_a_value(option)) return;
    for (const std::string& value : option.results()) {
      require(!value.empty(), option.get_name() + ": " + is_empty);
    }
  });
}

/// The values of an option with few, whose type is "TEXT:{quick,standard}".
std::vector<std::string> allowed_by(const std::string& type) {
  const std::size_t open = type.find(":{");
  if (open == std::string::npos || !type.ends_with('}')) return {};
  return CLI::detail::split(type.substr(open + 2, type.size() - open - 3), ',');
}

void refuse_unusable_values(CLI::App& app) {
  std::set<std::string> names;
  for_each_option(app, [&](CLI::Option& option) {
    for (const std::string& name : option.get_lnames()) names.insert("--" + name);
  });
  for_each_option(app, [&](CLI::Option& option) {
    if (!takes_a_value(option)) return;
    const std::string type = option.get_type_name();
    if (type.starts_with("FLOAT")) check_first(&option, problem_in_number);
    if (type.starts_with("INT")) check_first(&option, problem_in_integer<std::int64_t>);
    if (type.starts_with("UINT")) check_first(&option, problem_in_integer<std::uint64_t>);
    if (const std::vector<std::string> allowed = allowed_by(type); !allowed.empty()) {
      check_first(&option, [allowed](const std::string& value) -> std::string {
        const bool is_allowed = std::ranges::find(allowed, value) != allowed.end();
        return is_allowed ? std::string() : unknown_name("value", value, allowed, "--help");
      });
    }
    check_first(&option, [names](const std::string& value) -> std::string {
      if (value.empty()) return is_empty;
      if (!names.contains(value.substr(0, value.find('=')))) return {};
      return "the value is missing: the next argument, " + in_quotes(value) + ", is an option";
    });
  });
}

/// The message for arguments that the parser rejected. An unknown word is named with the closest
/// known one.
std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  std::string name = app.get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    name += " " + command->get_name();
  }
  std::vector<std::string> commands;
  for (const CLI::App* below : command->get_subcommands([](const CLI::App*) { return true; })) {
    if (!below->get_group().empty()) commands.push_back(below->get_name());
  }
  const std::vector<std::string> unknown = app.remaining(true);
  if (!unknown.empty()) {
    const std::string word = unknown.front().substr(0, unknown.front().find('='));
    const bool is_option = word.starts_with('-');
    std::vector<std::string> allowed = is_option ? std::vector<std::string>() : commands;
    for (const CLI::Option* option : command->get_options()) {
      const bool is_named = is_option && !option->get_lnames().empty();
      if (is_named) allowed.push_back("--" + option->get_lnames().front());
    }
    if (!allowed.empty()) {
      return unknown_name(is_option ? "option" : "command", word, allowed, name + " --help");
    }
  }
  if (!commands.empty() && error.get_name() == "RequiredError") {
    return fmt::format("a command is missing: give {}; see {} --help", fmt::join(commands, ", "),
                       name);
  }
  std::string line = error.what();
  std::ranges::replace(line, '\n', ' ');
  if (error.get_name() == "ArgumentMismatch" && line.ends_with("missing")) {
    line = fmt::format("option {} needs a value", line.substr(0, line.find(':')));
  }
  return line + " (" + name + " --help lists what is allowed)";
}

}  // namespace

CLI::Option* reads_file(CLI::Option* option) {
  return of_type(option, "FILE", problem_in_file_to_read);
}

CLI::Option* writes_file(CLI::Option* option) {
  return of_type(option, "FILE", problem_in_file_to_write);
}

CLI::Option* reads_folder(CLI::Option* option) {
  return of_type(option, "FOLDER", problem_in_folder_to_read);
}

CLI::Option* writes_folder(CLI::Option* option) {
  return of_type(option, "FOLDER", problem_in_folder_to_write);
}

void add_version(CLI::App& app) {
  app.set_version_flag("--version", versions(app.get_name()));
}

bool parse(CLI::App& app, int count, const char* const* arguments) {
  refuse_unusable_values(app);
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    require(!has_lost_its_value(argument),
            argument.substr(0, argument.size() - 1) + ": " + is_empty);
    require(!is_list_with_a_gap(argument), "the list '" + argument + "' has an empty element");
  }
  try {
    app.parse(count, arguments);
    refuse_empty_results(app);
    return true;
  } catch (const CLI::Success& help) {
    std::ostringstream text;
    app.exit(help, text, text);
    print(text.str());
    return false;
  } catch (const CLI::ParseError& error) {
    throw ContractError(what_is_wrong(app, error));
  }
}

}  // namespace slim::command_line
