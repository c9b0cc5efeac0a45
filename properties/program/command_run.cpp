#include "properties/catalogue.hpp"
#include "properties/diagnosis/diagnostician.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/program/commands.hpp"
#include "properties/program/progress_line.hpp"
#include "properties/program/report.hpp"
#include "properties/program/writable_folder.hpp"
#include "reference/vocabulary/atomic_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

namespace slim::properties {
namespace {

namespace fs = std::filesystem;

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
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
      if (!is_mutant(subject)) add_once(chosen, &subject);
    }
  }
  return chosen;
}

std::vector<const Law*> chosen_laws(const std::vector<std::string>& names) {
  std::vector<const Law*> chosen;
  for (const std::string& name : names) add_once(chosen, &laws::find_law(name));
  if (!chosen.empty()) return chosen;
  for (const Law& law : laws::catalogue()) chosen.push_back(&law);
  return chosen;
}

std::vector<Scalar> chosen_scalars(const std::vector<std::string>& names) {
  std::vector<Scalar> chosen;
  for (const std::string& name : names) add_once(chosen, parse_scalar(name));
  return chosen.empty() ? std::vector{Scalar::float32, Scalar::float64, Scalar::digits50} : chosen;
}

RunPlan plan_from(const RunArguments& arguments) {
  const int machine = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return {.laws = chosen_laws(arguments.laws),
          .subjects = chosen_subjects(arguments.subjects),
          .scalars = chosen_scalars(arguments.scalars),
          .seed = arguments.seed,
          .cases = arguments.cases,
          .threads = arguments.threads == 0 ? machine : arguments.threads};
}

/// "gradient-agrees.mutant-last-row-dropped.digits50.seed1-case0.safetensors"
std::string file_name(const Counterexample& found, std::uint64_t seed) {
  std::string subject = found.subject;
  std::ranges::replace(subject, '/', '-');
  return fmt::format("{}.{}.{}.seed{}-case{}.safetensors", found.law, subject, name(found.scalar),
                     seed, found.case_number);
}

std::vector<std::string> write_cases(const RunResult& result, std::uint64_t seed,
                                     const fs::path& folder) {
  std::vector<std::string> paths;
  for (const Counterexample& found : result.counterexamples) {
    fs::create_directories(folder);
    const fs::path path = folder / file_name(found, seed);
    write_case_file(path, found.file);
    paths.push_back(path.string());
  }
  return paths;
}

void write_if_named(const fs::path& path, const std::string& text) {
  if (path.empty()) return;
  fs::create_directories(fs::absolute(path).parent_path());
  write_file(path, text);
}

std::vector<Diagnosis> diagnosed(const RunPlan& plan, const RunResult& result,
                                 ProgressLine& progress) {
  Diagnostician diagnostician;
  std::vector<Diagnosis> diagnoses;
  const int all = static_cast<int>(result.counterexamples.size());
  for (const Counterexample& found : result.counterexamples) {
    const auto subject = std::ranges::find(plan.subjects, found.subject, &Subject::name);
    diagnoses.push_back(diagnostician.diagnose(**subject, found.scalar, found.file));
    progress.show("diagnosis", static_cast<int>(diagnoses.size()), all);
  }
  return diagnoses;
}

}  // namespace

int run_command(const RunArguments& arguments) {
  const RunPlan plan = plan_from(arguments);
  require_writable_folder(arguments.out);
  for (const fs::path file : {arguments.junit, arguments.markdown}) {
    if (file.empty()) continue;
    require_writable_folder(file.has_parent_path() ? file.parent_path() : fs::path("."));
  }

  const auto start = std::chrono::steady_clock::now();
  RunResult result;
  std::vector<Diagnosis> diagnoses;
  {
    ProgressLine progress;
    result = run(plan, [&](const Law& law, int done, int planned) {
      progress.show(law.name, done, planned);
    });
    diagnoses = diagnosed(plan, result, progress);
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;

  const Report report{.plan = plan,
                      .result = result,
                      .case_paths = write_cases(result, plan.seed, arguments.out),
                      .seconds = elapsed.count(),
                      .diagnoses = std::move(diagnoses)};
  write_if_named(arguments.junit, to_junit(report));
  write_if_named(arguments.markdown, to_markdown(report));
  fmt::print("{}", arguments.json ? to_json(report) : to_text(report));
  return result.holds() ? Exit::holds : Exit::falls_short;
}

}  // namespace slim::properties
