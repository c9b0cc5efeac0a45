// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/run_outputs.hpp"

#include "properties/command_line/build_facts.hpp"
#include "properties/command_line/json_text.hpp"
#include "properties/command_line/output_file.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "properties/report/certificate.hpp"
#include "properties/slim_verify/third_party.hpp"
#include "properties/third_party/protocol/unopened.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <utility>
#include <vector>

namespace slim::properties {
namespace {

foreign::Certified certified_by(const Report& report, const foreign::ForeignSubject& foreign,
                                const RunArguments& arguments) {
  foreign::Certified certified{.foreign = foreign,
                               .plan = report.plan,
                               .result = report.result,
                               .case_paths = report.case_paths,
                               .replay_lines = {},
                               .looks = looks_of(report),
                               .harness_version = command_line::build_facts().version,
                               .seconds = report.seconds,
                               .harness_commit = command_line::build_facts().commit,
                               .limits = limits_of(arguments.foreign),
                               .expectation = report.expectation};
  for (const std::string& path : report.case_paths) {
    certified.replay_lines.push_back(replay_line(path, report.replay_options));
  }
  return certified;
}

/// Refuses two options that write to the same file: the last would silently replace the other.
void require_different(const std::vector<std::pair<std::string, std::string>>& outputs) {
  for (auto one = outputs.begin(); one != outputs.end(); ++one) {
    for (auto other = std::next(one); other != outputs.end(); ++other) {
      if (one->second.empty() || other->second.empty()) continue;
      require(!command_line::is_same_output(one->second, other->second),
              fmt::format("{} '{}' and {} '{}' are the same file: give each a file of its own",
                          one->first, on_one_line(one->second), other->first,
                          on_one_line(other->second)));
    }
  }
}

}  // namespace

RunOutputs::RunOutputs(const RunArguments& arguments) : arguments_(arguments) {
  const ForeignArguments& third_party = arguments.foreign;
  const std::vector<std::pair<std::string, std::string>> outputs = {
      {"--junit", arguments.junit},
      {"--markdown", arguments.markdown},
      {"--certificate", third_party.certificate},
      {"--html", third_party.html}};
  std::vector<std::string> on_standard_output;
  if (arguments.json) on_standard_output.emplace_back("--json");
  for (const auto& [option, path] : outputs) {
    if (path.empty()) continue;
    const bool needs_third_party = option == "--certificate" || option == "--html";
    require(third_party.given() || !needs_third_party,
            option +
                " needs a third-party implementation: give one with "
                "--subject-command or --subject-library");
    command_line::require_writable(path);
    if (command_line::is_standard_output(path)) on_standard_output.push_back(option);
  }
  require(on_standard_output.size() <= 1,
          fmt::format("{} {} write to standard output: give one of them",
                      fmt::join(on_standard_output, " and "),
                      on_standard_output.size() == 2 ? "both" : "all"));
  prints_text_ = on_standard_output.empty();
  require_different(outputs);
}

void RunOutputs::write(const Report& report, const foreign::ForeignSubject* foreign) {
  write_file(arguments_.junit, to_junit(report));
  if (foreign != nullptr) {
    const foreign::Certified certified = certified_by(report, *foreign, arguments_);
    write_file(arguments_.foreign.certificate, to_certificate(certified));
    write_file(arguments_.foreign.html, to_html(certified));
    write_file(arguments_.markdown, to_markdown(certified));
  } else {
    write_file(arguments_.markdown, to_markdown(report));
  }
  if (arguments_.json) command_line::print_exactly(to_json(report));
  if (prints_text_) command_line::print(to_text(report));
  if (report.expectation) {
    for (const std::string& line : differences_in_words(*report.expectation)) {
      command_line::note(line);
    }
  }
  require_written();
}

void RunOutputs::write(const SubjectError& error) {
  const foreign::Unopened unopened{.failure = error.failure(),
                                   .what = error.what(),
                                   .options = third_party_options(arguments_.foreign),
                                   .harness_version = command_line::build_facts().version};
  write_file(arguments_.foreign.certificate, to_certificate(unopened));
  write_file(arguments_.foreign.html, to_html(unopened));
  write_file(arguments_.markdown, to_markdown(unopened));
  write_file(arguments_.junit, to_junit(unopened));
  if (arguments_.json) {
    command_line::print_exactly(command_line::json_text({{"schema", 1},
                                                         {"program", "slim-verify"},
                                                         {"holds", false},
                                                         {"failure", name(error.failure())},
                                                         {"note", error.what()}}));
  }
  if (prints_text_) {
    command_line::print(fmt::format("{}  the subject {}\n", name(error.failure()),
                                    on_one_line(error.what(), 1000)));
  }
  require_written();
}

void RunOutputs::attempt(const std::function<void()>& writing) {
  try {
    writing();
  } catch (...) {
    if (!failure_) failure_ = std::current_exception();
  }
}

void RunOutputs::write_file(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  attempt([&] { command_line::write_output(path, text); });
}

void RunOutputs::require_written() const {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace slim::properties
