// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/team.hpp"
#include "properties/catalogue.hpp"
#include "properties/diagnosis/diagnostician.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/own_model/laws.hpp"
#include "properties/own_model/pattern.hpp"
#include "properties/report/expected_failures.hpp"
#include "properties/report/level.hpp"
#include "properties/report/report.hpp"
#include "properties/slim_verify/commands.hpp"
#include "properties/slim_verify/progress_line.hpp"
#include "properties/slim_verify/run_outputs.hpp"
#include "properties/slim_verify/third_party.hpp"
#include "properties/slim_verify/writable_folder.hpp"
#include "properties/third_party/cost/costs_as_claimed.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/refuses_bad_requests.hpp"
#include "properties/third_party/protocol/told_from_noise.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/output_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

namespace slim::properties {
namespace {

namespace fs = std::filesystem;

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

bool is_own_law(const std::string& name) {
  const std::vector<std::string>& names = own_model::names_of_own_laws();
  return std::ranges::find(names, name) != names.end();
}

std::vector<const Subject*> chosen_subjects(std::vector<std::string> names) {
  if (names.empty()) names = {"all"};
  std::vector<const Subject*> chosen;
  for (const std::string& name : names) {
    if (name != "all") {
      add_once(chosen, &find_subject(name));
      continue;
    }
    for (const Subject& subject : catalogue()) {
      if (runs_by_default(subject)) add_once(chosen, &subject);
    }
  }
  return chosen;
}

/// The chosen laws of the catalogue, which has neither the law of the protocol nor cost laws nor
/// those of models of their own architecture: these need a third-party implementation.
std::vector<const Law*> chosen_laws(const std::vector<std::string>& names, bool of_third_party) {
  std::vector<const Law*> chosen;
  for (const std::string& name : names) {
    if (name != foreign::refuses_bad_requests_name && !is_law_of_cost(name) && !is_own_law(name)) {
      add_once(chosen, &laws::find_law(name));
      continue;
    }
    require(of_third_party,
            "law " + on_one_line(name) +
                " needs a third-party implementation: give one with --subject-command "
                "or --subject-library");
  }
  if (!names.empty()) return chosen;
  for (const Law& law : laws::catalogue()) chosen.push_back(&law);
  return chosen;
}

std::vector<Scalar> chosen_scalars(const std::vector<std::string>& names) {
  std::vector<Scalar> chosen;
  for (const std::string& name : names) add_once(chosen, parse_scalar(name));
  return chosen.empty() ? std::vector{Scalar::float32, Scalar::float64, Scalar::digits50} : chosen;
}

/// A third-party implementation, and the laws adapted to it.
struct ThirdParty {
  foreign::ForeignSubject opened;
  std::vector<Law> laws;
  std::vector<Law> costs;  ///< cost laws that it claims
};

RunPlan plan_from(const RunArguments& arguments) {
  const int machine = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return {.laws = chosen_laws(arguments.laws, arguments.foreign.given()),
          .subjects = chosen_subjects(arguments.subjects),
          .scalars = chosen_scalars(arguments.scalars),
          .seed = arguments.seed,
          .cases = arguments.effort.cases_a_law(),
          .threads = arguments.threads == 0 ? machine : arguments.threads,
          .covers_sizes = arguments.effort.covers_sizes(),
          .requires_sizes = arguments.laws.empty()};
}

ExtraSizes extra_sizes(const RunArguments& arguments) {
  return {.lengths = {arguments.lengths.begin(), arguments.lengths.end()},
          .head_widths = {arguments.head_widths.begin(), arguments.head_widths.end()}};
}

/// The plan's laws with additional sizes.
std::vector<Law> laws_with(const ExtraSizes& extra, const RunPlan& plan) {
  Capabilities of_the_catalogue;
  of_the_catalogue.bidirectional = true;
  std::vector<Law> laws;
  for (const Law* law : plan.laws) {
    laws.push_back(law->fitted ? law->fitted(of_the_catalogue, extra) : *law);
  }
  return laws;
}

/// "gradient-agrees.mutant-last-row-dropped.digits50.seed1-case0.safetensors"
std::string file_name(const Counterexample& found, std::uint64_t seed) {
  std::string subject = found.subject;
  std::ranges::replace(subject, '/', '-');
  return fmt::format("{}.{}.{}.seed{}-case{}.safetensors", found.law, subject, name(found.scalar),
                     seed, found.case_number);
}

void write_case(const fs::path& path, const CaseFile& file) {
  std::error_code status;
  fs::create_directories(path.parent_path(), status);
  if (status) throw_output_error(path.parent_path().string(), status);
  write_case_file(path, file);
}

/// Writes the counterexamples and returns their paths, also of those that could not be written.
std::vector<std::string> write_cases(const RunResult& result, std::uint64_t seed,
                                     const fs::path& folder, RunOutputs& outputs) {
  std::vector<std::string> paths;
  for (const Counterexample& found : result.counterexamples) {
    if (is_law_of_cost(found.law)) {  // has no case file
      paths.emplace_back();
      continue;
    }
    const fs::path path = folder / file_name(found, seed);
    outputs.attempt([&] { write_case(path, found.file); });
    paths.push_back(path.string());
  }
  return paths;
}

/// The laws that need no reference: all, or the named ones. Throws ContractError if one is named
/// and the subject does not declare the task.
std::vector<Law> chosen_own_laws(const foreign::ForeignSubject& third_party,
                                 const std::vector<std::string>& names, const ExtraSizes& extra) {
  const bool names_one = std::ranges::any_of(names, is_own_law);
  require(!names_one || third_party.declaration.own_model,
          "the laws own-… are about the task own_model, which the subject does not declare");
  std::vector<Law> laws;
  if (!third_party.declaration.own_model) return laws;
  laws = own_model::own_laws(third_party, extra);
  std::erase_if(laws, [&](const Law& law) {
    return !names.empty() && std::ranges::find(names, law.name) == names.end();
  });
  return laws;
}

/// Changes the plan to run a third-party implementation, in the scalars that it declares unless
/// others are requested. Laws that compare with the reference are left out if no declared task has
/// one; each case of a model of its own architecture runs it about a hundred times, so that half as
/// many are run unless --cases says otherwise.
void adapt_plan(RunPlan& plan, ThirdParty& third_party, const RunArguments& arguments) {
  const bool has_reference = third_party.opened.declaration.has_reference();
  if (!has_reference && arguments.effort.cases == 0) plan.cases /= 2;
  for (const Law* law : plan.laws) {
    if (!has_reference && arguments.laws.empty()) break;
    third_party.laws.push_back(foreign::told_from_noise(
        foreign::adapted_law(*law, third_party.opened, extra_sizes(arguments))));
  }
  std::ranges::move(chosen_own_laws(third_party.opened, arguments.laws, extra_sizes(arguments)),
                    std::back_inserter(third_party.laws));
  if (arguments.laws.empty() ||
      std::ranges::find(arguments.laws, foreign::refuses_bad_requests_name) !=
          arguments.laws.end()) {
    third_party.laws.push_back(foreign::refuses_bad_requests(third_party.opened));
  }
  plan.laws.clear();
  for (const Law& law : third_party.laws) plan.laws.push_back(&law);
  plan.subjects = {&third_party.opened.subject};
  if (arguments.scalars.empty()) plan.scalars = third_party.opened.declaration.scalars;
}

/// Cost laws that the implementation claims: all, or the named ones. Throws ContractError if one is
/// named that it does not claim.
std::vector<Law> chosen_costs(const foreign::ForeignSubject& third_party,
                              const std::vector<std::string>& names) {
  std::vector<Law> claimed = foreign::costs_as_claimed(third_party, {});
  if (names.empty()) return claimed;
  for (const std::string& name : names) {
    if (!is_law_of_cost(name)) continue;
    require(std::ranges::find(claimed, name, &Law::name) != claimed.end(),
            "law " + on_one_line(name) + " checks a claim that the subject does not make");
  }
  std::erase_if(claimed,
                [&](const Law& law) { return std::ranges::find(names, law.name) == names.end(); });
  return claimed;
}

/// Runs cost laws and adds their results: one case each, in one thread, with nothing in parallel,
/// since they measure time and memory.
void run_alone(RunPlan& plan, RunResult& result, const std::vector<Law>& laws) {
  RunPlan alone = plan;
  alone.laws.clear();
  for (const Law& law : laws) alone.laws.push_back(&law);
  alone.cases = 1;
  alone.threads = 1;
  RunResult more = run(alone);
  std::ranges::move(more.verdicts, std::back_inserter(result.verdicts));
  std::ranges::move(more.counterexamples, std::back_inserter(result.counterexamples));
  plan.laws.insert(plan.laws.end(), alone.laws.begin(), alone.laws.end());
}

/// A diagnostician with the catalogue's laws, adapted to the implementation.
Diagnostician diagnostician_for(const ThirdParty& third_party) {
  std::vector<Law> adapted;
  for (const Law& law : laws::catalogue()) {
    adapted.push_back(foreign::adapted_law(law, third_party.opened));
  }
  return Diagnostician(std::move(adapted),
                       [pool = third_party.opened.pool] { foreign::end_processes(*pool); });
}

/// Scalars in which the subject broke a law that judges answers.
std::vector<Scalar> scalars_of_failures(const RunResult& result, const std::string& subject) {
  std::vector<Scalar> scalars;
  for (const Verdict& verdict : result.verdicts) {
    const bool broke = verdict.judges_answers && verdict.tally.wrong > 0;
    if (broke && verdict.subject == subject) add_once(scalars, verdict.scalar);
  }
  return scalars;
}

std::vector<Diagnosis> diagnosed(Diagnostician diagnostician, const RunPlan& plan,
                                 const RunResult& result, const ThirdParty* third_party,
                                 ProgressLine& progress) {
  std::vector<Diagnosis> diagnoses;
  std::vector<std::string> by_pattern;
  if (third_party != nullptr && third_party->opened.declaration.own_model) {
    by_pattern = own_model::described_by_pattern(third_party->opened, result.counterexamples);
  }
  const int all = static_cast<int>(result.counterexamples.size());
  for (const Counterexample& found : result.counterexamples) {
    const auto subject = std::ranges::find(plan.subjects, found.subject, &Subject::name);
    std::vector<Counterexample> recorded;
    std::ranges::copy_if(
        result.counterexamples, std::back_inserter(recorded),
        [&](const Counterexample& other) { return other.subject == found.subject; });
    diagnoses.push_back(diagnostician.diagnose(
        **subject, found, scalars_of_failures(result, found.subject), recorded));
    if (is_own_law(found.law) && found.finding.has_numbers()) {
      diagnoses.back().by_pattern = by_pattern;
    }
    progress.show("diagnosis", static_cast<int>(diagnoses.size()), all);
  }
  return diagnoses;
}

/// Names in `all` of laws that were not run.
std::vector<std::string> not_run(const std::vector<std::string>& all, const RunResult& result) {
  std::vector<std::string> names;
  for (const std::string& law : all) {
    if (std::ranges::find(result.verdicts, law, &Verdict::law) == result.verdicts.end()) {
      add_once(names, law);
    }
  }
  return names;
}

/// Adds the laws that could have been run and were not to the result, and also the scalars for a
/// third-party implementation.
void add_what_was_not_run(RunResult& result, const RunPlan& plan, const ThirdParty* third_party) {
  std::vector<std::string> all;
  if (third_party == nullptr || third_party->opened.declaration.has_reference()) {
    for (const Law& law : laws::catalogue()) all.push_back(law.name);
  }
  if (third_party != nullptr) {
    if (third_party->opened.declaration.own_model) {
      std::ranges::copy(own_model::names_of_own_laws(), std::back_inserter(all));
    }
    all.emplace_back(foreign::refuses_bad_requests_name);
    for (const Law& law : foreign::costs_as_claimed(third_party->opened, {}))
      all.push_back(law.name);
    for (const Scalar scalar : third_party->opened.declaration.scalars) {
      if (std::ranges::find(plan.scalars, scalar) != plan.scalars.end()) continue;
      result.scalars_not_run.push_back(scalar);
    }
  }
  result.laws_not_run = not_run(all, result);
}

/// The laws that a third-party implementation can be checked against, whatever it claims.
std::vector<std::string> names_of_all_laws() {
  std::vector<std::string> names = foreign::names_of_costs();
  names.emplace_back(foreign::refuses_bad_requests_name);
  for (const Law& law : laws::catalogue()) names.push_back(law.name);
  std::ranges::copy(own_model::names_of_own_laws(), std::back_inserter(names));
  return names;
}

/// The expected failures that a file lists; nullopt if no file is given.
std::optional<std::vector<foreign::ExpectedFailure>> expected_failures_of(
    const ForeignArguments& arguments) {
  if (arguments.expected_failures.empty()) return std::nullopt;
  require(arguments.given(),
          "--expected-failures needs a third-party implementation: give one with "
          "--subject-command or --subject-library");
  return foreign::read_expected_failures(arguments.expected_failures, names_of_all_laws());
}

/// "3 ranks as threads", if there is a distributed subject, else "".
std::string ranks_of(const RunPlan& plan) {
  const auto is_distributed = [](const Subject* subject) {
    return subject->name.starts_with("distributed");
  };
  if (std::ranges::none_of(plan.subjects, is_distributed)) return "";
  const std::shared_ptr<chunked::distributed::Team> team = chunked::distributed::the_team();
  return fmt::format("{} {} as {}", team->size(), team->size() == 1 ? "rank" : "ranks",
                     team->kind());
}

}  // namespace

int run_command(const RunArguments& arguments) {
  RunPlan plan = plan_from(arguments);
  require_writable_folder(arguments.out);
  RunOutputs outputs(arguments);
  const auto expected = expected_failures_of(arguments.foreign);
  std::optional<ThirdParty> third_party;
  if (arguments.foreign.given()) {
    require(arguments.subjects.empty(),
            "--subject names a built-in subject, --subject-command and --subject-library a "
            "third-party implementation: give one of them");
    try {
      third_party.emplace(ThirdParty{open_third_party(arguments.foreign), {}, {}});
    } catch (const SubjectError& error) {
      outputs.write(error);
      return Exit::falls_short;
    }
    adapt_plan(plan, *third_party, arguments);
    third_party->costs = chosen_costs(third_party->opened, arguments.laws);
  }
  std::vector<Law> extended;
  if (!third_party && !(arguments.lengths.empty() && arguments.head_widths.empty())) {
    extended = laws_with(extra_sizes(arguments), plan);
    plan.laws.clear();
    for (const Law& law : extended) plan.laws.push_back(&law);
  }

  const auto start = std::chrono::steady_clock::now();
  RunResult result;
  std::vector<Diagnosis> diagnoses;
  {
    ProgressLine progress;
    if (!plan.laws.empty()) {  // they are empty if only cost laws are named
      result = run(plan, [&](const Law& law, int done, int planned) {
        progress.show_case(law.name, done, planned);
      });
    }
    // With --law, not every declared task need be executed.
    if (third_party && arguments.laws.empty()) {
      result.unasked_tasks = foreign::tasks_never_asked(third_party->opened);
    }
    if (third_party && !third_party->costs.empty()) {
      progress.show("costs", 0, static_cast<int>(third_party->costs.size()));
      run_alone(plan, result, third_party->costs);
    }
    diagnoses = diagnosed(third_party ? diagnostician_for(*third_party) : Diagnostician(), plan,
                          result, third_party ? &*third_party : nullptr, progress);
  }
  add_what_was_not_run(result, plan, third_party ? &*third_party : nullptr);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;

  Report report{.plan = plan,
                .result = result,
                .case_paths = write_cases(result, plan.seed, arguments.out, outputs),
                .seconds = elapsed.count(),
                .replay_options = third_party ? third_party_options(arguments.foreign) : "",
                .diagnoses = std::move(diagnoses),
                .ranks = ranks_of(plan)};
  if (expected) report.expectation = foreign::compared(result, *expected);
  outputs.write(report, third_party ? &third_party->opened : nullptr);
  report_stops();
  const bool succeeds = report.expectation ? report.expectation->met() : result.holds();
  return succeeds ? Exit::holds : Exit::falls_short;
}

}  // namespace slim::properties
