#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"

#include <array>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// How large the experiments are: ci takes minutes, laptop tens of minutes, paper hours.
enum class Scale { ci, laptop, paper };
inline constexpr std::array all_scales = {Scale::ci, Scale::laptop, Scale::paper};
std::string_view name(Scale scale);
/// Throws ContractError that lists what is allowed.
Scale parse_scale(std::string_view text);

/// What all settings of a sweep share, from the command line.
struct Conditions {
  Scale scale = Scale::laptop;
  std::uint64_t seed = 1;
  int threads = 1;
  std::filesystem::path corpus = {};
  std::uint64_t seeds = 0;  ///< how many, from `seed` on; 0: as many as the scale has
  std::string task = {};    ///< of trainings: copying or text; empty: both
  std::function<void(const std::string&)> say = {};  ///< told what plans leave out; empty: nobody

  [[nodiscard]] std::uint64_t seeds_or(std::uint64_t of_scale) const {
    return seeds > 0 ? seeds : of_scale;
  }
};

/// One thing to measure, so many times.
struct Plan {
  Setting setting;
  Quantity quantity = Quantity::bytes;
  int samples = 1;  ///< more than one for seconds only: all else is exact, or one fresh process
};

struct Record;

/// An experiment: a question, and the settings that answer it.
struct Experiment {
  std::string name;
  std::string question;
  std::vector<Plan> (*plans)(const Conditions&);
  /// The answer as a table in Markdown, for experiments that have one: slim-measure table.
  std::string (*table)(std::span<const Record>) = nullptr;
};

}  // namespace slim::experiments
