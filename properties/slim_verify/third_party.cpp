// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/third_party.hpp"

#include "properties/command_line/standard_streams.hpp"
#include "properties/report/report.hpp"
#include "properties/third_party/sandbox/harness_process.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

namespace slim::properties {

foreign::ForeignSubject open_third_party(const ForeignArguments& arguments) {
  const foreign::Door door = arguments.command.empty() ? foreign::library_door(arguments.library)
                                                       : foreign::program_door(arguments.command);
  return foreign::open_subject(door, limits_of(arguments));
}

foreign::Limits limits_of(const ForeignArguments& arguments) {
  return {.deadline_s = arguments.deadline_s,
          .memory_bytes = static_cast<std::int64_t>(arguments.memory_mb) << 20,
          .address_space_bytes = static_cast<std::int64_t>(arguments.address_space_mb) << 20};
}

std::string third_party_options(const ForeignArguments& arguments) {
  std::string options =
      arguments.command.empty()
          ? fmt::format("--subject-library {}", quoted_for_shell(arguments.library))
          : fmt::format("--subject-command {}", quoted_for_shell(arguments.command));
  const ForeignArguments usual;
  if (arguments.deadline_s != usual.deadline_s) {
    options += fmt::format(" --subject-deadline {}", arguments.deadline_s);
  }
  if (arguments.memory_mb != usual.memory_mb) {
    options += fmt::format(" --subject-memory {}", arguments.memory_mb);
  }
  if (arguments.address_space_mb != usual.address_space_mb) {
    options += fmt::format(" --subject-address-space {}", arguments.address_space_mb);
  }
  return options;
}

void report_stops() {
  const int times = foreign::times_continued();
  if (times == 0) return;
  command_line::note(
      fmt::format("slim-verify: note: this process was stopped and continued {} time{} while the "
                  "subject ran",
                  times, times == 1 ? "" : "s"));
}

}  // namespace slim::properties
