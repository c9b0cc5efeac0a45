// SPDX-License-Identifier: Apache-2.0
// The Python kit: modules with their own maps, layouts, frameworks, strides, and its messages.

#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <gtest/gtest.h>

namespace slim::properties::foreign {
namespace {

/// Replaced in the source of an example.
struct Change {
  std::string from, to;
};

/// The program of an example, with a change in its source.
std::string example(const std::string& name, const Change& change = {}) {
  const std::string program = folder + "examples/" + name + ".py";
  const std::string path = "PYTHONPATH=" + folder + " exec " SLIM_PYTHON " ";
  if (change.from.empty()) return path + program;
  return path + "-c \"exec(open('" + program + "').read().replace('" + change.from + "', '" +
         change.to + "'))\"";
}

void expect_holds(const std::string& command, const std::vector<std::string>& laws) {
  const ForeignSubject foreign = open_subject(program_door(command), {});
  for (const Verdict& verdict : run_on(foreign, laws, 6, {Scalar::float64}).verdicts) {
    EXPECT_TRUE(verdict.holds()) << command << " " << verdict.law << ": " << summary(verdict);
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
}

/// The first failure of a program under a law.
Finding failure_of(const std::string& command, const char* law) {
  const ForeignSubject foreign = open_subject(program_door(command), {});
  const RunResult result = run_on(foreign, {law}, 6, {Scalar::float64});
  return result.counterexamples.empty() ? Finding() : result.counterexamples[0].finding;
}

TEST(PythonKit, RunsTheAttentionOfAModuleWithItsOwnMaps) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  expect_holds(example("torch_module"), {"attention-agrees", "pullback-agrees", "layouts-agree"});
  const Finding wrong = failure_of(example("torch_module", {"tril()", "tril(1)"}), "averages");
  EXPECT_EQ(wrong.outcome, Outcome::pass) << "row sums are 1 in spite of the fault";
  EXPECT_EQ(failure_of(example("torch_module", {"tril()", "tril(1)"}), "attention-agrees").outcome,
            Outcome::wrong);
  const Finding misspelt =
      failure_of(example("torch_module", {"k=\\\"to_k", "k=\\\"to_kw"}), "attention-agrees");
  EXPECT_NE(misspelt.note.find("LinearAttention has no layer 'to_kw': did you mean 'to_k'?"),
            std::string::npos)
      << misspelt.note;
  const Finding idle =
      failure_of(example("torch_module", {"return self.to_out(out.transpose(1, 2).flatten(2))",
                                          "return out.transpose(1, 2).flatten(2)"}),
                 "attention-agrees");
  EXPECT_NE(idle.note.find("did not call its layer to_out"), std::string::npos) << idle.note;
}

TEST(PythonKit, PassesQueriesKeysAndValuesOfEachHeadTogether) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::string program = "exec " SLIM_PYTHON " " + folder + "faults/qkv_module.py";
  expect_holds(program, {"attention-agrees", "pullback-agrees"});
  EXPECT_EQ(failure_of(program + " undeclared", "attention-agrees").outcome, Outcome::wrong);
}

TEST(PythonKit, PassesArraysWithAnyStrides) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::string program = "exec " SLIM_PYTHON " " + folder + "faults/contiguous_subject.py";
  expect_holds(program + " corrected", {"layouts-agree", "pullback-agrees"});
  expect_holds(program, {"pullback-agrees"});
  const Finding found = failure_of(program, "layouts-agree");
  EXPECT_EQ(found.outcome, Outcome::wrong) << "the strides of the cotangent were ignored";
  EXPECT_TRUE(found.worst.tensor.starts_with("d.")) << found.worst.tensor;
}

TEST(PythonKit, PassesProjectionsAndStatesWithAnyStrides) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::string program = "exec " SLIM_PYTHON " " + folder + "faults/strides_subject.py";
  expect_holds(program, {"layouts-agree", "attention-agrees"});
  for (const char* fault : {" projection", " state"}) {
    EXPECT_EQ(failure_of(program + fault, "layouts-agree").outcome, Outcome::wrong) << fault;
  }
}

/// Generalised attention in NumPy, which prints before and while it is declared.
std::string program_that_prints() {
  return "PYTHONPATH=" + folder +
         " exec " SLIM_PYTHON
         " -c 'import os\nfrom slim_subject import serve, subject\nimport numpy as np\n"
         "print(\"loading\", flush=True)\nos.system(\"echo a child\")\n"
         "@subject(features=[\"relu\"], conventions={\"project\": True, \"scaling\": \"none\"})\n"
         "def attention(q, k, v, projection, **options):\n"
         "    weights = np.tril(np.maximum(q @ projection, 0) @ np.maximum(k @ projection, "
         "0).swapaxes(-1, -2))\n"
         "    return weights @ v / (weights.sum(-1, keepdims=True) + 1e-16)\n"
         "serve()\n'";
}

TEST(PythonKit, MayPrintAfterItsImport) {
  expect_holds(program_that_prints(), {"attention-agrees"});
}

TEST(PythonKit, RunsOneSmallCaseOfAProjectedMapByHand) {
  const ChildOutcome outcome =
      run_child({.program = "/bin/sh", .arguments = {"-c", program_that_prints()}});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_NE(outcome.output.find("Nothing was judged."), std::string::npos) << outcome.output;
}

TEST(PythonKit, RunsOneSmallCaseByHand) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  for (const char* name : {"numpy_attention", "torch_attention", "torch_module", "torch_performer",
                           "torch_generation"}) {
    const ChildOutcome outcome =
        run_child({.program = "/bin/sh", .arguments = {"-c", example(name)}});
    EXPECT_EQ(outcome.status, 0) << name << "\n" << outcome.errors;
    EXPECT_NE(outcome.output.find("Nothing was judged. Next: slim-verify run --subject-command"),
              std::string::npos)
        << outcome.output;
  }
}

TEST(PythonKit, ExplainsWhyAProgramDoesNotServe) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const auto expect_message = [](const std::string& command, const std::string& words) {
    try {
      open_subject(program_door(command), {});
      ADD_FAILURE() << command;
    } catch (const SubjectError& error) {
      EXPECT_EQ(error.failure(), Failure::load_error);
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  expect_message(example("numpy_attention", {"serve()", ""}), "but never calls serve()");
  expect_message("exec " SLIM_PYTHON " -c 'import no_such_module'",
                 "name the interpreter that has");
  expect_message("PYTHONPATH=" + folder +
                     " exec " SLIM_PYTHON " -c 'import slim_subject; slim_subject.serve()'",
                 "but nothing is declared");
  expect_message(example("numpy_attention", {"name=", "framework=str(7), name="}),
                 "allowed are numpy, torch, jax");
  expect_message(example("numpy_attention", {"name=", "layout=str(7), name="}),
                 "allowed are BHLD, BLHD, LBHD, BL(HD), LB(HD)");
}

TEST(PythonKit, CasesFitDeclaredRestrictions) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::vector<std::string> laws = {"attention-agrees", "future-does-not-leak",
                                         "attention-resumes", "masked-keys-absent"};
  for (const char* limits :
       {R"({"value_width": "key", "length_multiple": 4})", R"({"heads": 2, "width": 6})",
        R"({"shared_projection": true, "feature_multiple": 2, "least_width": 2})"}) {
    expect_holds("exec " SLIM_PYTHON " " + folder + "faults/restricted_subject.py '" + limits + "'",
                 laws);
  }
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const Change fixed{"attention_module(make,", "attention_module(LinearAttention(8, 2), heads=2,"};
  expect_holds(example("torch_module", fixed), {"attention-agrees", "pullback-agrees"});
}

TEST(PythonKit, TakesTheColumnsOfAllHeadsInOneAxis) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  for (const char* layout : {"BL(HD) DM", "LB(HD) MD"}) {
    const std::string words = layout;
    const std::size_t space = words.find(' ');
    expect_holds("exec " SLIM_PYTHON " " + folder + "faults/layout_subject.py '" +
                     words.substr(0, space) + "' " + words.substr(space + 1),
                 {"attention-agrees", "features-agree", "attention-resumes", "masked-keys-absent"});
  }
}

}  // namespace
}  // namespace slim::properties::foreign
