// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/rounding_band.hpp"

#include "experiments/claims/judges.hpp"
#include "experiments/records/example_records.hpp"
#include "experiments/records/regime.hpp"
#include "experiments/training/training_runs.hpp"
#include "experiments/workload/workload.hpp"
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

/// A synthetic run: the loss decreases, with a deviation of `off` · (step + 1).
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

/// Two seeds of both tasks; slices are `sliced` times as far from the full pass as the other
/// orders.
std::vector<Record> records_with(double sliced, double switched, double by_rounding = 1e-4) {
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

TEST(TrainingJudge, ComparesWithTheEffectOfRoundingAlone) {
  const Verdict verdict = judge(training_claim(), records_with(1.0, 0.5));
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_NEAR(verdict.value, 1.0, 1e-6);
  EXPECT_NE(verdict.evidence.find("each of these at most 1.00 times as far as the others"),
            std::string::npos)
      << verdict.evidence;
  EXPECT_EQ(answer(records_with(2.9, 0.5)), Answer::supported);
  EXPECT_EQ(answer(records_with(3.1, 0.5)), Answer::inconclusive);
  EXPECT_EQ(answer(records_with(6.1, 0.5)), Answer::refuted);
  EXPECT_EQ(answer(records_with(0.5, 6.1)), Answer::refuted) << "switched halfway";
  EXPECT_EQ(answer(records_with(std::nan(""), 0.5)), Answer::refuted);
}

/// The records with one control of one seed this many times as far out.
std::vector<Record> with_a_far_control(double times) {
  std::vector<Record> records = records_with(1.0, 0.5, 1e-5);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Setting& s = records[i].setting;
    if (s.seed != 1 || s.subject != "recovered/iterative" || s.training.switch_at > 0) continue;
    records[i] = run(s.training.task, 1, s.subject, 63, 0, -times * 1e-5);
  }
  return records;
}

TEST(TrainingJudge, AllowsThreeTimesTheLargestShareOfAControl) {
  // The far control determines the band and is three times as far out as the others: up to 3 · 3
  // bands.
  const auto sliced_at = [](double bands) {
    std::vector<Record> records = with_a_far_control(3.0);
    for (Record& record : records) {
      const Setting& s = record.setting;
      const bool one = s.subject == "recovered/blocked" && s.slice == 16;
      if (!one || s.training.switch_at > 0) continue;
      record = run(s.training.task, s.seed, s.subject, 16, 0, bands * 3e-5);
    }
    return judge(training_claim(), records);
  };
  EXPECT_NEAR(sliced_at(3.0).value, 1.0, 1e-6) << sliced_at(3.0).evidence;
  EXPECT_EQ(sliced_at(8.9).answer, Answer::supported);
  EXPECT_EQ(sliced_at(9.1).answer, Answer::inconclusive);
  EXPECT_EQ(sliced_at(18.1).answer, Answer::refuted);
}

TEST(TrainingJudge, IsInconclusiveWhenTheControlsDifferTooMuch) {
  EXPECT_EQ(answer(with_a_far_control(3.9)), Answer::supported);
  EXPECT_EQ(answer(with_a_far_control(4.1)), Answer::inconclusive);
}

TEST(TrainingJudge, AcceptsSlicesWithinTheBand) {
  // The controls have almost no deviation, so the band is the rounding of the first loss, 5; in the
  // last ten steps the slices deviate by 35.6 · 7500e-12.
  const Verdict verdict = judge(training_claim(), records_with(7500.0, 0.5, 1e-12));
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_NEAR(verdict.value, 3.0 * 35.6 * 7500e-12 / (5.0 * 0x1p-24), 0.01);
  EXPECT_EQ(answer(records_with(9000.0, 0.5, 1e-12)), Answer::inconclusive) << "beyond the band";
}

TEST(TrainingJudge, DetectsAWrongMetricWithCorrectLosses) {
  std::vector<Record> records = records_with(1.0, 0.5);
  std::get<TrainingLeg>(records[1].measured).end->accuracy = 0.9 + 0.05;
  EXPECT_EQ(answer(records), Answer::refuted);
}

TEST(TrainingJudge, IsInconclusiveWhenRunsAreMissingOrNothingWasLearned) {
  EXPECT_EQ(answer({}), Answer::inconclusive);
  const std::vector<Record> all = records_with(1.0, 0.5);
  for (std::size_t i = 0; i < all.size() / 4; ++i) {
    std::vector<Record> records = all;
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(answer(records), Answer::inconclusive) << regime_name(all[i].setting);
  }
  EXPECT_EQ(answer({all.begin(), all.begin() + 18}), Answer::inconclusive) << "one task";
  std::vector<Record> not_learned = all;
  for (Record& record : not_learned) std::get<TrainingLeg>(record.measured).end->loss += 10.0;
  EXPECT_EQ(answer(not_learned), Answer::inconclusive);
  std::vector<Record> unfinished = all;
  std::get<TrainingLeg>(unfinished[2].measured).end.reset();
  EXPECT_EQ(answer(unfinished), Answer::inconclusive);
}

TEST(CourseGroups, SeparateScales) {
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

/// The same slices without and with a cap; the full pass with the cap, which fails; and without it
/// the full pass, which differs by `off` from the slices, and other orders of summation, which
/// differ by 1e-4 from it.
std::vector<Record> fine_tuning_records(double off) {
  const auto text = [](const char* subject, Index slice, Index switch_at, double away) {
    return run(TrainingTask::text, 1, subject, slice, switch_at, away);
  };
  std::vector<Record> records = {
      text("recovered/blocked", 8, 20, 0.0),      text("recovered/blocked", 8, 20, 0.0),
      text("recovered/blocked", 63, 20, 0.0),     text("recovered/blocked", 63, 0, off),
      text("recovered/tree", 63, 20, off + 1e-4), text("recovered/iterative", 63, 20, off - 1e-4)};
  records[1].setting.memory_cap = records[2].setting.memory_cap = 1 << 20;
  std::get<TrainingLeg>(records[2].measured) = {
      .first_step = 20, .wanted = 2 << 20, .refusal = "out of memory"};
  return records;
}

Verdict verdict_on(const std::string& name, const std::vector<Record>& records) {
  const std::vector<Claim> claims = built_in_claims();
  return judge(
      *std::find_if(claims.begin(), claims.end(), [&](const Claim& c) { return c.name == name; }),
      records);
}

Verdict fine_tuning_verdict(const std::vector<Record>& records) {
  return verdict_on("DEVICE/fine-tuning", records);
}

TEST(FineTuningJudge, RequiresAFullPassThatFailsAndSlicesWithTheSameBits) {
  std::vector<Record> records = fine_tuning_records(0.0);
  const Verdict verdict = fine_tuning_verdict(records);
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_NE(verdict.evidence.find("needs 2.0 MiB"), std::string::npos) << verdict.evidence;
  for (std::size_t i = 0; i < records.size(); ++i) {
    std::vector<Record> rest = records;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(fine_tuning_verdict(rest).answer, Answer::inconclusive) << i;
  }
  std::get<TrainingLeg>(records[1].measured).losses[3] += 1e-15;
  EXPECT_EQ(fine_tuning_verdict(records).answer, Answer::refuted);
  records = fine_tuning_records(0.0);
  records[2] = records[1];
  records[2].setting.slice = 63;
  EXPECT_EQ(fine_tuning_verdict(records).answer, Answer::inconclusive) << "the full pass completed";
}

TEST(FineTuningJudge, RequiresACapOfAtMostHalfOfWhatTheFullPassNeeds) {
  std::vector<Record> records = fine_tuning_records(0.0);
  std::get<TrainingLeg>(records[2].measured).wanted = (2 << 20) - 1;
  EXPECT_EQ(fine_tuning_verdict(records).answer, Answer::inconclusive);
}

TEST(DecentralisedJudge, RequiresTheSameParametersWithoutANetwork) {
  const auto answer = [](const std::string& sha1, const std::string& isolation) {
    std::vector<Record> records = fine_tuning_records(0.0);
    for (Record& record : records) std::get<TrainingLeg>(record.measured).parameters_sha1 = "a9";
    auto& capped = std::get<TrainingLeg>(records[1].measured);
    capped.parameters_sha1 = sha1;
    capped.isolation = isolation;
    return verdict_on("DECENTRALISED", records).answer;
  };
  EXPECT_EQ(answer("a9", "network namespace"), Answer::supported);
  EXPECT_EQ(answer("a8", "network namespace"), Answer::refuted);
  EXPECT_EQ(answer("", "network namespace"), Answer::refuted);
  EXPECT_EQ(answer("a9", ""), Answer::inconclusive) << "the process had a network";
  EXPECT_EQ(verdict_on("DECENTRALISED", {}).answer, Answer::inconclusive);
}

TEST(FineTuningJudge, RequiresTheMetricOfTheFullPass) {
  EXPECT_EQ(fine_tuning_verdict(fine_tuning_records(1.9e-4)).answer, Answer::supported);
  EXPECT_EQ(fine_tuning_verdict(fine_tuning_records(-2.1e-4)).answer, Answer::inconclusive);
  EXPECT_EQ(fine_tuning_verdict(fine_tuning_records(4.1e-4)).answer, Answer::refuted);
  EXPECT_EQ(fine_tuning_verdict(fine_tuning_records(std::nan(""))).answer, Answer::refuted);
}

/// Slices whose gradient omits one letter's embedding: losses still decrease, and curves look
/// similar.
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

/// Slices whose gradient has a thousandth of each entry in its neighbour's. Adam would cancel a
/// common factor of all entries.
Subject leaking() {
  Subject subject = properties::find_subject("recovered/blocked");
  subject.gradient.in<float>() = [real = subject.gradient.in<float>()](
                                     const GradientTask<float>& task,
                                     GradientResult<float>& result) {
    real(task, result);
    const bool sliced = task.slice_length < task.sequences.length();
    const auto values = result.gradient.values();
    for (std::size_t i = 0; sliced && i + 1 < values.size(); ++i) {
      values[i] += 1e-3F * values[i + 1];
    }
  };
  return subject;
}

/// Trains every regime of a tiny copying task with a subject; the other orders are always correct.
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

TEST(TrainingJudge, RefutesATrainingWhoseSlicesOmitOneLetter) {
  // A single task can refute the claim, but not support it.
  const Verdict right = trained_by(properties::find_subject("recovered/blocked"));
  EXPECT_EQ(right.answer, Answer::inconclusive) << right.evidence;
  const Verdict wrong = trained_by(forgetful());
  EXPECT_EQ(wrong.answer, Answer::refuted) << wrong.evidence;
  EXPECT_GT(wrong.value, 100.0) << wrong.evidence;
}

TEST(TrainingJudge, RefutesATrainingWhoseSlicesHaveAnErrorOfAThousandth) {
  const Verdict wrong = trained_by(leaking());
  EXPECT_EQ(wrong.answer, Answer::refuted) << wrong.evidence;
  EXPECT_GT(wrong.value, 100.0) << wrong.evidence;
}

}  // namespace
}  // namespace slim::experiments
