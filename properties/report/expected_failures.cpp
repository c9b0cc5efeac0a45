// SPDX-License-Identifier: Apache-2.0
#include "properties/report/expected_failures.hpp"

#include "properties/command_line/suggestion.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace slim::properties::foreign {
namespace {

constexpr std::size_t longest_expected_line = 1000;

std::string key_of(std::string_view law, std::string_view scalar) {
  return std::string(law) + " " + std::string(scalar);
}

/// The scalar's name as verdicts print it. Throws ContractError that begins with `where`.
std::string scalar_named(const std::string& word, const std::string& where) {
  try {
    return std::string(name(parse_scalar(word)));
  } catch (const ContractError& error) {
    throw ContractError(where + error.what());
  }
}

}  // namespace

std::vector<ExpectedFailure> read_expected_failures(const std::filesystem::path& path,
                                                    const std::vector<std::string>& laws) {
  std::ifstream stream(path);
  require(stream.is_open(), path.string() + ": cannot be read");
  std::vector<ExpectedFailure> expected;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    const std::string where = path.string() + ", line " + std::to_string(number) + ": ";
    require(line.size() <= longest_expected_line,
            fmt::format("{}the line has {} bytes: at most {} are allowed", where, line.size(),
                        longest_expected_line));
    std::istringstream words(line.substr(0, line.find('#')));
    ExpectedFailure failure;
    if (!(words >> failure.law)) continue;
    std::string more;
    require(static_cast<bool>(words >> failure.scalar) && !(words >> more),
            where + "give a law and a scalar, such as 'attention-agrees float32'");
    require(std::ranges::find(laws, failure.law) != laws.end(),
            where + command_line::unknown_name("law", failure.law, laws, "slim-verify laws"));
    failure.scalar = scalar_named(failure.scalar, where);
    expected.push_back(std::move(failure));
  }
  return expected;
}

Expectation compared(const RunResult& result, const std::vector<ExpectedFailure>& expected) {
  Expectation expectation;
  std::vector<std::string>& listed = expectation.listed;
  for (const ExpectedFailure& failure : expected) {
    listed.push_back(key_of(failure.law, failure.scalar));
  }
  std::vector<std::string> broken;
  for (const Verdict& verdict : result.verdicts) {
    if (!verdict.holds()) broken.push_back(key_of(verdict.law, name(verdict.scalar)));
  }
  for (const std::string& key : broken) {
    if (std::ranges::find(listed, key) == listed.end()) expectation.unexpected.push_back(key);
  }
  for (const std::string& key : listed) {
    if (std::ranges::find(broken, key) == broken.end()) expectation.stale.push_back(key);
  }
  expectation.idle = result.idle_laws();
  for (const std::string& task : result.unasked_tasks) expectation.idle.push_back("task " + task);
  const bool executes_something = std::ranges::any_of(
      result.verdicts, [](const Verdict& verdict) { return verdict.tally.executed() > 0; });
  const std::size_t of_idleness = expectation.idle.size() + (executes_something ? 0 : 1);
  expectation.falls_short = result.shortfalls().size() > of_idleness;
  if (expectation.idle.empty() && !executes_something) expectation.idle.emplace_back("anything");
  return expectation;
}

}  // namespace slim::properties::foreign
