#include "properties/command_line/options.hpp"
#include "properties/command_line/program.hpp"
#include "properties/slim_verify/commands.hpp"

#include <CLI/CLI.hpp>

namespace slim::properties {
namespace {

using command_line::reads_file;
using command_line::writes_file;
using command_line::writes_folder;

/// The command line as it was understood.
struct Arguments {
  RunArguments run;
  MutantsArguments mutants;
  CalibrateArguments calibrate;
  std::vector<std::string> cases;
  bool json = false;
};

void add_foreign(CLI::App& command, ForeignArguments& arguments) {
  CLI::Option* line = command.add_option("--subject-command", arguments.command,
                                         "a program that speaks the protocol, as a command line");
  reads_file(command.add_option("--subject-library", arguments.library,
                                "a shared library of slim_subject.h"))
      ->excludes(line);
  command
      .add_option("--subject-deadline", arguments.deadline_s,
                  "seconds for each answer; ten times as many to start")
      ->check(CLI::Range(0.01, 86400.0))
      ->capture_default_str();
  command
      .add_option("--subject-memory", arguments.memory_mb,
                  "MB resident with all that it starts, its scratch folder included")
      ->check(CLI::Range(16, 1 << 24))
      ->capture_default_str();
  command
      .add_option("--subject-address-space", arguments.address_space_mb,
                  "MB that each of its processes may reserve; 0: any number")
      ->check(CLI::Range(0, 1 << 28))
      ->capture_default_str();
}

void add_effort(CLI::App& command, Effort& effort) {
  command.add_option("--effort", effort.word, "quick or standard: how many cases")
      ->check(CLI::IsMember({"quick", "standard"}))
      ->capture_default_str();
  command
      .add_option("--cases", effort.cases,
                  "cases a law, in place of what --effort says: quick " +
                      std::to_string(Effort::quick_cases) + ", standard " +
                      std::to_string(Effort::standard_cases))
      ->check(CLI::Range(1, 1'000'000));
}

void add_run(CLI::App& app, RunArguments& arguments) {
  CLI::App* run = app.add_subcommand("run", "hold subjects against the laws on drawn cases");
  run->add_option("--subject", arguments.subjects,
                  "a subject by name, or all: every one but the mutants (repeatable)")
      ->default_str("all");
  run->add_option("--law", arguments.laws, "a law by name (repeatable)")->default_str("all");
  run->add_option("--scalar", arguments.scalars,
                  "float32, float64, digits50, float16 or bfloat16 (repeatable)")
      ->default_str("float32, float64, digits50");
  run->add_option("--seed", arguments.seed, "the same seed draws the same cases")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_effort(*run, arguments.effort);
  run->add_option("--threads", arguments.threads, "0: all of the machine; changes only the time")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  run->add_flag("--json", arguments.json, "one JSON object on standard output");
  writes_file(run->add_option("--junit", arguments.junit,
                              "also write a JUnit file; -: on standard output, in place of text"));
  writes_file(run->add_option("--markdown", arguments.markdown,
                              "also write a report in Markdown; -: likewise"));
  run->add_option("--lengths", arguments.lengths,
                  "sequence lengths to cover besides the usual ones")
      ->check(CLI::Range(1, 4096));
  run->add_option("--head-widths", arguments.head_widths,
                  "widths of a head (queries, keys, features, values) to cover besides the usual "
                  "ones")
      ->check(CLI::Range(1, 4096));
  add_foreign(*run, arguments.foreign);
  ForeignArguments& guest = arguments.foreign;
  writes_file(run->add_option("--certificate", guest.certificate,
                              "of a foreign subject: also write JSON; -: likewise"));
  writes_file(run->add_option("--html", guest.html,
                              "of a foreign subject: also write a page; -: likewise"));
  reads_file(run->add_option("--expected-failures", guest.expected_failures,
                             "file of lines LAW SCALAR that a foreign subject is known to break; "
                             "one that holds fails the run"));
  writes_folder(run->add_option("--out", arguments.out, "folder for the case files of failures"))
      ->capture_default_str();
}

void add_replay(CLI::App& app, Arguments& arguments) {
  CLI::App* replay = app.add_subcommand("replay", "judge stored cases again");
  reads_file(replay->add_option("files", arguments.cases, "case files (safetensors)"))->required();
  add_foreign(*replay, arguments.run.foreign);
  replay->add_flag("--json", arguments.json, "one JSON object on standard output");
}

void add_mutants(CLI::App& app, MutantsArguments& arguments) {
  CLI::App* mutants = app.add_subcommand(
      "mutants", "hold every mutant against every law: none may survive, no law may be idle");
  mutants->add_option("--scalar", arguments.scalar, "float32, float64 or digits50")
      ->capture_default_str();
  mutants->add_option("--seed", arguments.seed, "the same seed draws the same cases")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_effort(*mutants, arguments.effort);
  mutants->add_option("--threads", arguments.threads, "0: all of the machine")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  mutants->add_flag(
      "--json", arguments.json,
      "a JSON array, an object a mutant; margin: error over the law's bound, the smallest "
      "over the laws that kill it; exact: none of these allows an error");
}

void add_calibrate(CLI::App& app, CalibrateArguments& arguments) {
  CLI::App* calibrate = app.add_subcommand(
      "calibrate", "measure what the tolerance of whole models lets through, and what not");
  calibrate->add_option("--seed", arguments.seed, "the same seed draws the same cases")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  calibrate->add_option("--cases", arguments.cases, "cases a scalar")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  calibrate->add_option("--threads", arguments.threads, "0: all of the machine")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  calibrate->add_flag("--json", arguments.json, "a JSON array, an object a scalar");
}

int main_command(int argc, char** argv) {
  CLI::App app("slim-verify: is this implementation of a Performer's gradient right?",
               "slim-verify");
  app.set_version_flag("--version", std::string("slim-verify ") + SLIM_VERSION);
  app.require_subcommand(1);
  app.footer(command_line::exit_codes);
  Arguments arguments;
  add_run(app, arguments.run);
  add_replay(app, arguments);
  add_mutants(app, arguments.mutants);
  add_calibrate(app, arguments.calibrate);
  CLI::App* subjects = app.add_subcommand("subjects", "list what can be verified");
  CLI::App* laws = app.add_subcommand("laws", "list what is required of it");
  for (CLI::App* list : {subjects, laws}) {
    list->add_flag("--json", arguments.json, "a JSON array on standard output");
  }
  if (!command_line::parse(app, argc, argv)) return Exit::holds;
  if (app.got_subcommand("run")) return run_command(arguments.run);
  if (app.got_subcommand("mutants")) return mutants_command(arguments.mutants);
  if (app.got_subcommand("calibrate")) return calibrate_command(arguments.calibrate);
  if (app.got_subcommand("replay")) {
    return replay_command(arguments.cases, arguments.run.foreign, arguments.json);
  }
  return app.got_subcommand(subjects) ? subjects_command(arguments.json)
                                      : laws_command(arguments.json);
}

}  // namespace
}  // namespace slim::properties

int main(int argc, char** argv) {
  return slim::command_line::run_program(
      "slim-verify", [&] { return slim::properties::main_command(argc, argv); });
}
