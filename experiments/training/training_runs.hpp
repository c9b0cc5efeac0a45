// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"
#include "experiments/training/trainer.hpp"
#include "experiments/workload/workload.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace slim::experiments {

/// Trains runs leg by leg. After each leg the model is stored in FOLDER/NAME.safetensors with the
/// leg's measurements, so that a kill loses at most one leg, and the results after a restart have
/// the same bits as without a kill. Models halfway through a full pass are kept for the runs that
/// continue from there.
class TrainingRuns {
 public:
  /// `program` is slim-measure, for runs in processes of limited memory.
  TrainingRuns(std::filesystem::path folder, FindSubject find_subject,
               std::filesystem::path program);

  /// Leg `job.sample` of the job's run.
  TrainingLeg leg(const Record& job);

  /// Path of the run's checkpoint.
  [[nodiscard]] std::filesystem::path checkpoint(const Record& job) const;

 private:
  struct Current {
    std::string key;  ///< of the run
    std::unique_ptr<Trainer> trainer;
  };
  Current begun(const Record& job) const;
  /// The file of the model at a step of the run, created if it does not exist.
  std::filesystem::path model_at(const Record& job, Index step);
  [[nodiscard]] std::filesystem::path file(const Record& job, const std::string& suffix) const;
  const TrainingData& data_of(const Setting& setting);
  void keep(const Record& job, const std::filesystem::path& path, const Trainer& trainer,
            const TrainingLeg& leg) const;

  std::filesystem::path folder_;
  FindSubject find_subject_;
  std::filesystem::path program_;
  Current current_;
  std::string data_key_;
  std::unique_ptr<TrainingData> data_;
};

}  // namespace slim::experiments
