// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/mpi_process.hpp"
#include "chunked/distributed/team.hpp"
#include "properties/command_line/build_facts.hpp"
#include "properties/command_line/options.hpp"
#include "properties/command_line/program.hpp"
#include "properties/slim_verify/commands.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <CLI/CLI.hpp>
#include <malloc.h>

#include <cstdlib>

#ifdef SLIM_HAS_MPI
#include "chunked/distributed/mpi_team.hpp"
#endif

namespace slim::properties {
namespace {

using command_line::reads_file;
using command_line::writes_file;
using command_line::writes_folder;

/// The parsed command line.
struct Arguments {
  RunArguments run;
  MutantsArguments mutants;
  CalibrateArguments calibrate;
  std::vector<std::string> cases;
  bool json = false;
};

void add_foreign(CLI::App& command, ForeignArguments& arguments) {
  CLI::Option* line = command.add_option("--subject-command", arguments.command,
                                         "command line of a program that implements the protocol");
  reads_file(command.add_option("--subject-library", arguments.library,
                                "shared library that implements slim_subject.h"))
      ->excludes(line);
  command
      .add_option("--subject-deadline", arguments.deadline_s,
                  "seconds allowed per answer; ten times as many for starting")
      ->check(CLI::Range(0.01, 86400.0))
      ->capture_default_str();
  command
      .add_option("--subject-memory", arguments.memory_mb,
                  "MB of resident memory allowed, including child processes and the scratch folder")
      ->check(CLI::Range(16, 1 << 24))
      ->capture_default_str();
  command
      .add_option("--subject-address-space", arguments.address_space_mb,
                  "MB of address space allowed per process; 0: no limit")
      ->check(CLI::Range(0, 1 << 28))
      ->capture_default_str();
}

void add_effort(CLI::App& command, Effort& effort) {
  command.add_option("--effort", effort.word, "number of cases: quick or standard")
      ->check(CLI::IsMember({"quick", "standard"}))
      ->capture_default_str();
  command
      .add_option(
          "--cases", effort.cases,
          "cases per law; overrides --effort (quick: " + std::to_string(Effort::quick_cases) +
              ", standard: " + std::to_string(Effort::standard_cases) + ")")
      ->check(CLI::Range(1, 1'000'000));
}

void add_run(CLI::App& app, RunArguments& arguments) {
  CLI::App* run = app.add_subcommand("run", "check subjects against the laws on drawn cases");
  run->add_option("--subject", arguments.subjects,
                  "name of a subject, or all for every subject except the mutants (repeatable)")
      ->default_str("all");
  run->add_option("--law", arguments.laws, "name of a law (repeatable)")->default_str("all");
  run->add_option("--scalar", arguments.scalars,
                  "float32, float64, digits50, float16 or bfloat16 (repeatable)")
      ->default_str("float32, float64, digits50");
  run->add_option("--seed", arguments.seed, "the same seed draws the same cases")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_effort(*run, arguments.effort);
  run->add_option("--threads", arguments.threads,
                  "number of threads; 0: one per core; affects only the time")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  run->add_flag("--json", arguments.json, "print one JSON object instead of text");
  writes_file(run->add_option("--junit", arguments.junit,
                              "also write a JUnit report; -: print it instead of text"));
  writes_file(run->add_option("--markdown", arguments.markdown,
                              "also write a Markdown report; -: print it instead of text"));
  run->add_option("--lengths", arguments.lengths, "additional sequence lengths to cover")
      ->check(CLI::Range(1, 4096));
  run->add_option("--head-widths", arguments.head_widths,
                  "additional widths of a head (queries, keys, features, values) to cover")
      ->check(CLI::Range(1, 4096));
  add_foreign(*run, arguments.foreign);
  ForeignArguments& third_party = arguments.foreign;
  writes_file(run->add_option("--certificate", third_party.certificate,
                              "for a third-party implementation: also write a certificate in "
                              "JSON; -: print it instead of text"));
  writes_file(run->add_option("--html", third_party.html,
                              "for a third-party implementation: also write an HTML page; -: "
                              "print it instead of text"));
  reads_file(run->add_option("--expected-failures", third_party.expected_failures,
                             "file with a line LAW SCALAR for each known failure of a third-party "
                             "implementation; a listed law that holds fails the run"));
  writes_folder(run->add_option("--out", arguments.out, "folder for counterexamples (case files)"))
      ->capture_default_str();
}

void add_replay(CLI::App& app, Arguments& arguments) {
  CLI::App* replay = app.add_subcommand("replay", "judge stored cases again");
  reads_file(replay->add_option("files", arguments.cases, "case files (safetensors)"))->required();
  add_foreign(*replay, arguments.run.foreign);
  replay->add_flag("--json", arguments.json, "print one JSON object instead of text");
}

void add_mutants(CLI::App& app, MutantsArguments& arguments) {
  CLI::App* mutants =
      app.add_subcommand("mutants",
                         "check every mutant against every law: no mutant may survive, every law "
                         "must kill one");
  mutants->add_option("--scalar", arguments.scalar, "float32, float64 or digits50")
      ->capture_default_str();
  mutants->add_option("--seed", arguments.seed, "the same seed draws the same cases")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_effort(*mutants, arguments.effort);
  mutants->add_option("--threads", arguments.threads, "number of threads; 0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  mutants->add_flag(
      "--json", arguments.json,
      "print a JSON array with one object per mutant instead of text; margin: error / bound, the "
      "smallest over the laws that kill it; exact: none of these allows an error");
}

void add_calibrate(CLI::App& app, CalibrateArguments& arguments) {
  CLI::App* calibrate = app.add_subcommand(
      "calibrate", "measure error / dev of correct subjects and of mutants on whole models");
  calibrate->add_option("--seed", arguments.seed, "the same seed draws the same cases")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  calibrate->add_option("--cases", arguments.cases, "cases per scalar")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  calibrate->add_option("--threads", arguments.threads, "number of threads; 0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  calibrate->add_flag("--json", arguments.json,
                      "print a JSON array with one object per scalar instead of text");
}

void add_bundle(CLI::App& app, BundleArguments& arguments, ForeignArguments& foreign) {
  CLI::App* bundle = app.add_subcommand(
      "bundle", "pack a case, its replay, versions and declaration into one file for a bug report");
  reads_file(bundle->add_option("file", arguments.case_file, "case file (safetensors)"))
      ->required();
  reads_file(bundle->add_option("--report", arguments.reports,
                                "a report of the run, to add to the file (repeatable)"));
  add_foreign(*bundle, foreign);
  writes_file(bundle->add_option("--out", arguments.out, "the archive, a .tar.gz"))
      ->capture_default_str();
}

/// Freed memory is kept for the next case: many cases take matrices of megabytes.
void keep_freed_memory() {
  constexpr int most = 32 << 20;  // glibc's largest for both
  mallopt(M_MMAP_THRESHOLD, most);
  mallopt(M_TRIM_THRESHOLD, 8 * most);
  mallopt(M_TOP_PAD, most);
}

int main_command(int argc, char** argv) {
  CLI::App app("slim-verify: checks whether implementations of Performers are right",
               "slim-verify");
  command_line::add_version(app);
  app.require_subcommand(1);
  app.footer(command_line::exit_codes);
  Arguments arguments;
  add_run(app, arguments.run);
  add_replay(app, arguments);
  add_mutants(app, arguments.mutants);
  add_calibrate(app, arguments.calibrate);
  BundleArguments bundle;
  add_bundle(app, bundle, arguments.run.foreign);
  CLI::App* doctor =
      app.add_subcommand("doctor", "check this machine for what runs need and tests use");
  CLI::App* subjects = app.add_subcommand("subjects", "list the subjects");
  CLI::App* laws = app.add_subcommand("laws", "list the laws");
  for (CLI::App* list : {subjects, laws}) {
    list->add_flag("--json", arguments.json, "print a JSON array instead of text");
  }
  if (!command_line::parse(app, argc, argv)) return Exit::holds;
  static_cast<void>(chunked::distributed::the_team());  // an unusable SLIM_RANKS is bad input
  if (app.got_subcommand("run")) return run_command(arguments.run);
  if (app.got_subcommand("mutants")) return mutants_command(arguments.mutants);
  if (app.got_subcommand("calibrate")) return calibrate_command(arguments.calibrate);
  if (app.got_subcommand("bundle")) return bundle_command(bundle, arguments.run.foreign);
  if (app.got_subcommand(doctor)) return doctor_command();
  if (app.got_subcommand("replay")) {
    return replay_command(arguments.cases, arguments.run.foreign, arguments.json);
  }
  return app.got_subcommand(subjects) ? subjects_command(arguments.json)
                                      : laws_command(arguments.json);
}

/// As a rank of an MPI program: rank 0 runs the command, and the others compute with it.
int main_command_on_ranks(int argc, char** argv) {
#ifdef SLIM_HAS_MPI
  ::setenv("NO_COLOR", "1", 0);  // a rank's output is a terminal, even if that of mpirun is none
  std::string arguments;
  for (int i = 1; i < argc; ++i) arguments += std::string(i == 1 ? "" : " ") + argv[i];
  const command_line::BuildFacts facts = command_line::build_facts();
  const auto limits = chunked::distributed::with_deadline_of_environment(
      {.code = facts.code + ", " + facts.compiler, .arguments = arguments});
  return chunked::distributed::run_with_mpi(limits, [&] {
    return command_line::run_program("slim-verify", [&] { return main_command(argc, argv); });
  });
#else
  static_cast<void>(argc);
  static_cast<void>(argv);
  throw ContractError("this build has no MPI: install libopenmpi-dev, and configure again");
#endif
}

}  // namespace
}  // namespace slim::properties

int main(int argc, char** argv) {
  slim::properties::keep_freed_memory();
  namespace distributed = slim::chunked::distributed;
  if (!distributed::is_mpi_process()) {
    return slim::command_line::run_program(
        "slim-verify", [&] { return slim::properties::main_command(argc, argv); });
  }
  return slim::command_line::run_program("slim-verify", [&] {
    if (const std::optional<int> code = distributed::supervised("slim-verify")) return *code;
    return slim::properties::main_command_on_ranks(argc, argv);
  });
}
