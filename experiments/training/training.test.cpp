// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/training.hpp"

#include "chunked/boundaries/boundary.hpp"
#include "chunked/boundaries/exact.hpp"
#include "chunked/catalogue.hpp"
#include "chunked/composition.hpp"
#include "chunked/two_sweeps.hpp"
#include "experiments/measures/fake_subject.hpp"
#include "experiments/plans/sweep.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "experiments/training/adam.hpp"
#include "experiments/training/capped_training.hpp"
#include "experiments/training/checkpoint.hpp"
#include "experiments/training/course.hpp"
#include "experiments/training/estimate.hpp"
#include "experiments/training/regimes.hpp"
#include "experiments/training/sample.hpp"
#include "experiments/training/trainer.hpp"
#include "experiments/training/training_runs.hpp"
#include "experiments/training/training_table.hpp"
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

/// A training that learns something in a fraction of a second.
Setting tiny(TrainingTask task) {
  Setting setting;
  setting.subject = "recovered/blocked";
  setting.model = {.vocab_size = 8, .hidden_dim = 16, .ffn_dim = 16, .heads = 2};
  setting.length = 31;
  setting.slice = 31;
  setting.training = {
      .task = task, .steps = 12, .rate = 1e-2, .check_every = 4, .final_checks = 2, .leg = 4};
  return setting;
}

std::vector<double> losses_of(const Subject& subject, const Setting& setting) {
  const std::unique_ptr<TrainingData> data = training_data(setting);
  return make_trainer(subject, setting)->run(*data, setting.training.steps).losses;
}

// Adam

TEST(Adam, FollowsItsDefinition) {
  const Model model{.vocab_size = 2, .hidden_dim = 4, .ffn_dim = 1, .heads = 1};
  Parameters<double> theta(model, MemoryTag::parameters);
  Parameters<double> gradient(model, MemoryTag::gradient);
  Adam<double> adam(model, 1);
  gradient.values()[0] = 3.0;
  adam.step(theta, gradient, 0.1);
  // The first step is rate · sign(g), up to ε.
  EXPECT_NEAR(theta.values()[0], -0.1 / (1.0 + 1e-8 / 3.0), 1e-15);
  EXPECT_EQ(theta.values()[1], 0.0);
  gradient.values()[0] = -1.0;
  adam.step(theta, gradient, 0.1);
  const double m = (0.9 * 0.3 - 0.1) / (1.0 - 0.81);
  const double v = (0.999 * 0.009 + 0.001) / (1.0 - 0.999 * 0.999);
  EXPECT_NEAR(theta.values()[0], -0.1 / (1.0 + 1e-8 / 3.0) - 0.1 * m / (std::sqrt(v) + 1e-8),
              1e-14);
}

TEST(Adam, DoesNotDependOnTheNumberOfThreads) {
  const Model model{.hidden_dim = 64, .ffn_dim = 256, .heads = 2};
  const Parameters<double> drawn = draw_parameters(model, 3);
  const auto theta_by = [&](int threads) {
    auto theta = converted<float>(drawn, model, MemoryTag::parameters);
    const auto gradient = converted<float>(draw_parameters(model, 4), model, MemoryTag::gradient);
    Adam<float> adam(model, threads);
    for (int i = 0; i < 3; ++i) adam.step(theta, gradient, 1e-2);
    return theta;
  };
  const Parameters<float> one = theta_by(1);
  for (const int threads : {2, 3}) {
    const Parameters<float> more = theta_by(threads);
    EXPECT_EQ(std::memcmp(one.values().data(), more.values().data(), one.values().size_bytes()), 0);
  }
}

// Data

TEST(CopyingTask, RepeatsAWordAndCountsTheSecondHalf) {
  const Setting setting = tiny(TrainingTask::copying);
  const std::unique_ptr<TrainingData> data = training_data(setting);
  Sequences batch = data->empty_batch();
  data->train(5, batch);
  const auto tokens = batch.tokens(0);
  ASSERT_EQ(tokens.size(), 32U);
  EXPECT_EQ(tokens[0], 0);
  EXPECT_EQ(tokens[16], 0);
  std::set<int> letters;
  for (std::size_t i = 1; i < 16; ++i) {
    EXPECT_EQ(tokens[i], tokens[16 + i]);
    EXPECT_GT(tokens[i], 0);
    letters.insert(tokens[i]);
  }
  EXPECT_GT(letters.size(), 3U);
  EXPECT_EQ(batch.counted_targets(), 16);
  EXPECT_FALSE(batch.counts(0, 14));
  EXPECT_TRUE(batch.counts(0, 15));
  const std::vector<std::int32_t> before(tokens.begin(), tokens.end());
  data->train(6, batch);
  EXPECT_NE(std::vector<std::int32_t>(tokens.begin(), tokens.end()), before);
  data->validate(5, batch);
  EXPECT_NE(std::vector<std::int32_t>(tokens.begin(), tokens.end()), before);
}

TEST(TextTask, WindowsAreConsecutiveAndCycled) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>(i);
  Setting setting = tiny(TrainingTask::text);
  setting.model.vocab_size = 256;
  setting.corpus = folder.write("text", text);
  setting.length = 4;
  setting.batch = 2;
  const std::unique_ptr<TrainingData> data = training_data(setting);
  Sequences batch = data->empty_batch();
  const auto first = [&](Index b) { return static_cast<int>(batch.tokens(b)[0]); };
  data->train(0, batch);
  EXPECT_EQ(first(0), 0);
  EXPECT_EQ(first(1), 4);
  EXPECT_EQ(batch.tokens(0)[4], 4) << "the last target is the next window's first input";
  data->train(10, batch);  // 90 bytes hold 22 windows
  EXPECT_EQ(first(0), 80);
  data->train(11, batch);
  EXPECT_EQ(first(0), 0);
  data->validate(0, batch);  // bytes 90 to 94 hold one window
  EXPECT_EQ(first(0), 90);
  EXPECT_EQ(first(1), 90);
  setting.training.steps = 8;
  setting.training.switch_at = 4;
  const std::unique_ptr<TrainingData> second_half = training_data(setting);
  second_half->train(5, batch);
  EXPECT_EQ(first(0), 40);
  EXPECT_EQ(first(1), 44);
}

TEST(TextTask, UsesPennTreebanksValidationTextAndRejectsShortTexts) {
  const TemporaryFolder folder;
  Setting setting = tiny(TrainingTask::text);
  setting.model.vocab_size = 256;
  setting.corpus = folder.write("ptb.train.txt", std::string(64, 'a'));
  EXPECT_THROW(training_data(setting), ContractError) << "only 3 bytes are left for validation";
  folder.write("ptb.valid.txt", std::string(64, 'b'));
  const std::unique_ptr<TrainingData> data = training_data(setting);
  Sequences batch = data->empty_batch();
  data->validate(0, batch);
  EXPECT_EQ(batch.tokens(0)[0], 'b');
}

// Training

TEST(Trainer, LearnsAndReportsItsCost) {
  Setting setting = tiny(TrainingTask::copying);
  setting.training.steps = 60;
  const std::unique_ptr<TrainingData> data = training_data(setting);
  const TrainingLeg leg =
      make_trainer(properties::find_subject(setting.subject), setting)->run(*data, 60);
  ASSERT_EQ(leg.losses.size(), 60U);
  EXPECT_LT(leg.losses.back(), 0.9 * leg.losses.front());
  EXPECT_EQ(leg.checks.size(), 15U);
  ASSERT_TRUE(leg.end.has_value());
  EXPECT_GT(*leg.end->accuracy, 1.5 / 7.0) << "better than guessing";
  EXPECT_GT(leg.peak, 0);
  EXPECT_EQ(leg.optimiser, 2 * leg.parameters);
}

TEST(Trainer, SlicesTakeLessMemoryAndAlmostTheSameCourse) {
  const Setting full = tiny(TrainingTask::copying);
  Setting sliced = full;
  sliced.slice = 8;
  const Subject& subject = properties::find_subject(full.subject);
  const std::unique_ptr<TrainingData> data = training_data(full);
  const TrainingLeg a = make_trainer(subject, full)->run(*data, 12);
  const TrainingLeg b = make_trainer(subject, sliced)->run(*data, 12);
  EXPECT_LT(b.peak, a.peak);
  EXPECT_NEAR(a.losses.back(), b.losses.back(), 1e-4);
}

TEST(Trainer, SwitchesToSlicesWithoutAnExtraStep) {
  // Before the switch both are the same run; the sliced half continues from its model and moments.
  const Setting full = tiny(TrainingTask::copying);
  Setting sliced = full;
  sliced.slice = 8;
  const Subject& subject = properties::find_subject(full.subject);
  const std::unique_ptr<TrainingData> data = training_data(full);
  const auto whole = make_trainer(subject, full);
  whole->run(*data, 6);
  const auto half = make_trainer(subject, sliced);
  half->resume(whole->checkpoint());
  EXPECT_EQ(half->steps(), 6);
  const auto again = make_trainer(subject, full);
  again->resume(whole->checkpoint());
  const TrainingLeg rest = whole->run(*data, 12);
  EXPECT_EQ(again->run(*data, 12).losses, rest.losses);
  const TrainingLeg switched = half->run(*data, 12);
  EXPECT_NEAR(rest.losses.front(), switched.losses.front(), 1e-6)
      << "both start from the same parameters";
  EXPECT_NEAR(rest.losses.back(), switched.losses.back(), 1e-4);
}

/// The states of boundary `exact`, stored instead of recovered.
template <class T>
class KeptOnGrid final : public chunked::Boundary<T> {
 public:
  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index slices) const override {
    return grid_.least_bytes(sizes, slices);
  }
  void begin(const StateSizes& sizes, Index slices, chunked::Start<T> start) override {
    heads_ = sizes.heads;
    states_.assign(static_cast<std::size_t>(slices), State<T>(sizes, 1));
    grid_.begin(sizes, slices, start);
    for (Index r = 0; r < sizes.layers; ++r) keep(0, r);
  }
  chunked::LayerSums<const T> start(Index n, Index r) const override {
    return chunked::layer_sums(states_[static_cast<std::size_t>(n)], 0, r, heads_);
  }
  void advance(Index n, Index r, chunked::LayerSums<const T> sum) override {
    grid_.advance(n, r, sum);
    keep(n + 1, r);
  }
  bool restart() override { return grid_.restart(); }
  [[nodiscard]] bool needs_slice_sum(Index /*n*/) const override { return false; }
  void restore(Index /*n*/, Index /*r*/, chunked::LayerSums<const T> /*sum*/) override {}

 private:
  void keep(Index n, Index r) {
    chunked::layer_sums(states_[static_cast<std::size_t>(n)], 0, r, heads_) = grid_.start(n, r);
  }
  chunked::Exact<T> grid_;
  std::vector<State<T>> states_;
  Index heads_ = 0;
};

Subject kept_on_grid() {
  Subject subject = properties::find_subject("exact/blocked");
  subject.name = "kept-on-grid/blocked";
  subject.gradient.in<float>() = [](const GradientTask<float>& task,
                                    GradientResult<float>& result) {
    KeptOnGrid<float> boundary;
    chunked::gradient<float>(task, result, boundary, *chunked::make_prefix_sum<float>("blocked"));
  };
  return subject;
}

TEST(Trainer, StoredAndRecoveredStatesOfAGridGiveTheSameBits) {
  Setting setting = tiny(TrainingTask::copying);
  setting.slice = 3;
  const std::vector<double> exact = losses_of(properties::find_subject("exact/blocked"), setting);
  EXPECT_EQ(losses_of(kept_on_grid(), setting), exact);
  EXPECT_NE(losses_of(properties::find_subject("recovered/blocked"), setting), exact)
      << "states recovered without a grid differ";
  setting.slice = 16;  // two slices have one state, for which grid and float32 agree
  EXPECT_EQ(losses_of(properties::find_subject("stored/blocked"), setting),
            losses_of(properties::find_subject("exact/blocked"), setting));
}

TEST(Trainer, RejectsUnsupportedSettings) {
  Setting setting = tiny(TrainingTask::copying);
  const Subject& subject = properties::find_subject(setting.subject);
  setting.scalar = Scalar::digits50;
  EXPECT_THROW(make_trainer(subject, setting), ContractError);
  setting.scalar = Scalar::float32;
  setting.length = 30;
  EXPECT_THROW(make_trainer(subject, setting), ContractError) << "0 w 0 w has an even length";
}

// Checkpoints

TEST(Checkpoint, PlainNamesOfAnotherProgramCanBeLoaded) {
  const Setting setting = tiny(TrainingTask::copying);
  const Subject& subject = properties::find_subject(setting.subject);
  const CaseFile own = make_trainer(subject, setting)->checkpoint();
  CaseFile bare;
  for (const auto& [name, tensor] : own.tensors) {
    if (name.starts_with("param.")) bare.tensors[name.substr(6)] = tensor;
  }
  bare.metadata["heads"] = "2";
  EXPECT_EQ(model_of(bare), setting.model);
  const auto trainer = make_trainer(subject, setting);
  trainer->resume(bare);
  EXPECT_EQ(trainer->steps(), 0);
  const std::unique_ptr<TrainingData> data = training_data(setting);
  EXPECT_EQ(trainer->run(*data, 12).losses, losses_of(subject, setting));
  bare.tensors.erase("layers.0.U_map.bias");
  try {
    trainer->resume(bare);
    FAIL() << "a tensor is missing";
  } catch (const ContractError& error) {
    EXPECT_NE(std::string(error.what()).find("layers.0.U_map.bias"), std::string::npos);
  }
}

// Runs

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
