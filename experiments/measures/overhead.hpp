// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <map>
#include <string>

namespace slim::experiments {

/// Exact multiply-adds at sizes that are too large to count directly. Multiply-adds are a
/// polynomial of degree 2 in a common factor of all widths (d, d_ff, V, hence d_model and M),
/// affine in the number of slices from two on, and, in the full pass, affine in the rows. They are
/// therefore counted with narrow models and few slices, and the polynomials are evaluated at the
/// setting's sizes. One factor and one number of slices are held out and must be predicted with
/// residual 0; if a full pass is not, it is counted at its own length. Throws ContractError when C
/// does not divide L, or when the held-out counts differ, for example when the work is not linear
/// in the number of slices.
/// Cost: a few gradients of four slices and one to four features per head, on counting numbers.
Overhead count_overhead(const Subject& subject, const Setting& setting);

/// The same for many settings; shared counts are computed once.
class OverheadCounter {
 public:
  Overhead count(const Subject& subject, const Setting& setting);

 private:
  std::map<std::string, std::int64_t> known_;  ///< multiplications by counted setting
};

}  // namespace slim::experiments
