// SPDX-License-Identifier: Apache-2.0
#include "plots/synthetic_records.test.hpp"

#include "experiments/records/record.hpp"
#include "reference/vocabulary/system/remove_tree.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <tuple>

namespace slim::plots {
namespace {

using experiments::Record;
using experiments::Setting;

const experiments::Provenance provenance = {.version = "0.1.0",
                                            .commit = "0123456789ab",
                                            .code = "ba9876543210",
                                            .compiler = "GNU 12.2.0",
                                            .flags = "-O3 -march=native",
                                            .preset = "Release",
                                            .processor = "Imaginary 9000 × 2",
                                            .date = "2026-01-02T03:04:05Z"};

Record cell(const std::string& experiment, const std::string& subject, Index length, Index slice) {
  return {.experiment = experiment,
          .scale = "ci",
          .setting = {.subject = subject,
                      .model = {.hidden_dim = 64, .layers = 2, .ffn_dim = 256, .heads = 1},
                      .length = length,
                      .slice = slice,
                      .threads = 2,
                      .corpus = "gcide.dict.dz"},
          .corpus_sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709",
          .measured = {},
          .provenance = provenance};
}

void add_cell(std::vector<std::string>& lines, Record record) {
  const Setting& setting = record.setting;
  const Index slices = setting.slices();
  const bool stored = setting.subject.starts_with("stored");
  experiments::Bytes bytes{.parameters = 535552,
                           .gradient = 535552,
                           .tokens = 4 * (setting.length + 1),
                           .state = Index{4} * 2 * 65 * 64 * (2 + (stored ? slices : 1)),
                           .slice = Index{4} * 2200 * setting.slice,
                           .scratch = {},
                           .loss = 5.5};
  bytes.peak = bytes.tokens + bytes.state + bytes.slice;
  record.measured = bytes;
  lines.push_back(to_line(record));

  const double per_token = 1.7e-6 * (slices == 1 ? 1.0 : stored ? 1.05 : 1.21);
  const double base =
      per_token * static_cast<double>(setting.length) + 2.1e-5 * static_cast<double>(slices);
  for (const double spread : {0.9, 0.95, 1.0, 1.12, 1.3}) {
    record.measured = experiments::Seconds{.seconds = base * spread, .loss = 5.5};
    lines.push_back(to_line(record));
    ++record.sample;
  }
}

}  // namespace

TestFolder::TestFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "plots_test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TestFolder::~TestFolder() {
  remove_tree(path_);
}

void TestFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name, std::ios::binary) << text;
}

std::vector<std::string> synthetic_length_records() {
  std::vector<std::string> lines;
  for (Index length = 1 << 10; length <= 1 << 16; length *= 2) {
    add_cell(lines, cell("length", "recovered/iterative", length, 256));
    add_cell(lines, cell("length", "recovered/iterative", length, length));
    add_cell(lines, cell("length", "stored/iterative", length, 256));
  }
  return lines;
}

std::vector<std::string> synthetic_slice_records() {
  std::vector<std::string> lines;
  const Index length = 1 << 12;
  for (Index slice = 1; slice <= length; slice *= 2) {
    add_cell(lines, cell("slice", "recovered/iterative", length, slice));
    add_cell(lines, cell("slice", "stored/iterative", length, slice));
  }
  return lines;
}

std::vector<std::string> synthetic_figure2_records() {
  std::vector<std::string> lines;
  for (const Index length : {64, 256, 512, 1024}) {
    for (const char* subject : {"recovered/iterative", "recovered/explicit"}) {
      for (Index slice = length; slice >= 4; slice /= 4) {
        Record record = cell("figure2", subject, length, slice);
        add_cell(lines, record);
        if (slice == length) continue;
        for (const double relative : {2e-7, 5e-7}) {
          record.measured = experiments::FullDiscrepancy{.relative = relative};
          lines.push_back(to_line(record));
          ++record.setting.seed;
        }
      }
    }
  }
  return lines;
}

std::vector<std::string> synthetic_crossing_records() {
  std::vector<std::string> lines;
  for (Index length = 64; length <= 2048; length *= 2) {
    add_cell(lines, cell("crossing", "softmax", length, length));
    add_cell(lines, cell("crossing", "recovered/blocked", length, length));
    add_cell(lines, cell("crossing", "recovered/blocked", length, 32));
  }
  return lines;
}

std::vector<std::string> synthetic_overhead_records() {
  std::vector<std::string> lines;
  for (Index slices = 2; slices <= 256; slices *= 2) {
    for (const FirstSweep sweep : {FirstSweep::plain, FirstSweep::lazy}) {
      Record record = cell("overhead", "recovered/iterative", 16 * slices, 16);
      record.setting.first_sweep = sweep;
      record.measured = experiments::Overhead{
          .sliced = sweep == FirstSweep::plain ? 1335 : 1240 - 240 / slices, .full = 1000};
      lines.push_back(to_line(record));
    }
  }
  return lines;
}

std::vector<std::string> synthetic_work_records() {
  std::vector<std::string> lines;
  for (const Index slice : {16, 32, 64}) {
    for (const char* subject : {"recovered/tree", "recovered/iterative", "bisected/tree"}) {
      Record record = cell("work", subject, 8 * slice, slice);
      record.measured = Operations{.depth = 3000 + 8 * slice};
      lines.push_back(to_line(record));
    }
  }
  return lines;
}

std::vector<std::string> synthetic_exact_records() {
  std::vector<std::string> lines;
  const auto add = [&](const char* experiment, const char* subject, const char* map, Index length,
                       double relative) {
    for (const Index slice : {1, 4, 12, 31}) {
      Record record = cell(experiment, subject, length, slice);
      record.setting.scalar = Scalar::digits50;
      record.setting.model.feature_map = parse_feature_map(map);
      record.measured = experiments::GradientError{.relative = slice < length ? relative : 1e-49};
      lines.push_back(to_line(record));
    }
  };
  for (const char* map : {"sqr", "elu+1", "abs", "favor+_2"}) {
    add("exact", "recovered/iterative", map, 24, 2e-50);
  }
  add("exact", "recovered/iterative", "relu", 24, 9e-35);
  add("exact", "stored/iterative", "relu", 24, 1e-49);
  add("extension", "recovered/iterative", "sqr", 13, 5e-49);
  return lines;
}

std::vector<std::string> synthetic_drift_records() {
  std::vector<std::string> lines;
  for (const char* subject : {"recovered/iterative-subtracting", "recovered/iterative",
                              "exact/iterative", "stored/iterative"}) {
    for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
      for (const char* map : {"sqr", "relu"}) {
        for (const Index slice : {1, 16, 256}) {
          Record record = cell("drift", subject, 256, slice);
          record.setting.model.heads = 16;
          record.setting.model.feature_map = parse_feature_map(map);
          record.setting.scalar = scalar;
          record.measured = experiments::GradientError{.relative = 1e-6};
          lines.push_back(to_line(record));
          record.setting.seed = 2;  // not finite, and refused
          record.measured = experiments::GradientError{.relative = HUGE_VAL};
          if (slice == 1 && record.setting.subject.starts_with("rec")) {
            lines.push_back(to_line(record));
          }
          record.setting.seed = 3;
          record.measured = experiments::GradientError{.relative = HUGE_VAL, .refusal = "no grid"};
          lines.push_back(to_line(record));
          record.setting.length = 512;
          record.measured = experiments::GradientError{.relative = 2e-6};
          lines.push_back(to_line(record));
        }
      }
    }
  }
  return lines;
}

std::vector<std::string> synthetic_device_records() {
  std::vector<std::string> lines;
  for (const std::int64_t cap : {64, 128}) {
    for (const auto& [subject, slice, longest] : {std::tuple{"softmax", 1 << 20, 0},
                                                  {"recovered/blocked", 1 << 20, 4096},
                                                  {"recovered/blocked", 256, 1 << 20}}) {
      Record record = cell("device", subject, 1 << 20, slice);
      record.setting.memory_cap = cap << 20;
      record.measured = experiments::Longest{.length = longest};
      lines.push_back(to_line(record));
    }
  }
  return lines;
}

std::vector<std::string> synthetic_features_records() {
  std::vector<std::string> lines;
  for (Index blocks = 1; blocks <= 16; blocks *= 2) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Record record = cell("features", "reference", 64, 64);
      record.setting.seed = seed;
      record.setting.model.feature_map = {.kind = FeatureKind::favor_plus, .blocks = blocks};
      const double error = (1.0 + 0.1 * static_cast<double>(seed)) /
                           std::sqrt(static_cast<double>(record.setting.model.features()));
      record.measured = experiments::SoftmaxError{error, 0.8 * error, 0.9 * error};
      lines.push_back(to_line(record));
    }
  }
  return lines;
}

std::vector<std::string> synthetic_distributed_records() {
  std::vector<std::string> lines;
  for (const Index ranks : {2, 4, 8}) {
    for (const Index rows : {64, 128, 256}) {
      Record record = cell("distributed", "distributed/blocked", ranks * rows, ranks * rows);
      record.setting.ranks = ranks;
      record.measured = experiments::Distributed{.numbers_forward = 80,
                                                 .numbers_backward = 80,
                                                 .messages_deep = ranks - 1,
                                                 .critical_path = 100 * rows + ranks,
                                                 .operations = 100 * ranks * rows,
                                                 .bytes_rank = 300 * rows + 1000};
      lines.push_back(to_line(record));
    }
  }
  return lines;
}

std::vector<std::string> synthetic_training_records() {
  using experiments::TrainingTask;
  constexpr Index steps = 200;
  constexpr Index length = 63;
  std::vector<std::string> lines;
  const auto add = [&](TrainingTask task, std::uint64_t seed, const char* subject, Index slice,
                       Index switch_at, double off, std::int64_t cap = 0) {
    Record record = cell("training", subject, length, slice);
    Setting& setting = record.setting;
    setting.seed = seed;
    setting.memory_cap = cap;
    setting.training = {
        .task = task, .steps = steps, .check_every = 10, .leg = steps, .switch_at = switch_at};
    if (switch_at > 0) setting.training.full_subject = "recovered/blocked";
    experiments::TrainingLeg leg{
        .first_step = switch_at, .parameters = 400'000, .optimiser = 800'000, .peak = 3000 * slice};
    if (cap > 0 && slice == length) {
      leg.refusal = "out of memory";
      leg.wanted = 2'100'000;
    } else {
      for (Index step = switch_at; step < steps; ++step) {
        const auto t = static_cast<double>(step);
        const double noise = off * (1.0 + 0.5 * static_cast<double>(step % 7)) * (1.0 + 0.1 * t);
        leg.losses.push_back(1.5 + 4.0 / (1.0 + 0.05 * t + 0.01 * static_cast<double>(seed)) +
                             noise);
        if ((step + 1) % 10 == 0) {
          leg.checks.push_back(
              {.step = step + 1, .loss = leg.losses.back(), .accuracy = t / (t + 20.0)});
        }
      }
      leg.end = experiments::Check{.step = steps, .loss = leg.losses.back(), .accuracy = 0.9};
    }
    record.measured = leg;
    lines.push_back(to_line(record));
  };
  for (const TrainingTask task : {TrainingTask::copying, TrainingTask::text}) {
    for (const std::uint64_t seed : {1, 2}) {
      add(task, seed, "recovered/blocked", length, 0, 0.0);
      for (const Index at : {Index{0}, steps / 2}) {
        add(task, seed, "recovered/blocked", 32, at, 1e-6);
        add(task, seed, "recovered/blocked", 16, at, -8e-7);
        add(task, seed, "recovered/tree", length, at, 1.2e-6);
        add(task, seed, "float64/blocked", length, at, 9e-7);
      }
    }
  }
  add(TrainingTask::text, 1, "recovered/blocked", length, steps / 2, 0.0, 1'700'000);
  add(TrainingTask::text, 1, "recovered/blocked", 16, steps / 2, -8e-7, 1'700'000);
  return lines;
}

std::string synthetic_verdicts() {
  using Json = nlohmann::json;
  const auto verdict = [](const char* claim, const char* what, const char* statement, Json value,
                          Json interval) -> Json {
    return {{"claim", claim},
            {"verdict", what},
            {"statement", statement},
            {"statistic", "exponent of L in the peak bytes beyond the tokens, at C = 256"},
            {"value", std::move(value)},
            {"interval", std::move(interval)},
            {"rule", "the interval lies within 0.05 of 0"},
            {"evidence", "Bytes counted at 7 lengths from 1024 to 65536 differ by 0 bytes."},
            {"source", "abstract"}};
  };
  Json verdicts = {
      verdict("EXACT", "REFUTED", "The gradient is computed with no approximation.", 1.5e-41,
              {1.5e-41, 1.5e-41}),
      verdict("MEMORY-C", "SUPPORTED",
              "Memory beyond the input tokens does not grow with L: it is O(C).", 0.0, {0.0, 0.0}),
      verdict("SERIAL", "INCONCLUSIVE", "Serial time stays O(L) for every C.", 1.013,
              {0.97, 1.06})};
  for (const char* row :
       {"softmax attention", "Performer, slice C", "Performer, C = L", "Performer, C = 1"}) {
    for (const char* column : {"serial time", "parallel time", "memory"}) {
      const std::string claim = fmt::format("TABLE1/{}", verdicts.size());
      Json cell = verdict(claim.c_str(), "SUPPORTED", "a cell of table 1", 0.0, {0.0, 0.0});
      cell["cell"] = fmt::format("{} / {}", row, column);
      cell["theory"] = "(L/C)(1 + log C)";
      cell["measured"] = "14 N ⌈log₂ C⌉ + 795 N − 7 ⌈log₂ C⌉ − 133";
      verdicts.push_back(cell);
    }
  }
  return Json{{"schema", 1}, {"verdicts", verdicts}, {"provenance", Json::object()}}.dump(1);
}

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

void write_synthetic(const TestFolder& folder) {
  std::vector<std::string> lines = synthetic_length_records();
  for (const auto& more :
       {synthetic_slice_records(), synthetic_figure2_records(), synthetic_crossing_records(),
        synthetic_overhead_records(), synthetic_work_records(), synthetic_drift_records(),
        synthetic_device_records(), synthetic_features_records(), synthetic_distributed_records(),
        synthetic_training_records(), synthetic_exact_records()}) {
    lines.insert(lines.end(), more.begin(), more.end());
  }
  folder.write("records.jsonl", joined_lines(lines));
  folder.write("verdicts.json", synthetic_verdicts());
}

}  // namespace slim::plots
