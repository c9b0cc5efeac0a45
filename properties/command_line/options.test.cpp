// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/options.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include <fstream>

namespace slim::command_line {
namespace {

/// A program with an option of every kind.
struct Program {
  CLI::App app{"An example", "example"};
  CLI::App* work = app.add_subcommand("work", "with options");
  std::string text;
  std::string file;
  std::string result;
  std::string folder;
  std::string made;
  std::vector<std::string> inputs;
  std::vector<std::string> optional;
  double number = 1.0;
  int count = 1;
  std::uint64_t seed = 1;
  std::vector<int> list;
  bool json = false;

  Program() {
    app.require_subcommand(1);
    work->add_option("--text", text);
    reads_file(work->add_option("--file", file));
    writes_file(work->add_option("--result", result));
    reads_folder(work->add_option("--folder", folder));
    writes_folder(work->add_option("--made", made));
    work->add_option("--number", number);
    work->add_option("--count", count);
    work->add_option("--seed", seed);
    work->add_option("--list", list)->delimiter(',');
    work->add_option("--maybe", optional)->expected(0, 1)->default_str("none");
    work->add_flag("--json", json);
    reads_file(work->add_option("inputs", inputs));
  }
};

TEST(Version, IsPrintedWithTheNameOfTheProgram) {
  Program program;
  add_version(program.app);
  const std::vector<const char*> arguments = {"example", "--version"};
  testing::internal::CaptureStdout();
  EXPECT_FALSE(parse(program.app, 2, arguments.data()));
  std::fflush(stdout);
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_EQ(text.find("example "), 0U) << text;
  for (const char* word : {"\ncommit ", ", MPFR ", ", Boost "}) {
    EXPECT_NE(text.find(word), std::string::npos) << text;
  }
}

/// The message with which the arguments are rejected; "" if they are accepted.
std::string refusal(std::vector<const char*> arguments) {
  Program program;
  arguments.insert(arguments.begin(), {"example", "work"});
  try {
    parse(program.app, static_cast<int>(arguments.size()), arguments.data());
  } catch (const ContractError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error.what();
  }
  return "";
}

void expect_refused(const std::vector<const char*>& arguments, const std::string& words) {
  const std::string message = refusal(arguments);
  EXPECT_NE(message.find(words), std::string::npos) << "'" << message << "' instead of " << words;
}

TEST(Options, OfEveryTypeRejectAnEmptyValue) {
  for (const char* name : {"--text", "--file", "--result", "--folder", "--made", "--number",
                           "--count", "--seed", "--list", "--maybe"}) {
    expect_refused({name, ""}, std::string(name) + ": the value is empty");
    const std::string with_nothing = std::string(name) + "=";
    expect_refused({with_nothing.c_str(), "--json"}, std::string(name) + ": the value is empty");
    if (std::string(name) == "--maybe") continue;  // its value may be omitted
    expect_refused({name, "--json"}, std::string(name) + ": the value is missing");
  }
  expect_refused({""}, "inputs: the value is empty");
  expect_refused({"--json="}, "--json: the value is empty");
}

TEST(Options, UseTheirDefaultWhenTheValueMayBeOmitted) {
  Program program;
  const char* arguments[] = {"example", "work", "--maybe", "--json"};
  EXPECT_TRUE(parse(program.app, 4, arguments));
  EXPECT_EQ(program.optional, std::vector<std::string>{"none"});
  EXPECT_TRUE(program.json);
}

TEST(Options, RejectNumbersThatAreNotFiniteOrDoNotFit) {
  for (const char* value : {"nan", "inf", "-inf", "1e999", "many"}) {
    expect_refused({"--number", value}, "--number");
    expect_refused({"--count", value}, "--count");
  }
  EXPECT_EQ(refusal({"--number", "1e9", "--count", "-3"}), "");
  for (const char* value : {"99999999999999999999999", "-99999999999999999999999"}) {
    expect_refused({"--count", value}, "does not fit in 64 bits");
  }
  expect_refused({"--count", "9223372036854775808"}, "does not fit in 64 bits");
  expect_refused({"--seed", "18446744073709551616"}, "does not fit in 64 bits");
  expect_refused({"--seed", "-1"}, "'-1' is negative");
  EXPECT_EQ(refusal({"--seed", "18446744073709551615"}), "");
}

TEST(Options, RejectListsWithAnEmptyElement) {
  for (const char* value : {"1,,2", "1,", ",1", ","}) {
    expect_refused({"--list", value}, "has an empty element");
  }
  EXPECT_EQ(refusal({"--list", "1,2", "3"}), "");
}

TEST(Options, DistinguishFilesFromFolders) {
  const TestFolder folder;
  const std::string path = folder.path().string();
  const std::string file = path + "/file";
  std::ofstream(file) << "x";
  expect_refused({"--file", path.c_str()}, "is a folder: give a file");
  expect_refused({path.c_str()}, "is a folder: give a file");
  expect_refused({"--file", (path + "/none").c_str()}, "none' does not exist");
  expect_refused({"--result", path.c_str()}, "is a folder: give a file");
  expect_refused({"--result", (path + "/below/").c_str()}, "is a folder: give a file");
  expect_refused({"--folder", file.c_str()}, "is a file: give a folder");
  expect_refused({"--folder", (path + "/none").c_str()}, "none' does not exist");
  expect_refused({"--made", file.c_str()}, "is a file: give a folder");
  EXPECT_EQ(refusal({"--file", file.c_str(), "--result", (path + "/new").c_str(), "--folder",
                     path.c_str(), "--made", (path + "/new").c_str(), file.c_str()}),
            "");
  EXPECT_EQ(refusal({"--result", "-"}), "");
}

TEST(Options, ThatAreUnknownNameTheClosestOnes) {
  expect_refused({"--flie", "x"}, "option '--flie' is unknown: did you mean '--file'?");
  expect_refused({"--flie=x"}, "option '--flie' is unknown: did you mean '--file'?");
  expect_refused({"--flie"}, "example work --help lists all");
  Program program;
  const char* misspelt[] = {"example", "wark"};
  try {
    parse(program.app, 2, misspelt);
    ADD_FAILURE() << "accepted";
  } catch (const ContractError& error) {
    EXPECT_STREQ(error.what(), "command 'wark' is unknown: did you mean 'work'? allowed are work");
  }
}

TEST(Options, WithFewValuesNameTheClosestOne) {
  CLI::App app{"An example", "example"};
  std::string word;
  app.add_option("--effort", word)->check(CLI::IsMember({"quick", "standard"}));
  const char* misspelt[] = {"example", "--effort", "quik"};
  try {
    parse(app, 3, misspelt);
    ADD_FAILURE() << "accepted";
  } catch (const ContractError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("'quik' is unknown: did you mean 'quick'? allowed are quick, standard"),
              std::string::npos)
        << message;
  }
  const char* right[] = {"example", "--effort", "standard"};
  EXPECT_TRUE(parse(app, 3, right));
}

TEST(Options, AMissingCommandIsNamedWithThoseAllowed) {
  Program program;
  const char* nothing[] = {"example"};
  try {
    parse(program.app, 1, nothing);
    ADD_FAILURE() << "accepted";
  } catch (const ContractError& error) {
    EXPECT_STREQ(error.what(), "a command is missing: give work; see example --help");
  }
}

TEST(Options, QuoteTheValueWithoutControlCharacters) {
  const std::string message = refusal({"--file", "a\x1b[31m\nb\xff"});
  EXPECT_EQ(message.find('\x1b'), std::string::npos) << message;
  EXPECT_NE(message.find("'a?[31m?b?' does not exist"), std::string::npos) << message;
}

}  // namespace
}  // namespace slim::command_line
