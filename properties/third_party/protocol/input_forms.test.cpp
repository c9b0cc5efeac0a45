// SPDX-License-Identifier: Apache-2.0
// Subjects whose heads share arrays, with packed sequences, other numbers of queries than keys, or
// padding on one side: correct ones hold, faulty ones fail.

#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/exchange.hpp"
#include "properties/third_party/protocol/formed_task.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/system/child_program.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim::properties::foreign {
namespace {

const std::vector<std::string> laws_of_forms = {
    "attention-agrees",     "pullback-agrees",   "attention-resumes",  "averages",
    "calls-independent",    "heads-independent", "integers-exact",     "layouts-agree",
    "future-does-not-leak", "linear-in-values",  "masked-keys-absent", "permutation-equivariant",
    "stays-finite",         "stays-in-hull",     "key-scale-cancels"};

ForeignSubject opened_form(const std::string& program) {
  return open_subject(program_door("exec " SLIM_PYTHON " " + folder + "faults/" + program), {});
}

/// Runs all laws; those of `needed` must have been executed.
void expect_form_holds(const std::string& program, const std::vector<std::string>& needed) {
  const ForeignSubject foreign = opened_form(program);
  const RunResult result = run_on(foreign, laws_of_forms, 12, {Scalar::float32, Scalar::float64});
  for (const Verdict& verdict : result.verdicts) {
    const bool is_needed = std::ranges::find(needed, verdict.law) != needed.end();
    EXPECT_TRUE(verdict.holds()) << program << " " << verdict.law << ": " << summary(verdict);
    EXPECT_FALSE(is_needed && verdict.unclaimed()) << program << ": " << verdict.law;
  }
}

void expect_form_breaks(const std::string& program, const std::string& law) {
  const ForeignSubject foreign = opened_form(program);
  EXPECT_FALSE(run_on(foreign, {law}, 40, {Scalar::float64}).verdicts.front().holds())
      << program << " " << law;
}

class InputForms : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  }
};

TEST_F(InputForms, HeadsShareArrays) {
  for (const char* which : {"keys", "one", "values"}) {
    expect_form_holds(
        std::string("grouped_subject.py ") + which,
        {"attention-agrees", "pullback-agrees", "attention-resumes", "calls-independent",
         "heads-independent", "layouts-agree", "future-does-not-leak", "averages"});
  }
}

TEST_F(InputForms, FaultsOfSharedHeadsShow) {
  expect_form_breaks("grouped_subject.py keys modulo", "attention-agrees");
  expect_form_breaks("grouped_subject.py values modulo", "attention-agrees");
  for (const char* which : {"keys", "one", "values"}) {
    for (const char* fault : {" one-gradient", " mean-gradient"}) {
      expect_form_breaks(std::string("grouped_subject.py ") + which + fault, "pullback-agrees");
    }
  }
}

TEST_F(InputForms, ModulesMayHaveFewerKeyHeads) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  for (const char* module : {"made", "fixed"}) {
    const std::string program = std::string("grouped_module.py ") + module;
    const auto holds = [](const std::string& of, const char* law) {
      return run_on(opened_form(of), {law}, 6, {Scalar::float64}).verdicts.front().holds();
    };
    EXPECT_TRUE(holds(program, "attention-agrees"));
    EXPECT_TRUE(holds(program, "pullback-agrees"));
    EXPECT_FALSE(holds(program + " modulo", "attention-agrees"));
  }
}

TEST_F(InputForms, SequencesArePacked) {
  for (const char* lengths : {"same", "cross"}) {
    expect_form_holds(
        std::string("packed_subject.py ") + lengths,
        {"attention-agrees", "pullback-agrees", "attention-resumes", "calls-independent",
         "heads-independent", "layouts-agree", "future-does-not-leak", "permutation-equivariant"});
  }
}

TEST_F(InputForms, FaultsOfPackedSequencesShow) {
  expect_form_breaks("packed_subject.py same carried", "heads-independent");
  expect_form_breaks("packed_subject.py same carried", "attention-agrees");
  expect_form_breaks("packed_subject.py same first-state", "attention-agrees");
  expect_form_breaks("packed_subject.py same empty-forgets", "attention-agrees");
  expect_form_breaks("packed_subject.py same first-key-lost", "attention-agrees");
  expect_form_breaks("packed_subject.py same last-gradient-lost", "pullback-agrees");
  expect_form_breaks("packed_subject.py cross query-lengths", "attention-agrees");
}

TEST_F(InputForms, QueriesAndKeysDifferInNumber) {
  for (const char* masks : {"masks", "plain"}) {
    expect_form_holds(std::string("cross_subject.py ") + masks,
                      {"attention-agrees", "pullback-agrees", "layouts-agree",
                       "permutation-equivariant", "calls-independent"});
  }
  for (const char* fault : {"query-length", "causal", "scaled"}) {
    expect_form_breaks(std::string("cross_subject.py plain ") + fault, "attention-agrees");
  }
}

TEST_F(InputForms, MasksPadOnOneSide) {
  for (const char* form : {"left zero additive", "right any bool", "left attend int64"}) {
    expect_form_holds(
        std::string("padded_subject.py ") + form,
        {"attention-agrees", "pullback-agrees", "masked-keys-absent", "layouts-agree"});
  }
  for (const char* fault : {"side-ignored", "denominator", "inverted"}) {
    expect_form_breaks(std::string("padded_subject.py left attend int64 ") + fault,
                       "attention-agrees");
    expect_form_breaks(std::string("padded_subject.py right any bool ") + fault,
                       "attention-agrees");
  }
  expect_form_breaks("padded_subject.py left zero additive attends", "attention-agrees");
  expect_form_breaks("padded_subject.py left zero additive attends", "pullback-agrees");
}

TEST(InputFormsInC, AreInputsOfTheTask) {
  const std::vector<std::string> names = {"attention-agrees", "heads-independent", "layouts-agree"};
  const auto verdicts = [&](const char* name) {
    const ForeignSubject foreign = open_subject(library_door(library(name)), {});
    return run_on(foreign, names, 20, {Scalar::float64}).verdicts;
  };
  for (const Verdict& verdict : verdicts("forms")) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict);
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
  EXPECT_FALSE(verdicts("forms_modulo").front().holds());
}

/// Runs a shell line in a folder.
ChildOutcome shell_in(const std::filesystem::path& in, const std::string& line) {
  return run_child(
      {.program = "/bin/sh", .arguments = {"-c", "cd '" + in.string() + "' && " + line}});
}

/// A run of a law on a program, and its replay by this program or by a correct one.
struct ReportedForm {
  std::string report;
  int replayed = -1;            ///< exit code
  int replayed_correctly = -1;  ///< by the correct program
};
ReportedForm reported_form(const std::string& program, const std::string& fault,
                           const std::string& law) {
  const TestFolder temporary;
  const auto command_of = [](const std::string& faulty) {
    return " --subject-command 'exec " SLIM_PYTHON " " + folder + "faults/" + faulty + "' ";
  };
  const std::string verify = SLIM_VERIFY;
  ReportedForm found;
  found.report = shell_in(temporary.path(), verify + " run" + command_of(program + fault) +
                                                "--law " + law + " --scalar float64 --out .")
                     .output;
  for (int* exit : {&found.replayed, &found.replayed_correctly}) {
    const std::string subject = exit == &found.replayed ? program + fault : program;
    *exit = shell_in(temporary.path(), verify + " replay" + command_of(subject) + "*.safetensors")
                .status;
  }
  return found;
}

TEST_F(InputForms, FaultsAreDescribedAndReplay) {
  const auto expect = [](const std::string& program, const std::string& fault,
                         const std::string& law, const std::string& words) {
    const ReportedForm found = reported_form(program, fault, law);
    EXPECT_NE(found.report.find(words), std::string::npos) << found.report;
    EXPECT_EQ(found.replayed, 1);
    EXPECT_EQ(found.replayed_correctly, 0);
  };
  expect("grouped_subject.py keys", " modulo", "attention-agrees", "heads share keys");
  expect("grouped_subject.py keys", " one-gradient", "pullback-agrees", "heads share keys");
  expect("packed_subject.py same", " carried", "attention-agrees", "sequences");
  expect("cross_subject.py plain", " query-length", "attention-agrees", "number of queries");
}

TEST(TaskForm, LeavesOutAbsentRowsAndSharedHeads) {
  const std::vector<std::uint8_t> mask = {1, 0, 0, 0, 0, 0, 1, 1, 0};  // rows 1, 0, 2 of 3
  const TaskShape task{.sizes = {.batch = 3, .heads = 4, .rows = 3, .cols = 2},
                       .causal = true,
                       .groups = {.queries = 1, .keys = 2, .values = 2},
                       .key_mask = mask,
                       .query_mask = mask};
  DeclaredForm form{.key_heads = DeclaredForm::KeyHeads::grouped, .packed = true};
  const FormedTask packed = formed(form, task);
  EXPECT_EQ(packed.query_starts, (std::vector<std::int64_t>{0, 1, 1, 3}));
  EXPECT_TRUE(packed.key_starts.empty());
  EXPECT_EQ(packed.keys.sizes_of(task.sizes),
            (HeadsSizes{.batch = 1, .heads = 2, .rows = 3, .cols = 2}));
  EXPECT_EQ(packed.output.sizes_of(task.sizes),
            (HeadsSizes{.batch = 1, .heads = 4, .rows = 3, .cols = 2}));
  EXPECT_EQ(packed.states.group, 2);
  form.packed = false;
  EXPECT_THROW(formed(form, task), BeyondRestrictions) << "it takes no masks";
  form.key_masks = true;
  EXPECT_EQ(formed(form, task).key_mask, mask);
  form.padding = DeclaredForm::Padding::left;
  EXPECT_THROW(formed(form, task), BeyondRestrictions) << "it pads on the right";
}

TEST(TaskForm, PartsHaveTheStridesOfTheWhole) {
  const HeadsSizes all{.batch = 2, .heads = 4, .rows = 5, .cols = 3};
  const Part part{.rows = {{0, 1}, {2}}, .packed = true, .group = 2};
  EXPECT_EQ(part.strides_like(contiguous(all), all), contiguous(part.sizes_of(all)));
  const HeadsStrides interleaved{.batch = 60, .heads = 3, .rows = 12, .cols = 1};
  const HeadsStrides own = part.strides_like(interleaved, all);
  EXPECT_EQ(own.heads, 3);
  EXPECT_EQ(own.rows, 6);
  const HeadsStrides repeated{.batch = 0, .heads = 0, .rows = 0, .cols = 1};
  EXPECT_EQ(part.strides_like(repeated, all), repeated);
  const HeadsStrides repeated_sequences{.batch = 0, .heads = 15, .rows = 3, .cols = 1};
  EXPECT_EQ(part.strides_like(repeated_sequences, all), contiguous(part.sizes_of(all)))
      << "the rows of one axis do not repeat";
}

Declaration declared_form(const std::string& capabilities) {
  return parse_declaration(
      R"({"protocol": 1, "name": "x", "tasks": ["attention"], "capabilities": {"feature_maps": )"
      R"(["given"], )" +
      capabilities + "}}");
}

TEST(TaskForm, IsDeclaredWithoutContradictions) {
  EXPECT_TRUE(declared_form(R"("key_heads": "grouped", "packed": true)").form.packed);
  const auto expect_refused = [](const std::string& capabilities, const std::string& words) {
    try {
      declared_form(capabilities);
      ADD_FAILURE() << capabilities;
    } catch (const ContractError& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  expect_refused(R"("key_heads": "few")", "allowed are all, grouped, one");
  expect_refused(R"("key_heads": "one", "value_heads": "more")", "cannot both be declared");
  expect_refused(R"("packed": true, "key_masks": true)", "either 'packed' or 'key_masks'");
  expect_refused(R"("lengths": "cross")", "bidirectional");
  expect_refused(R"("padding": "left")", "need 'key_masks'");
  expect_refused(R"("restrictions": {"key_heads": 2})", "\"key_heads\": \"grouped\"");
  expect_refused(R"("key_heads": "grouped", "restrictions": {"key_heads": 2, "heads": 3})",
                 "must divide 'heads'");
}

}  // namespace
}  // namespace slim::properties::foreign
