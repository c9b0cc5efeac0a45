// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/program.hpp"

#include "properties/command_line/standard_streams.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/output_error.hpp"

#include <sys/stat.h>

#include <csignal>
#include <new>
#include <string>

namespace slim::command_line {
namespace {

int report(std::string_view name, std::string_view message, ExitCode code) {
  note(std::string(name) + ": " + std::string(message));
  return code;
}

int run_reporting(std::string_view name, const std::function<int()>& work) {
  try {
    return work();
  } catch (const ContractError& error) {
    return report(name, error.what(), bad_input);
  } catch (const OutputError& error) {
    return report(name, error.what(), harness_failed);
  } catch (const std::bad_alloc&) {
    return report(name, "out of memory", harness_failed);
  } catch (const std::exception& error) {
    return report(name, std::string("the harness failed: ") + error.what(), harness_failed);
  } catch (...) {
    return report(name, "the harness failed", harness_failed);
  }
}

/// The program can use the files that it makes, whatever the caller's umask; and a file that grows
/// beyond the caller's limit is an error of writing, not a signal.
void take_own_files() {
  ::umask(::umask(0) & ~static_cast<mode_t>(S_IRWXU));
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace

int run_program(std::string_view name, const std::function<int()>& body) noexcept {
  keep_standard_descriptors();
  take_own_files();
  try {
    const int code = run_reporting(name, body);
    const int flushed = run_reporting(name, [] {
      flush_standard_output();
      return static_cast<int>(holds);
    });
    return flushed == holds ? code : flushed;
  } catch (...) {  // no memory for a message
    return harness_failed;
  }
}

}  // namespace slim::command_line
