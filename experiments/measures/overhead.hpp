#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <map>
#include <string>

namespace slim::experiments {

/// Exact, for sizes that cannot be counted directly in any reasonable time. Multiply-adds are a
/// polynomial of degree 2 in a common factor of all widths (d, d_ff, V, hence d_model and M),
/// affine in the number of slices from two on, and in the full pass affine in the rows; so they are
/// counted with narrow models and few slices, and the polynomials evaluated at the setting's sizes.
/// One factor and one number of slices are held out, and must be met with residual 0; a full pass
/// that does not meet it is counted in its own length. Throws ContractError when C does not divide
/// L, or the held-out counts are not met, as by a subject whose work is not linear in the slices.
/// Cost: that of a few gradients of four slices and one to four features a head, on counting
/// numbers.
Overhead count_overhead(const Subject& subject, const Setting& setting);

/// The same for many settings: what they share is counted once.
class OverheadCounter {
 public:
  Overhead count(const Subject& subject, const Setting& setting);

 private:
  std::map<std::string, std::int64_t> known_;  ///< multiplications by what was counted
};

}  // namespace slim::experiments
