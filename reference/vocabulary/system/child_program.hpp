#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace slim {

/// A program to run as a child of this process.
struct ChildProgram {
  std::string program;  ///< a path, or a name that is looked for on PATH
  std::vector<std::string> arguments;
  std::filesystem::path folder{};                    ///< to run in; empty: this process's
  std::map<std::string, std::string> environment{};  ///< set in addition to this process's
};

/// How it ended, and what it wrote.
struct ChildOutcome {
  int status = 0;  ///< exit code, or 128 + the signal that ended it
  std::string output;
  std::string errors;
};

/// Runs a program to its end, with nothing on standard input. It is killed when this process, or
/// the thread that called, ends before it, by whatever.
/// Throws std::system_error when it cannot be started; the code is ENOENT where there is none.
ChildOutcome run_child(const ChildProgram& child);

/// To be called in a child between fork and exec, where nothing but system calls is allowed: the
/// calling process is killed when its parent ends. Ends it at once where `parent` is gone already.
void die_with_parent(pid_t parent);

}  // namespace slim
