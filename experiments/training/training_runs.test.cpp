// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/training_runs.hpp"

#include "chunked/boundaries/boundary.hpp"
#include "chunked/boundaries/exact.hpp"
#include "chunked/catalogue.hpp"
#include "chunked/composition.hpp"
#include "chunked/two_sweeps.hpp"
#include "experiments/measures/fake_subject.hpp"
#include "experiments/plans/estimate.hpp"
#include "experiments/plans/sweep.hpp"
#include "experiments/plans/training_plans.hpp"
#include "experiments/plans/training_table.hpp"
#include "experiments/records/regime.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "experiments/training/adam.hpp"
#include "experiments/training/capped_training.hpp"
#include "experiments/training/checkpoint.hpp"
#include "experiments/training/course.hpp"
#include "experiments/training/sample.hpp"
#include "experiments/training/tiny_training.hpp"
#include "experiments/training/trainer.hpp"
#include "properties/catalogue.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

namespace slim::experiments {
namespace {

/// Trains with the full pass and, from halfway on, in slices, in legs of four steps.
std::vector<Plan> tiny_training_plans(const Conditions& conditions) {
  Setting full = tiny(TrainingTask::copying);
  full.training.steps = 16;
  full.corpus = conditions.corpus;
  Setting half = full;
  half.slice = 8;
  half.training.switch_at = 8;
  half.training.full_subject = full.subject;
  return {{.setting = full, .quantity = Quantity::training, .samples = 4},
          {.setting = half, .quantity = Quantity::training, .samples = 2}};
}

/// Kills the process like `kill -9`, during the gradient of this number.
Subject killed_at(int call) {
  Subject subject = properties::find_subject("recovered/blocked");
  auto calls = std::make_shared<int>(0);
  subject.gradient.in<float>() = [calls, call, real = subject.gradient.in<float>()](
                                     const GradientTask<float>& task,
                                     GradientResult<float>& result) {
    if (++*calls == call) ::kill(::getpid(), SIGKILL);
    real(task, result);
  };
  return subject;
}

SweepReport run_tiny(const std::filesystem::path& folder, const Subject& subject) {
  const Experiment experiment{.name = "tiny", .question = "?", .plans = tiny_training_plans};
  return run_sweep({experiment}, {.conditions = {.scale = Scale::ci, .corpus = folder / "text"},
                                  .folder = folder / "out",
                                  .find_subject = [&](std::string_view name) -> const Subject& {
                                    return name == "reference" ? properties::find_subject(name)
                                                               : subject;
                                  }});
}

TEST(TrainingRuns, AKillAnywhereDoesNotChangeTheResults) {
  const TemporaryFolder undisturbed;
  undisturbed.write("text", "x");
  const Subject& whole = properties::find_subject("recovered/blocked");
  const std::vector<Course> expected = courses(run_tiny(undisturbed.path(), whole).records);
  ASSERT_EQ(expected.size(), 2U);
  ASSERT_EQ(expected[0].losses.size(), 16U);
  ASSERT_EQ(expected[1].losses.size(), 8U);

  const TemporaryFolder folder;
  folder.write("text", "x");
  int kills = 0;
  for (const int call : {2, 9, 13, 5, 11}) {  // some get further than the previous one, some do not
    const pid_t child = ::fork();
    if (child == 0) {
      run_tiny(folder.path(), killed_at(call));
      std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    kills += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 1 : 0;
  }
  EXPECT_GE(kills, 3);
  const SweepReport report = run_tiny(folder.path(), whole);
  EXPECT_GT(report.reused, 0U);
  const std::vector<Course> resumed = courses(report.records);
  ASSERT_EQ(resumed.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(resumed[i].losses, expected[i].losses);
    EXPECT_EQ(resumed[i].end->loss, expected[i].end->loss);
  }
  EXPECT_EQ(run_tiny(folder.path(), whole).measured, 0U);
  // Compare the models tensor by tensor.
  std::size_t models = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "out/training")) {
    const CaseFile a = read_case_file(entry.path());
    const CaseFile b =
        read_case_file(undisturbed.path() / "out/training" / entry.path().filename());
    for (const auto& [name, tensor] : a.tensors) {
      const Tensor& other = b.tensor(name);
      EXPECT_TRUE(std::equal(tensor.bytes.begin(), tensor.bytes.end(), other.bytes.begin(),
                             other.bytes.end()))
          << name;
    }
    ++models;
  }
  EXPECT_EQ(models, 3U);
}

// Regimes

TEST(Regimes, HaveTheRequestedSeedsAndAtLeastTwo) {
  for (const Scale scale : all_scales) {
    for (const std::uint64_t seeds : {0, 3}) {
      std::map<std::string, std::set<std::uint64_t>> seen;
      for (const Plan& plan : training_plans({.scale = scale, .seed = 5, .seeds = seeds})) {
        if (plan.setting.memory_cap > 0) continue;
        seen[regime_name(plan.setting) + std::string(name(plan.setting.training.task))].insert(
            plan.setting.seed);
      }
      EXPECT_EQ(seen.size(), 2U * (1 + 2 + 2 + 3 + 3));
      for (const auto& [regime, of_regime] : seen) {
        EXPECT_EQ(of_regime.size(), seeds > 0 ? seeds : 2U) << regime;
        EXPECT_EQ(*of_regime.begin(), 5U);
      }
    }
  }
}

TEST(Regimes, FineTuneTextInMemoryThatFitsSlicesAndNotTheFullPass) {
  const Subject& subject = properties::find_subject("recovered/blocked");
  for (const Scale scale : all_scales) {
    for (const char* corpus : {"text", "enwik8"}) {
      int full = 0;
      int sliced = 0;
      for (const Plan& plan : training_plans({.scale = scale, .corpus = corpus})) {
        const Setting& s = plan.setting;
        if (s.memory_cap == 0) continue;
        EXPECT_EQ(s.training.task, TrainingTask::text);
        const std::int64_t least = least_training_bytes(subject, s);
        if (s.full_pass()) {
          EXPECT_GT(least, s.memory_cap) << name(scale) << " " << corpus;
          if (scale != Scale::paper) {
            EXPECT_GE(least, 2 * s.memory_cap) << name(scale);
          }
          ++full;
          continue;
        }
        // The text of the run is in memory too; passes need up to a fifth more than their minimum.
        const std::int64_t model = 16 * parameter_count(s.model);
        const Index checks =
            std::max(s.training.steps / s.training.check_every + 1, s.training.final_checks);
        const Index steps = s.training.steps - s.training.switch_at;
        const std::int64_t text = std::min<std::int64_t>(steps * s.length, 90'000'000) +
                                  std::min<std::int64_t>(checks * s.length, 5'000'000);
        EXPECT_LT(model + text + (least - model) * 6 / 5, s.memory_cap)
            << name(scale) << " " << corpus;
        ++sliced;
      }
      EXPECT_EQ(full, 1);
      EXPECT_EQ(sliced, 1);
    }
  }
}

// Estimates

TEST(TrainingEstimate, CountsTheGradientsOfEachLegOnly) {
  Record job;
  job.setting =
      tiny(TrainingTask::copying);  // 12 steps in legs of 4, a check after each, 2 final ones
  job.measured = TrainingLeg{};
  std::vector<Index> gradients;
  for (job.sample = 0; job.sample < 3; ++job.sample) gradients.push_back(gradients_of(job));
  EXPECT_EQ(gradients, (std::vector<Index>{5, 5, 7}));
  job.sample = 0;
  job.setting.training.switch_at = 6;
  job.setting.memory_cap = 1 << 20;
  EXPECT_EQ(gradients_of(job), 6 + 2 + 2) << "in limited memory the run is one record";
  job.measured = Seconds{};
  EXPECT_EQ(gradients_of(job), 0);
}

TEST(TrainingEstimate, CoversMissingRecords) {
  const auto find = [](std::string_view name) -> const Subject& {
    return properties::find_subject(name);
  };
  Record job;
  job.setting = tiny(TrainingTask::copying);
  job.measured = TrainingLeg{};
  Record other = job;
  other.measured = Seconds{};
  const std::vector<const Record*> one = {&job, &other};
  EXPECT_TRUE(training_estimate(one, find).starts_with("training: 1 record is missing, about "));
  const std::vector<const Record*> two = {&job, &job};
  EXPECT_TRUE(training_estimate(two, find).starts_with("training: 2 records are missing, about "));
  const std::vector<const Record*> none = {&other};
  EXPECT_EQ(training_estimate(none, find), "");
}

TEST(TrainingTable, ReportsTheShareOfGradientAndDataInAStep) {
  Record record;
  record.experiment = "training";
  record.setting = tiny(TrainingTask::copying);
  record.measured = TrainingLeg{.losses = std::vector<double>(4, 1.0),
                                .seconds = 0.4,
                                .seconds_gradient = 0.32,
                                .seconds_data = 0.01};
  const std::string table = training_table(std::vector{record});
  EXPECT_NE(table.find("| step (ms) | step / gradient | data / step |\n"), std::string::npos);
  EXPECT_TRUE(table.ends_with("| 100.00 | 1.250 | 0.0250 |\n")) << table;
}

// Samples

TEST(Sample, HasTheRequestedLengthAndDependsOnTheSeed) {
  Setting setting = tiny(TrainingTask::copying);
  setting.model.vocab_size = 256;
  const Subject& subject = properties::find_subject(setting.subject);
  const CaseFile file = make_trainer(subject, setting)->checkpoint();
  const std::string text = sample_text(subject, file, {.prompt = "ab", .length = 20});
  EXPECT_EQ(text.size(), 22U);
  EXPECT_EQ(text.substr(0, 2), "ab");
  EXPECT_EQ(sample_text(subject, file, {.prompt = "ab", .length = 20}), text);
  EXPECT_NE(sample_text(subject, file, {.prompt = "ab", .length = 20, .seed = 2}), text);
  // Nearly greedy: a prompt read at once continues like the same bytes read one at a time.
  const std::string greedy =
      sample_text(subject, file, {.prompt = "ab", .length = 10, .temperature = 1e-4});
  EXPECT_EQ(
      sample_text(subject, file, {.prompt = greedy.substr(0, 7), .length = 5, .temperature = 1e-4}),
      greedy);
}

}  // namespace
}  // namespace slim::experiments
