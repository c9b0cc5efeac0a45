#pragma once

#include "experiments/records/record.hpp"
#include "experiments/training/trainer.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace slim::experiments {

/// Trains runs leg by leg. After each leg the model stands in FOLDER/NAME.safetensors with what
/// the leg measured, so that a kill at any moment loses one leg at most, and what comes after has
/// the same bits as if there had been none. Models at half of a full pass are kept for the runs
/// that go on from there.
class TrainingRuns {
 public:
  using FindSubject = std::function<const Subject&(std::string_view)>;

  /// `program` is slim-measure, for runs in processes of little memory.
  TrainingRuns(std::filesystem::path folder, FindSubject find_subject,
               std::filesystem::path program);

  /// Leg `job.sample` of the job's run.
  TrainingLeg leg(const Record& job);

  /// Where the run's model is kept.
  [[nodiscard]] std::filesystem::path checkpoint(const Record& job) const;

 private:
  struct Current {
    std::string key;  ///< of the run
    std::unique_ptr<Trainer> trainer;
  };
  Current begun(const Record& job) const;
  /// The file of the model at a step of the run, made if it is not there.
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
