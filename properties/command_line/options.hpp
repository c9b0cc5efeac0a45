#pragma once

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace slim::command_line {

// What an option's value names, for --help and for parse(): a file to read exists and is no folder;
// a file to write is no folder; a folder is no file. A value that is none of these is bad input
// before anything is computed.
CLI::Option* reads_file(CLI::Option* option);
CLI::Option* writes_file(CLI::Option* option);
CLI::Option* reads_folder(CLI::Option* option);
CLI::Option* writes_folder(CLI::Option* option);

/// Parses the arguments of main() into what `app` was given to fill. Every option of every command,
/// hidden ones too, refuses an empty value, the name of another option in place of its value, and a
/// number that is not finite or does not fit 64 bits. False when help or the version was asked for:
/// it is printed. Throws ContractError, in one line that names the option, on what cannot be used.
bool parse(CLI::App& app, int count, const char* const* arguments);

}  // namespace slim::command_line
