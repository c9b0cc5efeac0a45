// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// Size of the experiments: ci takes minutes, laptop tens of minutes, paper hours.
enum class Scale { ci, laptop, paper };
inline constexpr std::array all_scales = {Scale::ci, Scale::laptop, Scale::paper};
std::string_view name(Scale scale);
/// Throws ContractError that lists what is allowed.
Scale parse_scale(std::string_view text);

/// The scale of records with sizes of one's own: figures show them, and claims, which are about the
/// other scales, are not judged from them.
inline constexpr const char* own_scale = "own";

/// Sizes that a user chooses instead of a scale's.
struct OwnSizes {
  Model model;
  std::vector<Index> lengths = {1024, 2048, 4096, 8192};
  std::vector<Index> slices = {64, 128, 256};
  std::vector<std::string> subjects = {"recovered/iterative"};
};

/// What all settings of a sweep have in common, from the command line.
struct Conditions {
  Scale scale = Scale::laptop;
  std::uint64_t seed = 1;
  int threads = 1;
  std::filesystem::path corpus = {};
  std::uint64_t seeds = 0;  ///< number of seeds from `seed` on; 0: default of the scale
  std::optional<OwnSizes> own = {};
  std::string task = {};  ///< training task: copying or text; empty: both
  std::function<void(const std::string&)> say = {};  ///< called for each setting that is left out

  [[nodiscard]] std::uint64_t seeds_or(std::uint64_t of_scale) const {
    return seeds > 0 ? seeds : of_scale;
  }
};

/// One measurement, and its number of samples.
struct Plan {
  Setting setting;
  Quantity quantity = Quantity::bytes;
  int samples = 1;  ///< above 1 for seconds only; other quantities need one sample
};

struct Record;

/// An experiment: a question and the settings that answer it.
struct Experiment {
  std::string name;
  std::string question;
  std::vector<Plan> (*plans)(const Conditions&);
  /// The answer as a Markdown table, if the experiment has one: slim-measure table.
  std::string (*table)(std::span<const Record>) = nullptr;
};

}  // namespace slim::experiments
