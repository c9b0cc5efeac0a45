// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace slim::command_line {

// Declare that an option's value is a path, for --help and for parse(). A file to read must exist
// and not be a folder; a file to write must not be a folder; a folder to read must exist; a folder
// must not be a file. Any other value is bad input, reported before anything is computed.
CLI::Option* reads_file(CLI::Option* option);
CLI::Option* writes_file(CLI::Option* option);
CLI::Option* reads_folder(CLI::Option* option);
CLI::Option* writes_folder(CLI::Option* option);

/// Adds --version, which prints versions() (build_facts.hpp).
void add_version(CLI::App& app);

/// Parses the arguments of main() into the variables bound to `app`. Every option of every command,
/// including hidden ones, rejects an empty value, the name of another option in place of its value,
/// and a number that is not finite or does not fit in 64 bits. Returns false when help or the
/// version was requested, after printing it. Throws ContractError with one line that names the
/// unusable option.
bool parse(CLI::App& app, int count, const char* const* arguments);

}  // namespace slim::command_line
