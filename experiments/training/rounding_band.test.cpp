#include "experiments/training/rounding_band.hpp"

#include "experiments/claims/judges.hpp"
#include "experiments/example_records.hpp"
#include "experiments/measures/workload.hpp"
#include "experiments/training/regimes.hpp"
#include "experiments/training/training_runs.hpp"
#include "properties/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace slim::experiments {
namespace {

constexpr Index steps = 40;

Claim training_claim() {
  const std::vector<Claim> claims = built_in_claims();
  return *std::find_if(claims.begin(), claims.end(),
                       [](const Claim& claim) { return claim.name == "TRAINING"; });
}

/// A made-up run: the loss falls, and is off by `off` · (step + 1).
Record run(TrainingTask task, std::uint64_t seed, const std::string& subject, Index slice,
           Index switch_at, double off) {
  TrainingLeg leg{.first_step = switch_at};
  for (Index step = switch_at; step < steps; ++step) {
    const auto t = static_cast<double>(step);
    leg.losses.push_back(5.0 / (1.0 + 0.1 * t) + off * (t + 1.0));
  }
  const double end = 1.0 + off;
  leg.end = Check{.step = steps, .loss = end, .accuracy = 0.9 + off};
  Record record = example_record(leg);
  record.experiment = "training";
  Setting& setting = record.setting;
  setting.subject = subject;
  setting.length = 63;
  setting.slice = slice;
  setting.seed = seed;
  setting.training = {.task = task, .steps = steps, .switch_at = switch_at};
  if (switch_at > 0) setting.training.full_subject = "recovered/blocked";
  return record;
}

/// Two seeds of both tasks; slices are `sliced` times as far from the full pass as the orders.
std::vector<Record> records_with(double sliced, double switched) {
  constexpr double by_rounding = 1e-4;
  std::vector<Record> records;
  for (const TrainingTask task : {TrainingTask::copying, TrainingTask::text}) {
    for (const std::uint64_t seed : {1, 2}) {
      const auto add = [&](const char* subject, Index slice, Index switch_at, double off) {
        records.push_back(run(task, seed, subject, slice, switch_at, off));
      };
      add("recovered/blocked", 63, 0, 0.0);
      add("recovered/blocked", 16, 0, sliced * by_rounding);
      add("recovered/blocked", 8, 0, -0.5 * by_rounding);
      add("recovered/blocked", 16, steps / 2, 0.1 * by_rounding);
      add("recovered/blocked", 8, steps / 2, switched * by_rounding);
      for (const Index at : {Index{0}, steps / 2}) {
        add("recovered/tree", 63, at, 0.7 * by_rounding);
        add("recovered/iterative", 63, at, -by_rounding);
      }
    }
  }
  return records;
}

Answer answer(const std::vector<Record>& records) {
  return judge(training_claim(), records).answer;
}

TEST(TrainingJudge, ComparesWithWhatRoundingAloneMakes) {
  const Verdict verdict = judge(training_claim(), records_with(1.0, 0.5));
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_NEAR(verdict.value, 1.0, 1e-6);
  EXPECT_NE(verdict.evidence.find("each of these 1.43 times as far as the rest of them"),
            std::string::npos)
      << verdict.evidence;
  EXPECT_EQ(answer(records_with(3.9, 0.5)), Answer::supported);
  EXPECT_EQ(answer(records_with(4.1, 0.5)), Answer::inconclusive);
  EXPECT_EQ(answer(records_with(8.1, 0.5)), Answer::refuted);
  EXPECT_EQ(answer(records_with(0.5, 8.1)), Answer::refuted) << "gone over at half";
  EXPECT_EQ(answer(records_with(std::nan(""), 0.5)), Answer::refuted);
}

TEST(TrainingJudge, SeesAMetricThatIsOffWhenTheLossesAreNot) {
  std::vector<Record> records = records_with(1.0, 0.5);
  std::get<TrainingLeg>(records[1].measured).end->accuracy = 0.9 + 0.05;
  EXPECT_EQ(answer(records), Answer::refuted);
}

TEST(TrainingJudge, IsInconclusiveWhereAKindOfRunIsMissingOrNothingWasLearned) {
  EXPECT_EQ(answer({}), Answer::inconclusive);
  const std::vector<Record> all = records_with(1.0, 0.5);
  for (std::size_t i = 0; i < all.size() / 4; ++i) {
    std::vector<Record> records = all;
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(answer(records), Answer::inconclusive) << regime_name(all[i].setting);
  }
  EXPECT_EQ(answer({all.begin(), all.begin() + 18}), Answer::inconclusive) << "one task";
  std::vector<Record> untaught = all;
  for (Record& record : untaught) std::get<TrainingLeg>(record.measured).end->loss += 10.0;
  EXPECT_EQ(answer(untaught), Answer::inconclusive);
  std::vector<Record> unfinished = all;
  std::get<TrainingLeg>(unfinished[2].measured).end.reset();
  EXPECT_EQ(answer(unfinished), Answer::inconclusive);
}

TEST(CourseGroups, KeepScalesApart) {
  std::vector<Record> records = records_with(1.0, 0.5);
  const std::size_t of_one_scale = records.size();
  for (std::size_t i = 0; i < of_one_scale; ++i) {
    records.push_back(records[i]);
    records.back().scale = "paper";
  }
  const std::vector<Course> all = courses(records);
  const std::vector<CourseGroup> groups = grouped(all);
  EXPECT_EQ(groups.size(), 8U) << "two tasks, two scales, two seeds";
  for (const CourseGroup& group : groups) {
    ASSERT_NE(group.full, nullptr);
    EXPECT_EQ(group.sliced.size(), 2U);
    for (const Course* course : group.sliced) EXPECT_EQ(course->scale, group.full->scale);
  }
}

TEST(FineTuningJudge, WantsAFullPassThatFailsAndSlicesOfTheSameBits) {
  const std::vector<Claim> claims = built_in_claims();
  const Claim claim = *std::find_if(claims.begin(), claims.end(),
                                    [](const Claim& c) { return c.name == "DEVICE/fine-tuning"; });
  std::vector<Record> records = {run(TrainingTask::text, 1, "recovered/blocked", 8, 20, 0.0),
                                 run(TrainingTask::text, 1, "recovered/blocked", 8, 20, 0.0),
                                 run(TrainingTask::text, 1, "recovered/blocked", 63, 20, 0.0)};
  records[1].setting.memory_cap = records[2].setting.memory_cap = 1 << 20;
  EXPECT_EQ(judge(claim, records).answer, Answer::inconclusive) << "the full pass went through";
  std::get<TrainingLeg>(records[2].measured) = {
      .first_step = 20, .wanted = 2 << 20, .refusal = "out of memory"};
  const Verdict verdict = judge(claim, records);
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_NE(verdict.evidence.find("wanting 2.0 MiB"), std::string::npos) << verdict.evidence;
  std::get<TrainingLeg>(records[1].measured).losses[3] += 1e-15;
  EXPECT_EQ(judge(claim, records).answer, Answer::refuted);
  EXPECT_EQ(judge(claim, {records.begin(), records.begin() + 2}).answer, Answer::inconclusive);
}

/// Slices whose gradient forgets one letter's embedding: losses still fall, curves look alike.
Subject forgetful() {
  Subject subject = properties::find_subject("recovered/blocked");
  subject.gradient.in<float>() = [real = subject.gradient.in<float>()](
                                     const GradientTask<float>& task,
                                     GradientResult<float>& result) {
    real(task, result);
    const bool sliced = task.slice_length < task.sequences.length();
    if (sliced) result.gradient.input_map().row(3).setZero();
  };
  return subject;
}

/// Really trains every regime of copying, tiny, by a subject; other orders are always right.
Verdict trained_by(const Subject& subject) {
  const auto find = [&](std::string_view name) -> const Subject& {
    return name == "recovered/blocked" ? subject : properties::find_subject(name);
  };
  std::vector<Record> records;
  for (const std::uint64_t seed : {1, 2}) {
    const auto add = [&](const char* name, Index slice, Index switch_at) {
      Record record = run(TrainingTask::copying, seed, name, slice, switch_at, 0.0);
      Setting& s = record.setting;
      s.model = {.vocab_size = 8, .hidden_dim = 16, .ffn_dim = 16, .heads = 2};
      s.length = 31;
      s.slice = slice;
      s.threads = 1;
      s.training.rate = 1e-2;
      s.training.leg = steps;
      Setting first = s;
      first.subject = "recovered/blocked";
      first.slice = s.length;
      const std::unique_ptr<TrainingData> data = training_data(s);
      const auto trainer = make_trainer(find(s.subject), s);
      if (switch_at > 0) {
        const auto half = make_trainer(find(first.subject), first);
        half->run(*data, switch_at);
        trainer->resume(half->checkpoint());
      }
      record.measured = trainer->run(*data, steps);
      records.push_back(record);
    };
    add("recovered/blocked", 31, 0);
    for (const Index at : {Index{0}, steps / 2}) {
      add("recovered/blocked", 8, at);
      add("recovered/blocked", 5, at);
      for (const char* order : {"recovered/tree", "recovered/iterative", "recovered/explicit"}) {
        add(order, 31, at);
      }
    }
  }
  return judge(training_claim(), records);
}

TEST(TrainingJudge, RefutesATrainingWhoseSlicesForgetOneLetter) {
  // One task alone can refute, and not support.
  const Verdict right = trained_by(properties::find_subject("recovered/blocked"));
  EXPECT_EQ(right.answer, Answer::inconclusive) << right.evidence;
  const Verdict wrong = trained_by(forgetful());
  EXPECT_EQ(wrong.answer, Answer::refuted) << wrong.evidence;
  EXPECT_GT(wrong.value, 100.0) << wrong.evidence;
}

}  // namespace
}  // namespace slim::experiments
