// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/training_runs.hpp"

#include "experiments/records/regime.hpp"
#include "experiments/training/capped_training.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::experiments {
namespace {

/// Everything that the bits of a run depend on.
std::string run_key(const Record& job) {
  const Provenance& p = job.provenance;
  return fmt::format("{} {} {} {} {}", place(job), p.code, p.compiler, p.flags, p.processor);
}

/// The run that another one continues.
Record parent_of(const Record& job) {
  Record parent = job;
  Setting& setting = parent.setting;
  setting.subject = setting.training.full_subject;
  setting.slice = setting.length;
  setting.memory_cap = 0;
  setting.training.switch_at = 0;
  setting.training.full_subject.clear();
  return parent;
}

/// The model in a file, if it belongs to this run.
std::optional<CaseFile> kept_model(const std::filesystem::path& path, const std::string& key) {
  std::error_code status;
  if (!std::filesystem::exists(path, status)) return std::nullopt;
  try {
    CaseFile file = read_case_file(path);
    if (file.text("run") == key) return file;
  } catch (const ContractError& error) {
    command_line::note(std::string(error.what()) + "; the run starts again");
  }
  return std::nullopt;
}

}  // namespace

TrainingRuns::TrainingRuns(std::filesystem::path folder, FindSubject find_subject,
                           std::filesystem::path program)
    : folder_(std::move(folder)),
      find_subject_(std::move(find_subject)),
      program_(std::move(program)) {}

std::filesystem::path TrainingRuns::file(const Record& job, const std::string& suffix) const {
  const Setting& s = job.setting;
  std::string subject = s.subject;
  std::replace(subject.begin(), subject.end(), '/', '-');
  const std::string stem = fmt::format("{}-{}{}-{}-seed{}-{:016x}{}", name(s.training.task),
                                       s.training.switch_at > 0 ? "switched-to-" : "",
                                       s.full_pass() ? "full" : fmt::format("C{}", s.slice),
                                       subject, s.seed, stream_named(run_key(job).c_str()), suffix);
  return folder_ / (stem + ".safetensors");
}

std::filesystem::path TrainingRuns::checkpoint(const Record& job) const {
  return file(job, "");
}

const TrainingData& TrainingRuns::data_of(const Setting& setting) {
  const Training& t = setting.training;
  const std::string key =
      fmt::format("{} {} {} {} {} {} {} {} {} {}", name(t.task), t.steps, t.switch_at,
                  t.check_every, t.final_checks, setting.batch, setting.length,
                  setting.model.vocab_size, setting.seed, setting.corpus.string());
  if (key != data_key_) {
    data_ = training_data(setting);
    data_key_ = key;
  }
  return *data_;
}

void TrainingRuns::keep(const Record& job, const std::filesystem::path& path,
                        const Trainer& trainer, const TrainingLeg& leg) const {
  CaseFile file = trainer.checkpoint();
  Record record = job;
  record.measured = leg;
  file.metadata["run"] = run_key(job);
  file.metadata["subject"] = job.setting.subject;
  file.metadata["training"] = name(job.setting.training.task);
  file.metadata["leg"] = to_line(record);
  std::error_code status;
  std::filesystem::create_directories(path.parent_path(), status);
  write_case_file(path, file);
}

TrainingRuns::Current TrainingRuns::begun(const Record& job) const {
  return {.key = run_key(job),
          .trainer = make_trainer(find_subject_(job.setting.subject), job.setting)};
}

std::filesystem::path TrainingRuns::model_at(const Record& job, Index step) {
  const std::filesystem::path path = file(job, fmt::format("-step{}", step));
  if (kept_model(path, run_key(job)).has_value()) return path;
  const Current run = begun(job);
  const TrainingLeg leg = run.trainer->run(data_of(job.setting), step);
  keep(job, path, *run.trainer, leg);
  return path;
}

TrainingLeg TrainingRuns::leg(const Record& job) {
  const Training& training = job.setting.training;
  const Index begin = training.leg_begin(job.sample);
  const Index end = training.leg_end(job.sample);
  if (job.setting.memory_cap > 0) {
    require(training.switch_at > 0, "a run in limited memory must continue another run");
    return train_in_capped_process(job, model_at(parent_of(job), training.switch_at), program_);
  }
  if (current_.key != run_key(job) || current_.trainer->steps() > begin) {
    current_ = {};
    current_ = begun(job);
    if (const auto kept = kept_model(checkpoint(job), current_.key)) {
      const Index at = kept->integer("step", 0, training.steps);
      if (at == end) {  // killed after writing the model and before the record
        current_.trainer->resume(*kept);
        return std::get<TrainingLeg>(parse_record(kept->text("leg")).measured);
      }
      if (at <= begin) current_.trainer->resume(*kept);
    }
    if (training.switch_at > 0 && current_.trainer->steps() == 0) {
      current_.trainer->resume(read_case_file(model_at(parent_of(job), training.switch_at)));
    }
  }
  Trainer& trainer = *current_.trainer;
  const TrainingData& data = data_of(job.setting);
  if (trainer.steps() < begin) trainer.run(data, begin);
  TrainingLeg leg = trainer.run(data, end);
  keep(job, checkpoint(job), trainer, leg);
  if (regime_of(job.setting) == Regime::full && end == training.steps / 2) {
    keep(job, file(job, fmt::format("-step{}", end)), trainer, leg);
  }
  return leg;
}

}  // namespace slim::experiments
