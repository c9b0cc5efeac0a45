// SPDX-License-Identifier: Apache-2.0
// The examples of README.md, and correct programs with other conventions and layouts.

#include "properties/catalogue.hpp"
#include "properties/diagnosis/diagnostician.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/report/verdict_table.hpp"
#include "properties/slim_verify/replay.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/system/test_folder.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace slim::properties::foreign {
namespace {

const std::vector<std::string> forward_laws = {
    "attention-agrees",  "averages",          "linear-in-values",     "heads-independent",
    "calls-independent", "layouts-agree",     "future-does-not-leak", "permutation-equivariant",
    "stays-in-hull",     "key-scale-cancels", "refuses-bad-requests"};

TEST(ForeignExamples, CAndCppHoldAndTheBuggyOneFails) {
  const std::vector<Scalar> scalars = {Scalar::float32, Scalar::float64};
  for (const char* name : {"c_attention", "cpp_attention"}) {
    const ForeignSubject foreign = open_subject(library_door(library(name)), {});
    const RunResult result = run_on(foreign, forward_laws, 12, scalars);
    EXPECT_TRUE(result.holds()) << name;
    for (const Verdict& verdict : result.verdicts) {
      EXPECT_TRUE(verdict.holds()) << name << " " << verdict.law << ": " << summary(verdict) << " "
                                   << verdict.tally.worst.tensor;
    }
  }
  const ForeignSubject buggy = open_subject(library_door(library("c_attention_buggy")), {});
  const RunResult result = run_on(buggy, {"attention-agrees", "averages"}, 12);
  EXPECT_FALSE(result.holds());
  EXPECT_NE(result.counterexamples.front().readable.find("L=2 "), std::string::npos);
}

TEST(ForeignExamples, NumpyHolds) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const ForeignSubject foreign =
      open_subject(program_door("PYTHONPATH=" + folder + " exec " SLIM_PYTHON " " + folder +
                                "examples/numpy_attention.py"),
                   {});
  std::vector<std::string> names = forward_laws;
  for (const char* more : {"features-agree", "attention-resumes", "masked-keys-absent"}) {
    names.emplace_back(more);
  }
  const RunResult result = run_on(foreign, names, 6, {Scalar::float32, Scalar::float64});
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict) << " "
                                 << verdict.tally.worst.tensor;
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
  EXPECT_TRUE(result.holds());
}

TEST(ForeignExamples, OfMpiHolds) {
  if (!has_module("mpi4py") || std::system("mpirun --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "python3-mpi4py or openmpi-bin is not installed";
  }
  const std::string mpirun = "exec mpirun --oversubscribe --allow-run-as-root -n 3 ";
  const auto program = [&](const std::string& file) {
    return program_door("PYTHONPATH=" + folder + " " + mpirun + SLIM_PYTHON + " " + file);
  };
  const std::string right = folder + "examples/mpi_attention.py";
  const ForeignSubject foreign = open_subject(program(right), {});
  const RunResult result =
      run_on(foreign, {"attention-agrees", "pullback-agrees", "attention-resumes"}, 4);
  EXPECT_TRUE(result.holds());
  for (const Verdict& verdict : result.verdicts) EXPECT_FALSE(verdict.unclaimed()) << verdict.law;

  const TestFolder alone;
  std::string text = read_text_file(right);
  const std::string exchanges = "EXCHANGES_COTANGENTS = True";
  ASSERT_NE(text.find(exchanges), std::string::npos);
  text.replace(text.find(exchanges), exchanges.size(), "EXCHANGES_COTANGENTS = False");
  const std::string wrong = (alone.path() / "wrong.py").string();
  std::ofstream(wrong) << text;
  const RunResult broken =
      run_on(open_subject(program(wrong), {}), {"attention-agrees", "pullback-agrees"}, 4);
  EXPECT_FALSE(broken.holds());
  ASSERT_EQ(broken.verdicts.size(), 2U);
  for (const Verdict& verdict : broken.verdicts) {
    EXPECT_EQ(verdict.holds(), verdict.law == "attention-agrees") << verdict.law;
  }
}

TEST(ForeignExamples, FeaturesWithoutAttentionAreJudged) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::string program = "exec " SLIM_PYTHON " " + folder + "faults/features_subject.py";
  const std::vector<std::string> names = {"features-agree", "features-unbiased",
                                          "features-converge", "attention-agrees",
                                          "refuses-bad-requests"};
  const ForeignSubject right = open_subject(program_door(program), {});
  const RunResult held = run_on(right, names, 6, {Scalar::float32, Scalar::float64});
  EXPECT_TRUE(held.holds());
  for (const Verdict& verdict : held.verdicts) {
    const bool of_features = verdict.law.starts_with("features-");
    EXPECT_EQ(verdict.unclaimed(), verdict.law == "attention-agrees") << verdict.law;
    if (of_features) {
      EXPECT_EQ(verdict.tally.executed(), 6) << verdict.law;
    }
  }
  const ForeignSubject wrong = open_subject(program_door(program + " constant"), {});
  const RunResult broken = run_on(wrong, names, 6);
  EXPECT_FALSE(broken.holds());
  for (const Verdict& verdict : broken.verdicts) {
    if (verdict.law.starts_with("features-")) {
      EXPECT_EQ(verdict.tally.wrong, 1) << verdict.law;
    }
  }
  EXPECT_FALSE(run_on(right, {"attention-agrees", "refuses-bad-requests"}, 6).holds())
      << "only the protocol was tested";
}

/// The diagnosis of a failure, with the laws adapted to the subject.
Diagnosis diagnosis_of(const ForeignSubject& foreign, const Counterexample& found) {
  std::vector<Law> adapted;
  for (const Law& law : laws::catalogue()) adapted.push_back(adapted_law(law, foreign));
  return Diagnostician(std::move(adapted)).diagnose(foreign.subject, found.scalar, found.file);
}

TEST(ForeignExamples, TorchHoldsByAutogradAndFailsWithAStabiliserOverTheLength) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::string path = "PYTHONPATH=" + folder + " exec " SLIM_PYTHON " ";
  const std::string program = folder + "examples/torch_attention.py";
  const std::vector<std::string> names = {"attention-agrees", "pullback-agrees",
                                          "future-does-not-leak"};
  const ForeignSubject right = open_subject(program_door(path + program), {});
  const RunResult held = run_on(right, names, 4, {Scalar::float64});
  for (const Verdict& verdict : held.verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict);
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
  const std::string leaking = path + "-c \"import re; exec(open('" + program +
                              "').read().replace('OVER_LENGTH = False', 'OVER_LENGTH = True'))\"";
  const ForeignSubject leaks = open_subject(program_door(leaking), {});
  const RunResult broken = run_on(leaks, {"attention-agrees"}, 20, {Scalar::float64});
  ASSERT_GE(broken.counterexamples.size(), 1U);
  const Counterexample& found = broken.counterexamples.front();
  const std::vector<std::string> looks = in_words(diagnosis_of(leaks, found));
  EXPECT_NE(looks.front().find("stabiliser of queries over-length, of keys over-length"),
            std::string::npos)
      << looks.front();
}

TEST(ForeignExamples, TorchPerformerHoldsAndFailsIfItSeesTheNextRow) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::string path = "PYTHONPATH=" + folder + " exec " SLIM_PYTHON " ";
  const std::string program = folder + "examples/torch_performer.py";
  const std::vector<std::string> names = {"gradient-agrees", "future-does-not-matter",
                                          "batches-add"};
  const ForeignSubject right = open_subject(program_door(path + program), {});
  for (const Verdict& verdict : run_on(right, names, 8, {Scalar::float64}).verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict);
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
  const std::string leaking =
      path + "-c \"exec(open('" + program + "').read().replace('FUTURE = 0', 'FUTURE = 1'))\"";
  const ForeignSubject leaks = open_subject(program_door(leaking), {});
  const RunResult broken = run_on(leaks, {"gradient-agrees"}, 4, {Scalar::float64});
  ASSERT_GE(broken.counterexamples.size(), 1U);
  const Diagnosis diagnosis = diagnosis_of(leaks, broken.counterexamples.front());
  EXPECT_EQ(diagnosis.named(), "mutant/next-key-seen") << in_words(diagnosis).front();
}

TEST(ForeignExamples, TorchPerformerWithTanhGeluHoldsOnlyIfItDeclaresIt) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const auto by_tanh = [&](const std::string& declared) {
    return "PYTHONPATH=" + folder + " exec " SLIM_PYTHON " -c \"exec(open('" + folder +
           "examples/torch_performer.py').read()"
           ".replace('gelu(self.U_map(x))', 'gelu(self.U_map(x), "
           "approximate=TANH)').replace('TANH', repr('tanh'))"
           ".replace('name=', '" +
           declared + "name='))\"";
  };
  const ForeignSubject silent = open_subject(program_door(by_tanh("")), {});
  const RunResult broken = run_on(silent, {"gradient-agrees"}, 4, {Scalar::float64});
  ASSERT_GE(broken.counterexamples.size(), 1U);
  const std::vector<std::string> words =
      in_words(diagnosis_of(silent, broken.counterexamples.front()));
  EXPECT_NE(words.front().find("GeLU by its tanh approximation"), std::string::npos)
      << words.front();
  const ForeignSubject open =
      open_subject(program_door(by_tanh("conventions=dict(gelu_tanh=1), ")), {});
  for (const Verdict& verdict : run_on(open, {"gradient-agrees"}, 8, {Scalar::float64}).verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict);
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
}

TEST(ForeignErrors, InPythonNameTheLine) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const ForeignSubject raises = open_subject(
      program_door("PYTHONPATH=" + folder +
                   " exec " SLIM_PYTHON " -c 'from slim_subject import serve, subject\n@subject()\n"
                   "def f(q, k, v, **options):\n  raise IndexError(\"no such row\")\nserve()'"),
      {});
  const RunResult result = run_on(raises, {"attention-agrees"}, 1, {Scalar::float64});
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_EQ(result.counterexamples[0].finding.note,
            "returned an error: IndexError: no such row (<string>, line 4)");
}

TEST(ForeignErrors, InPythonNameAnUnsupportedType) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const ForeignSubject none = open_subject(
      program_door("PYTHONPATH=" + folder +
                   " exec " SLIM_PYTHON " -c 'from slim_subject import serve, subject\n@subject()\n"
                   "def f(q, k, v, **options):\n  return None\nserve()'"),
      {});
  const RunResult result = run_on(none, {"attention-agrees"}, 1, {Scalar::float64});
  ASSERT_EQ(result.counterexamples.size(), 1U);
  EXPECT_NE(result.counterexamples[0].finding.note.find("tensor 'out' has type object"),
            std::string::npos)
      << result.counterexamples[0].finding.note;
}

/// A Python subject from its source, without the line "from slim_subject import *".
Door python_door(const std::string& lines) {
  return program_door("PYTHONPATH=" + folder +
                      " exec " SLIM_PYTHON " -c 'from slim_subject import *\n" + lines +
                      "\nserve()'");
}

TEST(ForeignHelper, OneFileMayDeclareAttentionAndAModel) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::string attention = "@subject(features=[\"favor+\"])\ndef f(q, **options): pass\n";
  const std::string model = "(framework=\"numpy\"%)\ndef g(parameters, **options): pass\n";
  const auto with = [&](const std::string& more) {
    std::string text = attention + "@gradient" + model;
    return python_door(text.replace(text.find('%'), 1, more));
  };
  const Capabilities can = open_subject(with(""), {}).declaration.capabilities;
  EXPECT_TRUE(can.takes({FeatureKind::favor_plus}) && !can.takes({FeatureKind::square}));
  EXPECT_TRUE(can.takes_in_models(FeatureKind::square));
  EXPECT_FALSE(can.takes_in_models(FeatureKind::favor_plus));
  try {
    open_subject(with(", dtypes=[\"float64\"]"), {});
    ADD_FAILURE() << "the dtypes of one task were ignored";
  } catch (const SubjectError& error) {
    EXPECT_EQ(error.failure(), Failure::load_error);
    EXPECT_NE(std::string(error.what()).find("dtypes holds for all tasks"), std::string::npos)
        << error.what();
  }
}

TEST(ForeignHelper, DeclaresTheSizesOfBlocksOncePerFile) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const auto attention = [](const std::string& more) {
    return "@subject(features=\"sqr\"" + more + ")\ndef f(q, **options): pass\n";
  };
  const auto model = [](const std::string& more) {
    return "@gradient(framework=\"numpy\"" + more + ")\ndef g(parameters, **options): pass\n";
  };
  const auto can = [](const std::string& lines) {
    return open_subject(python_door(lines), {}).declaration.capabilities;
  };
  const Capabilities of_attention = can(attention(", block=64, head_block=48"));
  EXPECT_EQ(of_attention.block, 64);
  EXPECT_EQ(of_attention.head_block, 48);
  const Capabilities of_model = can(model(", block=32"));
  EXPECT_EQ(of_model.block, 32);
  EXPECT_EQ(of_model.head_block, 0) << "not stated";
  const Capabilities of_both = can(attention(", block=64") + model(", head_block=48"));
  EXPECT_EQ(of_both.block, 64);
  EXPECT_EQ(of_both.head_block, 48);
  try {
    can(attention(", block=64") + model(", block=32"));
    ADD_FAILURE() << "the blocks of one task were ignored";
  } catch (const SubjectError& error) {
    EXPECT_EQ(error.failure(), Failure::load_error);
    EXPECT_NE(std::string(error.what()).find("block holds for all tasks, but was 64"),
              std::string::npos)
        << error.what();
  }
}

TEST(ForeignHelper, TakesAStringAsAListOfOne) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const Declaration declared =
      open_subject(python_door("@subject(features=\"favor+\", dtypes=\"float64\", "
                               "claims=\"linear\")\ndef f(q, **options): pass"),
                   {})
          .declaration;
  EXPECT_EQ(declared.capabilities.feature_maps, std::vector{FeatureKind::favor_plus});
  EXPECT_EQ(declared.scalars, std::vector{Scalar::float64});
  EXPECT_EQ(declared.claims, std::vector{ResourceClaim::linear_time});
  const Declaration features = open_subject(python_door("@features(maps=\"relu\")\n"
                                                        "def g(x, **options): pass"),
                                            {})
                                   .declaration;
  EXPECT_EQ(features.capabilities.feature_maps, std::vector{FeatureKind::relu});
}

TEST(ForeignVerdicts, TheSameNaNInEveryCallIsNonFinite) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const ForeignSubject foreign = open_subject(
      python_door("@subject(features=\"given\", bidirectional=True, dtypes=\"float64\")\n"
                  "def f(q, k, v, causal, **options):\n"
                  "  if q.shape[2] >= 127:\n    return np.full_like(v, np.nan)\n"
                  "  weights = np.einsum(\"bhlm,bhjm->bhlj\", q, k)\n"
                  "  weights = np.tril(weights) if causal else weights\n"
                  "  return weights @ v / (weights.sum(-1, keepdims=True) + 1e-16)"),
      {});
  const RunResult result = run_on(foreign, {"calls-independent"}, 20, {Scalar::float64});
  ASSERT_EQ(result.verdicts.size(), 1U);
  EXPECT_EQ(summary(result.verdicts[0]), "NON-FINITE");
}

/// The result of one law for a Python subject from its source.
Finding python_finding(const std::string& lines, const char* law) {
  const ForeignSubject foreign = open_subject(python_door(lines), {});
  const RunResult result = run_on(foreign, {law}, 4, {Scalar::float64});
  return result.counterexamples.empty() ? Finding() : result.counterexamples[0].finding;
}

TEST(ForeignHelper, ReportsModifiedInputs) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const auto expect_modified = [](const std::string& lines, const char* law, const char* words) {
    const Finding finding = python_finding(lines, law);
    EXPECT_EQ(name(finding.failure), "INPUT-MODIFIED") << lines << "\n" << finding.note;
    EXPECT_NE(finding.note.find(words), std::string::npos) << finding.note;
  };
  const std::string of_numpy = "@subject()\ndef f(q, k, v, **options):\n  ";
  expect_modified(of_numpy + "k *= 2\n  return v", "attention-agrees",
                  "wrote into its input k (<string>, line 4)");
  const Finding own =
      python_finding(of_numpy + "own = np.broadcast_to(0.0, v.shape)\n  own[:] = 1\n  return own",
                     "attention-agrees");
  EXPECT_EQ(name(own.failure), "ERROR") << "it writes into its own array: " << own.note;

  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::string of_torch = "@subject(framework=\"torch\")\ndef f(q, k, v, **options):\n  ";
  expect_modified(of_torch + "q.data.mul_(2)\n  return v", "attention-agrees", "its input q");
  expect_modified(of_torch + "q.mul_(2)\n  return v", "attention-agrees", "its input q");
  expect_modified(of_torch + "q.mul_(2)\n  return v", "pullback-agrees",
                  "wrote into its input q (<string>, line 4)");
  expect_modified(
      "@gradient()\ndef f(parameters, tokens, mask, **options):\n"
      "  x = parameters[\"output_logit_map.bias\"]\n  x.data.add_(1)\n  return x.sum()",
      "gradient-agrees", "its input param.output_logit_map.bias");
}

TEST(ForeignGradients, OfNumpyAreComparedAsReturned) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::string golden =
      std::string(SLIM_SOURCE_DIR) + "/reference/golden/square_post.safetensors";
  const auto finding = [&](const std::string& fault) {
    const ForeignSubject foreign =
        open_subject(program_door("exec " SLIM_PYTHON " " + folder +
                                  "faults/recorded_subject.py '" + golden + "' " + fault),
                     {});
    return replay(golden, &foreign.subject).at(0).finding;
  };
  EXPECT_EQ(finding("").outcome, Outcome::pass) << finding("").note;
  const Finding altered = finding("altered");
  EXPECT_EQ(altered.outcome, Outcome::wrong);
  EXPECT_EQ(altered.worst.tensor, "grad.layers.0.V_map.bias");
  EXPECT_NE(finding("forgets").note.find("did not return grad.layers.0.V_map.bias"),
            std::string::npos)
      << finding("forgets").note;
}

TEST(ForeignConventions, EveryLayoutPassesWithDeclaredConventionsAndFailsWithUndeclaredOnes) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::string program = "exec " SLIM_PYTHON " " + folder + "faults/layout_subject.py ";
  const std::vector<std::string> names = {"attention-agrees", "features-agree", "attention-resumes",
                                          "masked-keys-absent"};
  for (const char* layout : {"BHLD DM", "BLHD MD", "LBHD DM"}) {
    const ForeignSubject foreign = open_subject(program_door(program + layout), {});
    const RunResult result = run_on(foreign, names, 5, {Scalar::float64});
    for (const Verdict& verdict : result.verdicts) {
      EXPECT_EQ(summary(verdict), "PASS") << layout << " " << verdict.law;
    }
  }
  const ForeignSubject undeclared = open_subject(program_door(program + "BHLD DM undeclared"), {});
  EXPECT_FALSE(run_on(undeclared, {"attention-agrees"}, 5, {Scalar::float64}).holds());
}

}  // namespace
}  // namespace slim::properties::foreign
