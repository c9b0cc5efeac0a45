// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/json_text.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "properties/engine/parallel.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/own_model/laws.hpp"
#include "properties/slim_verify/commands.hpp"
#include "properties/slim_verify/replay.hpp"
#include "properties/slim_verify/third_party.hpp"
#include "properties/third_party/protocol/refuses_bad_requests.hpp"
#include "properties/third_party/protocol/told_from_noise.hpp"
#include "reference/vocabulary/scalars/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace slim::properties {
namespace {

constexpr std::size_t longest_note = 1000;

struct ReplayedFile {
  std::string path;
  std::vector<Replayed> lines;

  /// Something was compared, and nothing is wrong.
  [[nodiscard]] bool agrees() const {
    const auto is_wrong = [](const Replayed& line) {
      return line.finding.outcome == Outcome::wrong;
    };
    return std::ranges::none_of(lines, is_wrong) &&
           std::ranges::any_of(lines, &Replayed::compares_something);
  }
};

/// PASS, SKIPPED, or the kind of failure: WRONG, CRASH, …
std::string_view verdict_of(const Finding& finding) {
  return finding.outcome == Outcome::wrong ? name(finding.failure) : name(finding.outcome);
}

std::string to_text(const Replayed& line) {
  const Finding& finding = line.finding;
  std::string text =
      fmt::format("  {:<32} {:<9} {:<8} ", line.subject, name(line.scalar), verdict_of(finding));
  if (finding.outcome != Outcome::skipped && finding.has_numbers()) {
    text +=
        fmt::format("{}, row {}: error {:.3g}, {}, ratio {:.3g}; compared with {}",
                    finding.worst.tensor, finding.worst.row, finding.worst.error,
                    bound_in_words(finding.worst.bound), finding.worst.ratio(), line.compared.with);
  }
  if (finding.note.empty()) return text;
  const std::string note = on_one_line(finding.note, longest_note);
  if (finding.outcome == Outcome::skipped) return text + note;
  return text + (finding.has_numbers() ? "; " : "it ") + note;
}

std::string to_text(const ReplayedFile& file) {
  std::string text = on_one_line(file.path, longest_note) + "\n";
  for (const Replayed& line : file.lines) text += to_text(line) + "\n";
  if (!file.lines.empty()) text += "  " + in_words(file.lines.front().compared) + "\n";
  return text + (file.agrees() ? "  agrees\n" : "  does NOT agree\n");
}

nlohmann::ordered_json to_json(const Compared& compared) {
  if (compared.gradients_in_all == 0) return {{"law", compared.with}};
  return {{"with", compared.with},
          {"loss", compared.loss},
          {"logits", compared.logits},
          {"gradients", compared.gradients},
          {"gradients_in_all", compared.gradients_in_all},
          {"gradients_missing", compared.missing}};
}

nlohmann::ordered_json to_json(const ReplayedFile& file) {
  nlohmann::ordered_json json = {{"path", file.path}, {"agrees", file.agrees()}};
  if (!file.lines.empty()) json["compared"] = to_json(file.lines.front().compared);
  json["checks"] = nlohmann::ordered_json::array();
  for (const Replayed& line : file.lines) {
    const Discrepancy& worst = line.finding.worst;
    json["checks"].push_back({{"subject", line.subject},
                              {"scalar", name(line.scalar)},
                              {"against", line.compared.with},
                              {"outcome", name(line.finding.outcome)},
                              {"verdict", verdict_of(line.finding)},
                              {"note", line.finding.note},
                              {"tensor", worst.tensor},
                              {"row", worst.row},
                              {"error", command_line::number_or_infinite(worst.error)},
                              {"bound", command_line::number_or_infinite(worst.bound)},
                              {"ratio", command_line::number_or_infinite(worst.ratio())}});
  }
  return json;
}

/// The law of the protocol, and the catalogue's laws as they are run on a third-party
/// implementation.
std::vector<Law> laws_of(const foreign::ForeignSubject& third_party) {
  std::vector<Law> all = {foreign::refuses_bad_requests(third_party)};
  for (const Law& law : laws::catalogue()) all.push_back(foreign::told_from_noise(law));
  if (third_party.declaration.own_model) {
    for (Law& law : own_model::own_laws(third_party)) all.push_back(std::move(law));
  }
  return all;
}

}  // namespace

int replay_command(const std::vector<std::string>& paths, const ForeignArguments& third_party,
                   bool json) {
  std::optional<foreign::ForeignSubject> opened;
  try {
    if (third_party.given()) opened = open_third_party(third_party);
  } catch (const SubjectError& error) {
    if (json) {
      const nlohmann::ordered_json unopened = {{"schema", 1},
                                               {"agrees", false},
                                               {"failure", name(error.failure())},
                                               {"note", error.what()}};
      command_line::print_exactly(command_line::json_text(unopened));
    } else {
      command_line::print(fmt::format("{}  the subject {}\n", name(error.failure()),
                                      on_one_line(error.what(), longest_note)));
    }
    return Exit::falls_short;
  }
  const Subject* third_party_subject = opened ? &opened->subject : nullptr;
  const std::vector<Law> third_party_laws = opened ? laws_of(*opened) : std::vector<Law>();
  std::vector<ReplayedFile> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) files.push_back({path, {}});
  const int machine = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  in_parallel(static_cast<int>(files.size()), machine, [&](int i) {
    ReplayedFile& file = files[static_cast<std::size_t>(i)];
    file.lines = replay(file.path, third_party_subject, third_party_laws);
  });
  const bool all_agree =
      std::ranges::all_of(files, [](const ReplayedFile& file) { return file.agrees(); });
  if (json) {
    nlohmann::ordered_json all = {{"schema", 1}, {"agrees", all_agree}};
    for (const ReplayedFile& file : files) all["files"].push_back(to_json(file));
    command_line::print_exactly(command_line::json_text(all));
  } else {
    for (const ReplayedFile& file : files) command_line::print(to_text(file));
  }
  return all_agree ? Exit::holds : Exit::falls_short;
}

}  // namespace slim::properties
