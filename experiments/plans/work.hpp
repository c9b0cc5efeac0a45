// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/statistics/exact_law.hpp"

#include <optional>

namespace slim::experiments {

/// Exact work and critical path of every boundary and prefix sum over (L, C): N = 2, 4, 8, 16
/// slices of 16 to 128 rows, or of one to four blocks (at ci up to 8 slices for algorithms with two
/// sweeps).
std::vector<Plan> work_plans(const Conditions& conditions);

/// One count of one subject, and its law.
struct WorkModel {
  std::string subject;
  std::string count;  ///< multiplications, additions, divisions, elementary, critical-path
  /// Empty where records are missing.
  std::optional<ExactLaw> law = std::nullopt;
};

/// The models of all subjects with this boundary. The blocked prefix sum multiplies blocks of 64
/// rows, so slice lengths that are not a multiple of 64 follow a different line and are left out;
/// its critical path jumps between one block and two, and has no model here.
std::vector<WorkModel> work_models(std::string_view boundary, Law law,
                                   std::span<const Record> records);

/// The models of every boundary and prefix sum, in Markdown.
std::string work_table(std::span<const Record> records);

}  // namespace slim::experiments
