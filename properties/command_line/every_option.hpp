// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/system/test_folder.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace slim::command_line {

/// For tests of a whole program: visits all options that its --help lists, so that new options are
/// tested without a change here.
class EveryOption {
 public:
  /// `optional`: options whose value may be omitted.
  explicit EveryOption(std::string program, std::vector<std::string> optional = {})
      : program_(std::move(program)), optional_(std::move(optional)) {
    std::filesystem::create_directories(folder_.path() / "a-folder");
    std::ofstream(folder_.path() / "a-file") << "x";
  }

  /// Gives each kind of unusable value to every option of every command, and to the named options
  /// of `hidden` commands. Expects exit code 2, a message of one line that names the option, no
  /// output, and no files written.
  void expect_unusable_values_refused(
      const std::vector<std::pair<std::string, std::vector<std::string>>>& hidden = {}) const {
    int walked = 0;
    for (const std::string& command : commands()) {
      for (const Option& option : options_of(command)) {
        for (const std::string& value : unusable_values(option)) {
          expect_refused(command, option.name, value);
        }
        ++walked;
      }
    }
    for (const auto& [command, names] : hidden) {
      for (const std::string& name : names) expect_refused(command, name, "");
    }
    EXPECT_GT(walked, 5) << "options in --help";
  }

 private:
  struct Option {
    std::string name;  ///< "--out"; a positional option has no dashes: "files"
    std::string type;  ///< TEXT, FILE, FOLDER, INT, UINT, FLOAT
    bool has_choices = false;
  };
  struct Ran {
    int exit;
    std::string out;
    std::string err;
  };

  [[nodiscard]] Ran run(const std::string& arguments) const {
    const std::string out = (folder_.path() / "out").string();
    const std::string err = (folder_.path() / "err").string();
    const std::string line = "cd '" + folder_.path().string() + "' && '" + program_ + "' " +
                             arguments + " >'" + out + "' 2>'" + err + "' </dev/null";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text_file(out), read_text_file(err)};
  }

  [[nodiscard]] std::vector<std::string> lines_of_help(const std::string& command) const {
    std::istringstream text(run(command + " --help").out);
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  [[nodiscard]] std::vector<std::string> commands() const {
    std::vector<std::string> commands;
    bool here = false;
    static const std::regex entry("^  ([a-z][a-z0-9-]*) .*");
    for (const std::string& line : lines_of_help("")) {
      std::smatch match;
      if (line == "Subcommands:") here = true;
      if (here && std::regex_match(line, match, entry)) commands.push_back(match[1]);
    }
    return commands;
  }

  /// The type of an option is one space after its name; a flag's description, two or more.
  [[nodiscard]] std::vector<Option> options_of(const std::string& command) const {
    static const std::regex entry("^  (?:-[a-z],)?((?:--)?[a-z][a-z0-9-]*) ([A-Z]+)([^ ]*).*");
    std::vector<Option> options;
    for (const std::string& line : lines_of_help(command)) {
      std::smatch match;
      if (!std::regex_match(line, match, entry)) continue;
      options.push_back({match[1], match[2], match[3].str().find('{') != std::string::npos});
    }
    return options;
  }

  static std::vector<std::string> unusable_values(const Option& option) {
    std::vector<std::string> values = {"", "--help"};
    const auto add = [&](const std::vector<std::string>& more) {
      values.insert(values.end(), more.begin(), more.end());
    };
    if (option.type == "FILE") add({"a-folder"});
    if (option.type == "FOLDER") add({"a-file"});
    if (option.type == "INT" || option.type == "UINT" || option.type == "FLOAT") {
      add({"many", "-1", "nan", "inf", "1e999", "99999999999999999999999"});
    }
    if (option.has_choices) add({"none-of-them"});
    return values;
  }

  void expect_refused(const std::string& command, const std::string& name,
                      const std::string& value) const {
    const bool is_positional = !name.starts_with("--");
    const bool needs_no_value =
        is_positional || std::find(optional_.begin(), optional_.end(), name) != optional_.end();
    if (needs_no_value && value.starts_with("--")) return;  // parsed as that option
    std::vector<std::string> lines = {command + " " + (is_positional ? "" : name) + " '" + value +
                                      "'"};
    if (!is_positional && value.empty()) lines.push_back(command + " " + name + "=");
    for (const std::string& line : lines) {
      const Ran ran = run(line);
      EXPECT_EQ(ran.exit, 2) << line << "\n" << ran.err;
      EXPECT_EQ(ran.out, "") << line;
      EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << line << "\n" << ran.err;
      EXPECT_NE(in_words(ran.err).find(in_words(name)), std::string::npos) << line << "\n"
                                                                           << ran.err;
      const auto entries = std::distance(std::filesystem::directory_iterator(folder_.path()), {});
      EXPECT_EQ(entries, 4) << line << " left something behind";
    }
  }

  /// A message may write "key scale" for --key-scale.
  static std::string in_words(std::string text) {
    if (text.starts_with("--")) text.erase(0, 2);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '-' || c == '_'; }, ' ');
    return text;
  }

  std::string program_;
  std::vector<std::string> optional_;
  TestFolder folder_;
};

}  // namespace slim::command_line
