// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/sweep.hpp"

#include "experiments/claims/judges.hpp"
#include "experiments/measures/byte_count.hpp"
#include "experiments/measures/fake_subject.hpp"
#include "experiments/measures/gate.hpp"
#include "experiments/measures/softmax_transformer.hpp"
#include "experiments/plans/catalogue.hpp"
#include "experiments/records/example_records.hpp"
#include "experiments/records/merge.hpp"
#include "experiments/records/record_log.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "properties/catalogue.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>
#include <set>
#include <stdexcept>

namespace slim::experiments {
namespace {

Setting tiny(const Conditions& conditions, Index length) {
  return {.model = {.hidden_dim = 8, .layers = 1, .ffn_dim = 8, .heads = 1},
          .length = length,
          .slice = 4,
          .seed = conditions.seed,
          .threads = conditions.threads,
          .corpus = conditions.corpus};
}

/// Two lengths of each quantity, 3 samples of seconds: 2 · (4 + 3) = 14 samples.
std::vector<Plan> tiny_plans(const Conditions& conditions) {
  std::vector<Plan> plans;
  for (const Index length : {16, 32}) {
    for (const Quantity quantity : {Quantity::seconds, Quantity::bytes, Quantity::operations,
                                    Quantity::process, Quantity::gradient_error}) {
      plans.push_back({.setting = tiny(conditions, length),
                       .quantity = quantity,
                       .samples = quantity == Quantity::seconds ? 3 : 1});
    }
  }
  return plans;
}
constexpr std::size_t tiny_samples = 14;

const Experiment tiny_experiment = {.name = "tiny", .question = "?", .plans = tiny_plans};

class Sweeping : public testing::Test {
 protected:
  Sweeping() {
    sweep_.conditions.corpus = folder_.write("text", std::string(1000, 'x'));
    sweep_.folder = folder_.path() / "records";
    sweep_.find_subject = only(fake_subject());
    sweep_.program = SLIM_MEASURE;
  }
  SweepReport run() { return run_sweep({tiny_experiment}, sweep_); }

  TemporaryFolder folder_;
  Sweep sweep_;
};

TEST_F(Sweeping, MeasuresOnceAndReusesAfterwards) {
  const SweepReport first = run();
  EXPECT_EQ(first.measured, tiny_samples);
  EXPECT_EQ(first.reused, 0U);
  EXPECT_EQ(read_records(first.file).size(), tiny_samples);
  const SweepReport second = run();
  EXPECT_EQ(second.measured, 0U);
  EXPECT_EQ(second.reused, tiny_samples);
  EXPECT_EQ(second.records.size(), tiny_samples);
}

TEST_F(Sweeping, AnnouncesMissingRecordsBeforeMeasuring) {
  std::vector<std::size_t> announced;
  sweep_.announce = [&](std::span<const Record* const> missing) {
    announced.push_back(missing.size());
    EXPECT_EQ(read_records(sweep_.folder / "records.jsonl").size(), tiny_samples - missing.size());
  };
  run();
  run();
  EXPECT_EQ(announced, (std::vector<std::size_t>{tiny_samples, 0}));
}

TEST_F(Sweeping, PartsAreDisjointAndMergeToTheWhole) {
  std::vector<std::filesystem::path> parts;
  std::size_t measured = 0;
  for (const char* shard : {"0/3", "1/3", "2/3"}) {
    sweep_.shard = parse_shard(shard);
    parts.push_back(sweep_.folder = folder_.path() / std::to_string(parts.size()));
    measured += run().measured;
  }
  EXPECT_EQ(measured, tiny_samples);
  sweep_.folder = folder_.path() / "whole";
  const MergeReport merged = merge_records(parts, sweep_.folder, {});
  EXPECT_EQ(merged.taken, tiny_samples);
  EXPECT_EQ(merged.missing, std::vector<std::string>());
  EXPECT_EQ(merge_records(parts, sweep_.folder, {}).known, tiny_samples);
  sweep_.shard = {};
  EXPECT_EQ(run().measured, 0U);
}

TEST_F(Sweeping, PartsDoNotDependOnTheNumberOfThreads) {
  std::set<std::string> cells;
  for (const char* shard : {"0/3", "1/3", "2/3"}) {
    sweep_.shard = parse_shard(shard);
    sweep_.folder = folder_.path() / std::to_string(++sweep_.conditions.threads);
    for (Record& record : run().records) {
      record.setting.threads = 1;
      EXPECT_TRUE(cells.insert(fmt::format("{} {}", place(record), record.sample)).second);
    }
  }
  EXPECT_EQ(cells.size(), tiny_samples);
}

TEST_F(Sweeping, AMergeReportsMissingParts) {
  std::vector<std::filesystem::path> parts;
  for (const char* shard : {"0/4", "2/4"}) {
    sweep_.shard = parse_shard(shard);
    parts.push_back(sweep_.folder = folder_.path() / std::to_string(parts.size()));
    ASSERT_GT(run().measured, 0U) << shard;
  }
  const auto missing = [&] { return merge_records(parts, folder_.path() / "whole", {}).missing; };
  EXPECT_EQ(missing(), std::vector<std::string>({"tiny at scale laptop: 1/4, 3/4"}));
  sweep_.shard = {};
  parts.push_back(sweep_.folder = folder_.path() / "all");
  run();
  EXPECT_EQ(missing(), std::vector<std::string>()) << "an undivided sweep is complete";
}

TEST(Shard, IsBelowItsCount) {
  EXPECT_EQ(parse_shard("2/3").index, 2U);
  for (const char* bad : {"", "3/3", "1", "1/", "/2", "a/2", "1/0", "-1/2", "1/2x", "1/1000001"}) {
    EXPECT_THROW(parse_shard(bad), ContractError) << bad;
  }
}

TEST_F(Sweeping, OtherSeedsOrAnotherTextAddRecords) {
  run();
  sweep_.conditions.seed = 2;
  EXPECT_EQ(run().measured, tiny_samples);
  sweep_.conditions.corpus = folder_.write("other", std::string(1000, 'y'));
  EXPECT_EQ(run().measured, tiny_samples);
  EXPECT_EQ(read_records(sweep_.folder / "records.jsonl").size(), 3 * tiny_samples);
}

TEST_F(Sweeping, AnotherValidationTextAddsRecords) {
  sweep_.conditions.corpus = folder_.write("ptb.train.txt", std::string(1000, 'x'));
  folder_.write("ptb.valid.txt", "one");
  run();
  EXPECT_EQ(run().measured, 0U);
  folder_.write("ptb.valid.txt", "two");
  EXPECT_EQ(run().measured, tiny_samples);
}

TEST_F(Sweeping, MeasuresSecondsLastAndInRounds) {
  std::vector<std::pair<int, Index>> rounds;
  bool seconds_began = false;
  for (const Record& record : run().records) {
    const bool seconds = quantity_of(record.measured) == Quantity::seconds;
    EXPECT_TRUE(seconds || !seconds_began);
    seconds_began = seconds;
    if (seconds) rounds.emplace_back(record.sample, record.setting.length);
  }
  EXPECT_EQ(rounds, (std::vector<std::pair<int, Index>>{
                        {0, 16}, {0, 32}, {1, 16}, {1, 32}, {2, 16}, {2, 32}}));
}

TEST_F(Sweeping, ParallelMeasurementsGiveTheSameResults) {
  const SweepReport one = run();
  sweep_.conditions.threads = 3;
  const SweepReport three = run();
  ASSERT_EQ(three.measured, tiny_samples);
  for (std::size_t i = 0; i < tiny_samples; ++i) {
    const Record& a = one.records[i];
    const Record& b = three.records[i];
    ASSERT_EQ(a.setting.length, b.setting.length);
    ASSERT_EQ(quantity_of(a.measured), quantity_of(b.measured));
    if (const auto* operations = std::get_if<Operations>(&a.measured)) {
      EXPECT_EQ(operations->multiplications, std::get<Operations>(b.measured).multiplications);
      EXPECT_GT(operations->multiplications, 0);
    }
  }
}

TEST_F(Sweeping, AnExceptionInParallelIsRethrownAndLosesNoRecord) {
  std::atomic<bool> breaks{true};
  const std::filesystem::path file = sweep_.folder / "records.jsonl";
  sweep_.find_subject = only(fake_subject([&] {  // throws after the gate, which writes nothing
    if (std::filesystem::exists(file) && breaks.exchange(false)) throw std::runtime_error("once");
  }));
  sweep_.conditions.threads = 3;
  EXPECT_THROW(run(), std::runtime_error);
  const std::size_t kept = read_records(file).size();
  EXPECT_LT(kept, 6U) << "only some of the parallel jobs, and no later ones";
  const SweepReport rest = run();
  EXPECT_EQ(rest.reused, kept);
  EXPECT_EQ(rest.measured + kept, tiny_samples);
}

TEST_F(Sweeping, AKillAtAnyCallLosesNoRecordAndTheNextRunResumes) {
  GTEST_FLAG_SET(death_test_style, "fast");
  std::size_t before = 0;
  for (int fatal_call = 9; fatal_call < 16; fatal_call += 2) {
    int calls = 0;
    sweep_.find_subject = only(fake_subject([&] {
      if (++calls == fatal_call) std::raise(SIGKILL);
    }));
    EXPECT_EXIT(run(), testing::KilledBySignal(SIGKILL), "");
    const std::size_t kept = read_records(sweep_.folder / "records.jsonl").size();
    EXPECT_GE(kept, before);
    before = kept;
  }
  EXPECT_GT(before, 0U);
  EXPECT_LT(before, tiny_samples);

  sweep_.find_subject = only(fake_subject());
  const SweepReport rest = run();
  EXPECT_EQ(rest.reused, before);
  EXPECT_EQ(rest.measured, tiny_samples - before);
  std::set<std::string> identities;
  for (const Record& record : read_records(rest.file)) identities.insert(identity(record));
  EXPECT_EQ(identities.size(), tiny_samples) << "no sample may be measured twice or lost";
}

TEST_F(Sweeping, AWrongSubjectIsRejectedBeforeAnythingIsWritten) {
  const Subject right = fake_subject();
  Subject wrong = right;
  wrong.gradient.in<float>() = [](const GradientTask<float>& task, GradientResult<float>& result) {
    result.gradient = Parameters<float>(task.model, MemoryTag::gradient);
  };
  sweep_.find_subject = [&](std::string_view name) -> const Subject& {
    return name == "reference" ? right : wrong;
  };
  EXPECT_THROW(run(), RefusedSubject);
  EXPECT_FALSE(std::filesystem::exists(sweep_.folder));
}

TEST_F(Sweeping, InvalidConditionsAreRejectedBeforeAnythingIsWritten) {
  sweep_.conditions.threads = 0;
  EXPECT_THROW(run(), ContractError);
  sweep_.conditions.threads = 1;
  sweep_.conditions.corpus = folder_.write("short", "x");
  EXPECT_THROW(run(), ContractError);
  EXPECT_FALSE(std::filesystem::exists(sweep_.folder));
}

TEST(Experiments, PlanOnlyValidSettingsAtEveryScale) {
  for (const Experiment& experiment : catalogue()) {
    for (const Scale scale : {Scale::ci, Scale::laptop, Scale::paper}) {
      const auto plans = experiment.plans({.scale = scale, .seed = 1, .threads = 2, .corpus = "x"});
      EXPECT_FALSE(plans.empty());
      for (const Plan& plan : plans) {
        EXPECT_NO_THROW(require_valid(plan.setting));
        EXPECT_TRUE(plan.samples == 1 || plan.quantity == Quantity::seconds ||
                    plan.quantity == Quantity::training);
      }
    }
  }
}

TEST(Experiments, BytesAreMeasuredOverTheLengthsOfTheClaimAtEveryScale) {
  for (const Scale scale : {Scale::ci, Scale::laptop, Scale::paper}) {
    std::set<Index> lengths;
    for (const Plan& plan : find_experiments("length")[0].plans({.scale = scale})) {
      if (plan.quantity == Quantity::bytes) lengths.insert(plan.setting.length);
    }
    for (Index length = 1 << 10; length <= 1 << 16; length *= 2) {
      EXPECT_TRUE(lengths.contains(length)) << length;
    }
  }
}

TEST(Experiments, Figure2HasTheRequestedSeedsAtEveryPoint) {
  for (const Scale scale : {Scale::ci, Scale::laptop, Scale::paper}) {
    for (const std::uint64_t seeds : {0, 10}) {
      std::map<std::string, std::set<std::uint64_t>> seen;
      for (const Plan& plan :
           find_experiments("figure2")[0].plans({.scale = scale, .seed = 5, .seeds = seeds})) {
        if (plan.quantity != Quantity::seconds) continue;
        Setting setting = plan.setting;
        setting.seed = 0;
        seen[summary(setting)].insert(plan.setting.seed);
        EXPECT_LE(plan.setting.slices(), 4096);
      }
      EXPECT_GT(seen.size(), 20U);
      for (const auto& [point, of_point] : seen) {
        EXPECT_EQ(of_point.size(), seeds > 0 ? seeds : scale == Scale::ci ? 2U : 3U) << point;
        EXPECT_EQ(*of_point.begin(), 5U);
      }
    }
  }
}

TEST(Experiments, DeviceTriesAMillionTokensIfTheTextHasThem) {
  const TemporaryFolder folder;
  const auto longest = [&](std::size_t bytes) {
    const auto text = folder.write(std::to_string(bytes), std::string(bytes, 'x'));
    Index length = 0;
    for (const Plan& plan :
         find_experiments("device")[0].plans({.scale = Scale::ci, .corpus = text})) {
      length = std::max(length, plan.setting.length);
    }
    return length;
  };
  EXPECT_EQ(longest((1 << 20) + 1), 1 << 20);
  EXPECT_EQ(longest(1 << 20), 1 << 19);
  EXPECT_EQ(longest(1000), 512);
}

TEST(Experiments, TheCrossingOfBytesLiesBetweenTwoOfItsLengths) {
  const TemporaryFolder folder;
  const auto text = folder.write("text", std::string(2000, 'x'));
  std::vector<Record> records;
  std::set<std::string> settings;
  for (const Plan& plan :
       find_experiments("crossing")[0].plans({.scale = Scale::ci, .corpus = text})) {
    EXPECT_TRUE(
        settings.insert(fmt::format("{} {}", name(plan.quantity), summary(plan.setting))).second)
        << "planned twice: " << summary(plan.setting);
    if (plan.quantity != Quantity::bytes || plan.setting.length > 256) continue;
    const Subject& subject = plan.setting.subject == "softmax"
                                 ? softmax_transformer()
                                 : properties::find_subject(plan.setting.subject);
    Record record = example_record(count_bytes(subject, plan.setting));
    record.experiment = "crossing";
    record.setting = plan.setting;
    records.push_back(record);
  }
  const std::vector<Claim> claims = built_in_claims();
  const Verdict verdict =
      judge(*std::find_if(claims.begin(), claims.end(),
                          [](const Claim& claim) { return claim.name == "CROSSING/bytes"; }),
            records);
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_GE(verdict.low, 1.0);
}

TEST(Experiments, ErrorForAnUnknownNameListsTheAllowedOnes) {
  try {
    find_experiments("none");
    FAIL();
  } catch (const ContractError& error) {
    EXPECT_STREQ(
        error.what(),
        "experiment 'none' is unknown: allowed are all, exact, length, slice, drift, grid, "
        "table1, work, distributed, extension, overhead, compatible, device, crossing, features, "
        "figure2, training");
  }
}

}  // namespace
}  // namespace slim::experiments
