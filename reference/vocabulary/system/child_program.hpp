// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace slim {

/// A program to run as a child of this process.
struct ChildProgram {
  std::string program;  ///< a path, or a name to look up on PATH
  std::vector<std::string> arguments;
  std::filesystem::path folder{};                    ///< working folder; empty: this process's
  std::map<std::string, std::string> environment{};  ///< in addition to this process's environment
};

/// The exit status of a program, and its output.
struct ChildOutcome {
  int status = 0;  ///< exit code, or 128 + the signal that ended it
  std::string output;
  std::string errors;
};

/// Runs a program to its end, with empty standard input. The program is killed if this process or
/// the calling thread ends first, for any reason.
/// Throws std::system_error if it cannot be started, with code ENOENT if it does not exist.
ChildOutcome run_child(const ChildProgram& child);

/// Call this in a child between fork and exec, where only system calls are allowed: the calling
/// process will be killed when its parent ends. Exits at once if `parent` has already ended.
void die_with_parent(pid_t parent);

}  // namespace slim
