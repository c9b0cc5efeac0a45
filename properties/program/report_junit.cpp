#include "properties/program/report.hpp"
#include "properties/program/verdict_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties {
namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// The place of the counterexample of this very (law, subject), or the number of all.
std::size_t place_of(const Report& report, const Verdict& verdict) {
  const std::vector<Counterexample>& all = report.result.counterexamples;
  const auto found = std::ranges::find_if(all, [&](const Counterexample& counterexample) {
    return counterexample.law == verdict.law && counterexample.subject == verdict.subject;
  });
  return static_cast<std::size_t>(found - all.begin());
}

/// How it fails, in a line: the number that is worst, or why there is none.
std::string message(const Report& report, const Verdict& verdict) {
  const Discrepancy& worst = verdict.tally.worst;
  const std::size_t at = place_of(report, verdict);
  if (worst.tensor == no_tensor && at < report.result.counterexamples.size()) {
    return fmt::format("{}: it {}", summary(verdict),
                       report.result.counterexamples[at].finding.note);
  }
  return fmt::format("{}: {} row {}: error {:.3g}, bound {:.3g}", summary(verdict), worst.tensor,
                     worst.row, worst.error, worst.bound);
}

/// The shrunk case, the line that asks it again, and what it behaves like.
std::string evidence(const Report& report, const Verdict& verdict) {
  const std::size_t at = place_of(report, verdict);
  if (at == report.result.counterexamples.size()) return {};
  std::string text = report.result.counterexamples[at].readable + "\n" +
                     replay_line(report.case_paths.at(at), report.replay_options);
  if (report.diagnoses.empty()) return text;
  for (const std::string& line : in_words(report.diagnoses.at(at))) text += "\n" + line;
  return text;
}

bool is_expected_to_fail(const Report& report, const Verdict& verdict) {
  const std::string key = verdict.law + " " + std::string(name(verdict.scalar));
  return std::ranges::find(report.expected_failures, key) != report.expected_failures.end();
}

/// Whether the verdict is another than it was expected to be.
bool fails(const Report& report, const Verdict& verdict) {
  return verdict.holds() == is_expected_to_fail(report, verdict);
}

std::string failed_case(const std::string& open, const std::string& message,
                        const std::string& text) {
  return open + fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                            escaped(message), escaped(text));
}

std::string test_case(const Report& report, const Verdict& verdict) {
  const std::string open =
      fmt::format(R"(    <testcase classname="{}" name="{} {}")", escaped(verdict.law),
                  escaped(verdict.subject), name(verdict.scalar));
  if (fails(report, verdict)) {
    return verdict.holds() ? failed_case(open, "stale expected failure: it holds", "")
                           : failed_case(open, message(report, verdict), evidence(report, verdict));
  }
  if (!verdict.holds()) {
    return open +
           fmt::format(">\n      <skipped message=\"expected failure: {}\"/>\n    </testcase>\n",
                       escaped(message(report, verdict)));
  }
  if (verdict.unclaimed()) return open + ">\n      <skipped/>\n    </testcase>\n";
  return open + "/>\n";
}

/// Expected failures that no verdict is about.
std::string suite_of_what_was_not_run(const Report& report) {
  std::string cases;
  int count = 0;
  for (const std::string& key : report.expected_failures) {
    const bool was_run = std::ranges::any_of(report.result.verdicts, [&](const Verdict& verdict) {
      return verdict.law + " " + std::string(name(verdict.scalar)) == key;
    });
    if (was_run) continue;
    ++count;
    cases += failed_case(
        fmt::format(R"(    <testcase classname="expected-failures" name="{}")", escaped(key)),
        "stale expected failure: it was not run", "");
  }
  if (count == 0) return {};
  return fmt::format(
      "  <testsuite name=\"expected-failures\" tests=\"{0}\" failures=\"{0}\">\n{1}  "
      "</testsuite>\n",
      count, cases);
}

}  // namespace

std::string to_junit(const Report& report) {
  const auto& verdicts = report.result.verdicts;
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"slim-verify\">\n";
  for (const Law* law : report.plan.laws) {
    const auto of_law = [&](const Verdict& verdict) { return verdict.law == law->name; };
    const auto tests = std::ranges::count_if(verdicts, of_law);
    const auto failures = std::ranges::count_if(
        verdicts, [&](const Verdict& v) { return of_law(v) && fails(report, v); });
    text += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
                        escaped(law->name), tests, failures);
    for (const Verdict& verdict : verdicts) {
      if (of_law(verdict)) text += test_case(report, verdict);
    }
    text += "  </testsuite>\n";
  }
  if (const std::vector<std::string>& tasks = report.result.unasked_tasks; !tasks.empty()) {
    text += fmt::format("  <testsuite name=\"declared-tasks\" tests=\"{0}\" failures=\"{0}\">\n",
                        tasks.size());
    for (const std::string& task : tasks) {
      text += fmt::format(
          "    <testcase classname=\"declared-tasks\" name=\"{}\">\n"
          "      <failure message=\"no case of it was executed\"/>\n"
          "    </testcase>\n",
          escaped(task));
    }
    text += "  </testsuite>\n";
  }
  return text + suite_of_what_was_not_run(report) + "</testsuites>\n";
}

}  // namespace slim::properties
