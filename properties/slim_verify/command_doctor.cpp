// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/build_facts.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "properties/slim_verify/commands.hpp"
#include "properties/third_party/sandbox/process.hpp"
#include "properties/third_party/sandbox/scratch.hpp"
#include "reference/vocabulary/scalars/printable.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <clocale>
#include <thread>

namespace slim::properties {
namespace {

enum class State { ok, note, fail };

struct Check {
  State state;
  std::string what;
  std::string found;
};

Check checked_host() {
  try {
    return {State::ok, "slim-subject-host", foreign::host_program().string()};
  } catch (const HarnessError& error) {
    return {State::fail, "slim-subject-host", error.what()};
  }
}

Check checked_locale() {
  if (std::setlocale(LC_ALL, "") != nullptr) {
    return {State::ok, "locale", std::setlocale(LC_ALL, nullptr)};
  }
  return {State::note, "locale",
          "LANG or LC_ALL names a locale that is not generated; reports are the same, but your "
          "own program may fail: set LC_ALL=C.UTF-8"};
}

/// Where subjects get their files.
Check checked_scratch() {
  std::string places;
  for (const std::filesystem::path& place : foreign::scratch_places()) {
    places += fmt::format("{}{} {} MB", places.empty() ? "" : ", ", place.string(),
                          foreign::room_in(place) >> 20);
  }
  try {
    const auto all = foreign::scratch_places();
    const auto used = foreign::scratch_place(all, foreign::least_room);
    const bool is_comfortable = foreign::room_in(used) >= foreign::comfortable_room;
    return {is_comfortable ? State::ok : State::note, "scratch folder",
            fmt::format("{}; free: {}{}", used.string(), places,
                        is_comfortable ? "" : " (large cases need 256 MB)")};
  } catch (const HarnessError& error) {
    return {State::fail, "scratch folder", error.what()};
  }
}

Check checked_limits() {
  rlimit space{};
  rlimit files{};
  ::getrlimit(RLIMIT_AS, &space);
  ::getrlimit(RLIMIT_NOFILE, &files);
  const bool is_unlimited = space.rlim_cur == RLIM_INFINITY;
  return {is_unlimited && files.rlim_cur >= 256 ? State::ok : State::note, "limits",
          fmt::format("address space {}, {} open files, {} threads",
                      is_unlimited ? "unlimited" : fmt::format("{} MB", space.rlim_cur >> 20),
                      files.rlim_cur, std::thread::hardware_concurrency())};
}

/// The last line that is not empty: what a program that failed says at its end.
std::string last_line(std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  return text.substr(text.rfind('\n') + 1);
}

/// A program that some subjects or figures need, by the first line that it prints.
Check checked_program(const std::string& what, const ChildProgram& program,
                      const std::string& needed_for) {
  std::string lacks = "not found: needed " + needed_for;
  try {
    const ChildOutcome ran = run_child(program);
    const std::string text = ran.output.empty() ? ran.errors : ran.output;
    if (ran.status == 0) return {State::ok, what, text.substr(0, text.find('\n'))};
    lacks = fmt::format("{} (needed {})", last_line(text), needed_for);
  } catch (const std::system_error&) {  // it does not exist
  }
  return {State::note, what, lacks};
}

Check checked_module(const std::string& name, const std::string& needed_for) {
  const std::string code =
      "import importlib, importlib.util, importlib.metadata as m, sys\n"
      "spec = importlib.util.find_spec('" +
      name +
      "')\n"
      "if spec is None: sys.exit('not installed for ' + sys.executable)\n"
      "importlib.import_module(spec.name)\n"
      "try: version = m.version('" +
      name +
      "')\n"
      "except m.PackageNotFoundError: version = 'of unknown version'\n"
      "print(version, spec.origin)";
  return checked_program("Python: " + name, {.program = "python3", .arguments = {"-c", code}},
                         needed_for);
}

}  // namespace

int doctor_command() {
  const std::vector<Check> checks = {
      checked_host(),
      checked_scratch(),
      checked_locale(),
      checked_limits(),
      checked_program("python3", {.program = "python3", .arguments = {"--version"}},
                      "by subjects in Python"),
      checked_module("numpy", "by slim_subject.py"),
      checked_module("torch", "by subjects in PyTorch"),
      checked_module("slim_subject", "unless the file is copied next to your code"),
      checked_module("pytest", "by the pytest plugin"),
      checked_program("mpirun", {.program = "mpirun", .arguments = {"--version"}},
                      "by gradients and sweeps on several ranks"),
      checked_program("gnuplot", {.program = "gnuplot", .arguments = {"--version"}},
                      "by slim-plot"),
  };
  command_line::print(command_line::versions("slim-verify") + "\n");
  bool is_usable = true;
  for (const Check& check : checks) {
    constexpr const char* words[] = {"ok", "note", "FAIL"};
    command_line::print(fmt::format("{:<5} {:<22} {}\n", words[static_cast<int>(check.state)],
                                    check.what, on_one_line(check.found, 300)));
    is_usable = is_usable && check.state != State::fail;
  }
  return is_usable ? Exit::holds : Exit::falls_short;
}

}  // namespace slim::properties
