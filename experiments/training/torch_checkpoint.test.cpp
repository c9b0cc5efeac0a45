// SPDX-License-Identifier: Apache-2.0
#include "experiments/slim_measure/temporary_folder.hpp"
#include "experiments/training/adam.hpp"
#include "experiments/training/checkpoint.hpp"
#include "experiments/training/trainer.hpp"
#include "properties/catalogue.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace slim::experiments {
namespace {

/// The output of torch_checkpoint.py.
std::string torch_says(const std::string& arguments) {
  const ChildOutcome outcome =
      run_child({.program = "sh",
                 .arguments = {"-c", SLIM_PYTHON " " SLIM_SOURCE_DIR
                                                 "/experiments/training/torch_checkpoint.py " +
                                         arguments},
                 .environment = {{"PYTHONPATH", SLIM_SOURCE_DIR "/properties/third_party/kit"},
                                 {"PYTHONDONTWRITEBYTECODE", "1"}}});
  EXPECT_EQ(outcome.status, 0) << arguments << "\n" << outcome.errors;
  return outcome.output;
}

bool has_torch() {
  return std::system(SLIM_PYTHON
                     " -c 'import importlib.util, sys; "
                     "sys.exit(importlib.util.find_spec(\"torch\") is None)'") == 0;
}

/// The loss on the tokens 0, 1, …, 16.
double own_loss(const Subject& subject, const CaseFile& file) {
  Model model = model_of(file);
  Parameters<double> theta(model, MemoryTag::parameters);
  read_parameters(file, parameter_prefix(file), theta);
  Sequences tokens(1, 16);
  for (std::size_t l = 0; l <= 16; ++l) {
    tokens.tokens(0)[l] =
        static_cast<std::int32_t>(l) % static_cast<std::int32_t>(model.vocab_size);
  }
  GradientResult<double> result;
  const Projection<double> omega;
  subject.gradient.in<double>()(
      {.model = model, .theta = theta, .omega = omega, .sequences = tokens, .slice_length = 5},
      result);
  return result.loss;
}

TEST(TorchCheckpoint, CheckpointsLoadInBothDirectionsAndAdamTakesTheSameSteps) {
  if (!has_torch()) GTEST_SKIP() << "python3-torch is not installed";
  const TemporaryFolder folder;
  const Subject& subject = properties::find_subject("recovered/blocked");
  const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
  std::vector<double> own_losses;
  for (const Norm norm : {Norm::branch_output, Norm::branch_input}) {
    Setting setting;
    setting.model = {.vocab_size = 11, .hidden_dim = 16, .layers = 2, .ffn_dim = 24, .heads = 2};
    setting.model.norm = norm;
    setting.length = 15;
    setting.slice = 15;
    setting.training = {.task = TrainingTask::copying, .steps = 3};
    const auto trainer = make_trainer(subject, setting);
    trainer->run(*training_data(setting), 3);
    const CaseFile ours = trainer->checkpoint();
    write_case_file(path(std::string(name(norm))), ours);
    own_losses.push_back(own_loss(subject, ours));
  }
  std::istringstream numbers(torch_says("load " + path("branch-output") + " load " +
                                        path("branch-input") + " adam save " + path("theirs")));
  for (const double own : own_losses) {
    double there = 0.0;
    ASSERT_TRUE(numbers >> there);
    EXPECT_LE(std::abs(there - own), 1e-12 * own);
  }

  const Model model{.vocab_size = 2, .hidden_dim = 4, .ffn_dim = 1, .heads = 1};
  Parameters<double> theta(model, MemoryTag::parameters);
  Parameters<double> gradient(model, MemoryTag::gradient);
  Adam<double> adam(model, 1);
  theta.values()[0] = 1.0;
  theta.values()[1] = -2.0;
  for (int step = 0; step < 20; ++step) {
    gradient.values()[0] = std::sin(step);
    gradient.values()[1] = 0.1 * step - 1.0;
    gradient.values()[2] = 1e-9;
    adam.step(theta, gradient, 0.05);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    double expected = 0.0;
    ASSERT_TRUE(numbers >> expected);
    EXPECT_LE(std::abs(theta.values()[i] - expected), 1e-13);
  }

  const CaseFile theirs = read_case_file(path("theirs"));
  EXPECT_EQ(model_of(theirs).hidden_dim, 64);
  EXPECT_EQ(model_of(theirs).layers, 2);
  EXPECT_EQ(model_of(theirs).heads, 1);
  const double loss = own_loss(subject, theirs);
  EXPECT_GT(loss, 4.0);
  EXPECT_LT(loss, 8.0) << "an untrained model has a loss of about log 256";
}

}  // namespace
}  // namespace slim::experiments
