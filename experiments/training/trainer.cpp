// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/trainer.hpp"

#include "experiments/training/adam.hpp"
#include "experiments/training/checkpoint.hpp"
#include "experiments/training/trigram.hpp"
#include "experiments/workload/sha1.hpp"
#include "experiments/workload/workload.hpp"

#include <chrono>

namespace slim::experiments {
namespace {

class Clock {
 public:
  /// Seconds since the last call.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - last_;
    last_ = now;
    return passed.count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// Share of the counted targets whose logit is the largest of its row. logits: [B·L, V].
template <class T>
double accuracy(const Matrix<T>& logits, const Sequences& batch) {
  Index hits = 0;
  for (Index b = 0; b < batch.batch(); ++b) {
    for (Index l = 0; l < batch.length(); ++l) {
      if (!batch.counts(b, l)) continue;
      Index best = 0;
      logits.row(b * batch.length() + l).maxCoeff(&best);
      hits += best == batch.target(b, l) ? 1 : 0;
    }
  }
  return static_cast<double>(hits) / static_cast<double>(batch.counted_targets());
}

/// The setting's model with the subject's conventions.
template <class T>
Setting trainable(const Subject& subject, Setting setting) {
  require_valid(setting);
  require(subject.capabilities.takes(setting.model.feature_map),
          subject.name + " does not take feature map " + name(setting.model.feature_map));
  require(static_cast<bool>(subject.gradient.in<T>()),
          subject.name + " does not work in this scalar");
  setting.model.conventions = subject.conventions;
  return setting;
}

template <class T>
class TrainerIn final : public Trainer {
 public:
  /// Parameters are drawn in double before gradient and moments are allocated, so that this needs
  /// no more memory than the steps.
  TrainerIn(const Subject& subject, const Setting& setting)
      : setting_(trainable<T>(subject, setting)),
        function_(subject.gradient.in<T>()),
        theta_(converted<T>(drawn_parameters(setting), setting_.model, MemoryTag::parameters)),
        omega_(converted<T>(draw_projection(setting_.model, setting.seed), setting_.model)),
        adam_(setting_.model, setting.threads) {
    result_.gradient = Parameters<T>(setting_.model, MemoryTag::gradient);
  }

  [[nodiscard]] Index steps() const override { return adam_.steps; }

  TrainingLeg run(const TrainingData& data, Index end) override {
    const Training& training = setting_.training;
    require(end > steps() && end <= training.steps, "a leg must have steps and end within the run");
    const MemoryUse before = ledger::now();
    ledger::reset_peak();
    TrainingLeg leg;
    leg.first_step = steps();
    leg.losses.reserve(static_cast<std::size_t>(end - steps()));
    Sequences batch = data.empty_batch();
    while (steps() < end) {
      Clock clock;
      data.train(steps(), batch);
      const double made = clock.lap();
      gradient(batch, false);
      const double pulled = clock.lap();
      adam_.step(theta_, result_.gradient, training.rate_at(steps()));
      leg.seconds_data += made;
      leg.seconds_gradient += pulled;
      leg.seconds += made + pulled + clock.lap();
      leg.losses.push_back(to_double(result_.loss));
      if (steps() % training.check_every == 0) {
        leg.checks.push_back(check(data, steps() / training.check_every - 1, 1, batch));
        leg.seconds_checks += clock.lap();
      }
    }
    if (steps() == training.steps) {
      Clock clock;
      leg.end = check(data, 0, training.final_checks, batch);
      if (training.task == TrainingTask::text && training.switch_at == 0 && setting_.full_pass()) {
        leg.trigram_loss = trigram_loss(data, setting_);
      }
      leg.seconds_checks += clock.lap();
    }
    const auto bytes = static_cast<std::int64_t>(theta_.values().size() * sizeof(T));
    leg.parameters = bytes;
    Sha1 sha1;
    sha1.add(theta_.values().data(), static_cast<std::size_t>(bytes));
    leg.parameters_sha1 = sha1.hex();
    leg.optimiser = 2 * bytes;
    leg.peak = ledger::peak().beyond_parameters - before.beyond_parameters;
    return leg;
  }

  [[nodiscard]] CaseFile checkpoint() const override {
    CaseFile file;
    write_model(file, setting_.model, setting_.slice, setting_.scalar);
    write_parameters(file, "param.", theta_);
    write_parameters(file, "optimiser.exp_avg.", adam_.m);
    write_parameters(file, "optimiser.exp_avg_sq.", adam_.v);
    write_projection(file, omega_, setting_.model);
    file.metadata["optimiser"] = "adam";
    file.metadata["step"] = std::to_string(adam_.steps);
    return file;
  }

  void resume(const CaseFile& file) override {
    read_parameters(file, parameter_prefix(file), theta_);
    adam_.steps = 0;
    adam_.m.set_zero();
    adam_.v.set_zero();
    if (!file.metadata.contains("optimiser")) return;
    read_parameters(file, "optimiser.exp_avg.", adam_.m);
    read_parameters(file, "optimiser.exp_avg_sq.", adam_.v);
    adam_.steps = file.integer("step", 0, std::int64_t{1} << 40);
  }

 private:
  void gradient(const Sequences& batch, bool wants_logits) {
    function_({.model = setting_.model,
               .theta = theta_,
               .omega = omega_,
               .sequences = batch,
               .slice_length = setting_.slice,
               .wants_logits = wants_logits,
               .first_sweep = setting_.first_sweep,
               .threads = setting_.threads},
              result_);
  }

  /// Validation on batches first … first + count − 1, with the slice length of the training.
  Check check(const TrainingData& data, Index first, Index count, Sequences& batch) {
    const bool copying = setting_.training.task == TrainingTask::copying;
    double loss = 0.0;
    double hits = 0.0;
    for (Index i = first; i < first + count; ++i) {
      data.validate(i, batch);
      gradient(batch, copying);
      loss += to_double(result_.loss) / static_cast<double>(count);
      if (copying) hits += accuracy(result_.logits, batch) / static_cast<double>(count);
    }
    return {
        .step = steps(), .loss = loss, .accuracy = copying ? std::optional(hits) : std::nullopt};
  }

  Setting setting_;
  GradientFunction<T> function_;
  Parameters<T> theta_;
  Projection<T> omega_;
  Adam<T> adam_;
  GradientResult<T> result_;
};

}  // namespace

std::unique_ptr<Trainer> make_trainer(const Subject& subject, const Setting& setting) {
  if (setting.scalar == Scalar::float32)
    return std::make_unique<TrainerIn<float>>(subject, setting);
  require(setting.scalar == Scalar::float64,
          "models can be trained in float32 or float64, not " + std::string(name(setting.scalar)));
  return std::make_unique<TrainerIn<double>>(subject, setting);
}

}  // namespace slim::experiments
