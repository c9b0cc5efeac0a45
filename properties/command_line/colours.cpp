// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/colours.hpp"

#include <unistd.h>

#include <cstdlib>
#include <regex>

namespace slim::command_line {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool shows_colours(int descriptor) {
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return ::isatty(descriptor) == 1 && !is_set("NO_COLOR") && !is_dumb;
}

std::string coloured(std::string_view text) {
  static const std::regex green(R"(\b(PASS|SUPPORTED)\b)");
  static const std::regex yellow(R"(\b(SUSPECT|DRIFT|INCONCLUSIVE|NOT-JUDGED)\b)");
  static const std::regex red(
      R"(\b(WRONG-SHAPE|WRONG|NON-FINITE|INPUT-MODIFIED|OUT-OF-BOUNDS|CRASH|HANG|MEMORY-LIMIT|PROTOCOL-ERROR|LOAD-ERROR|VERSION|UNSUPPORTED|NON-DETERMINISTIC|ERROR|REFUTED|NOT)\b)");
  std::string in_colour(text);
  in_colour = std::regex_replace(in_colour, green, "\033[32m$&\033[0m");
  in_colour = std::regex_replace(in_colour, yellow, "\033[33m$&\033[0m");
  return std::regex_replace(in_colour, red, "\033[31m$&\033[0m");
}

}  // namespace slim::command_line
