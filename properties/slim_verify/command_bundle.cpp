// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/output_file.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "properties/slim_verify/commands.hpp"
#include "properties/slim_verify/third_party.hpp"
#include "properties/third_party/sandbox/scratch.hpp"
#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/printable.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

namespace slim::properties {
namespace {

namespace fs = std::filesystem;

/// What this program writes into a bundle.
constexpr std::array<std::string_view, 4> own_files = {"doctor.txt", "replay.txt",
                                                       "declaration.json", "options.txt"};

/// The output of this program with other arguments, and its messages.
std::string own_output(std::vector<std::string> arguments) {
  const ChildOutcome ran =
      run_child({.program = "/proc/self/exe", .arguments = std::move(arguments)});
  return fmt::format("{}{}exit code {}\n", ran.output, ran.errors, ran.status);
}

/// The declaration, or why there is none.
std::string declaration_of(const ForeignArguments& arguments) {
  try {
    return open_third_party(arguments).declaration.text + "\n";
  } catch (const SubjectError& error) {
    return fmt::format("{}: {}\n", name(error.failure()), error.what());
  }
}

std::vector<std::string> replay_arguments(const std::string& path,
                                          const ForeignArguments& foreign) {
  std::vector<std::string> arguments = {"replay", path.starts_with('-') ? "./" + path : path};
  if (!foreign.given()) return arguments;
  const auto add = [&](const char* option, const std::string& value) {
    arguments.insert(arguments.end(), {option, value});
  };
  if (!foreign.command.empty()) add("--subject-command", foreign.command);
  if (!foreign.library.empty()) add("--subject-library", foreign.library);
  add("--subject-deadline", fmt::format("{}", foreign.deadline_s));
  add("--subject-memory", std::to_string(foreign.memory_mb));
  add("--subject-address-space", std::to_string(foreign.address_space_mb));
  return arguments;
}

}  // namespace

int bundle_command(const BundleArguments& arguments, const ForeignArguments& foreign) {
  command_line::require_writable(arguments.out);
  const CaseFile stored = read_case_file(arguments.case_file);  // refuses what is no case
  const auto subject = stored.metadata.find("subject");
  if (!foreign.given() && subject != stored.metadata.end() &&
      subject->second.starts_with("foreign/")) {
    throw ContractError(
        fmt::format("case '{}' is of your own implementation: give its "
                    "--subject-command or --subject-library, too",
                    printable(arguments.case_file)));
  }
  const foreign::Scratch scratch(foreign::least_room);
  const fs::path folder = scratch.path() / "bundle";
  fs::create_directory(folder);
  const auto write = [&](const char* file, const std::string& text) {
    std::ofstream(folder / file, std::ios::binary) << text;
  };
  std::vector<std::string> files = {arguments.case_file};
  files.insert(files.end(), arguments.reports.begin(), arguments.reports.end());
  for (const fs::path file : files) {
    const fs::path name = file.filename();
    if (std::ranges::find(own_files, name.string()) != own_files.end() ||
        fs::exists(folder / name)) {
      throw ContractError(
          fmt::format("file '{}' cannot be in the bundle: there is another {} in it",
                      printable(file.string()), printable(name.string())));
    }
    fs::copy_file(file, folder / name);
  }
  write("doctor.txt", own_output({"doctor"}));
  write("replay.txt", own_output(replay_arguments(arguments.case_file, foreign)));
  if (foreign.given()) {
    write("declaration.json", declaration_of(foreign));
    write("options.txt", third_party_options(foreign) + "\n");
  }
  const ChildOutcome packed =
      run_child({.program = "tar", .arguments = {"-cz", "-C", scratch.path().string(), "bundle"}});
  if (packed.status != 0) throw HarnessError("tar failed: " + packed.errors);
  command_line::write_output(arguments.out, packed.output);
  if (!command_line::is_standard_output(arguments.out)) {
    command_line::print(arguments.out +
                        "\nIt has no source code. Look through it before you publish it: paths "
                        "and messages of your program are in it.\n");
  }
  return Exit::holds;
}

}  // namespace slim::properties
