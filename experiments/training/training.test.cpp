// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/training.hpp"

#include "chunked/boundaries/boundary.hpp"
#include "chunked/boundaries/exact.hpp"
#include "chunked/catalogue.hpp"
#include "chunked/composition.hpp"
#include "chunked/two_sweeps.hpp"
#include "experiments/measures/fake_subject.hpp"
#include "experiments/plans/estimate.hpp"
#include "experiments/plans/sweep.hpp"
#include "experiments/plans/training_table.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "experiments/training/adam.hpp"
#include "experiments/training/capped_training.hpp"
#include "experiments/training/checkpoint.hpp"
#include "experiments/training/course.hpp"
#include "experiments/training/sample.hpp"
#include "experiments/training/tiny_training.hpp"
#include "experiments/training/trainer.hpp"
#include "experiments/training/training_runs.hpp"
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

}  // namespace
}  // namespace slim::experiments
