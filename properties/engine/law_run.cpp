// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/law_run.hpp"

#include <algorithm>
#include <chrono>

namespace slim::properties {
namespace {

/// The skip of a case that cannot be judged, or that the subject does not claim.
Finding unusable_for(const NumberedCase::Usable& usable, const Subject& subject, Scalar scalar) {
  std::string unclaimed = usable.last->unclaimed_by(subject, scalar);
  return unclaimed.empty() ? skipped(usable.reason) : not_claimed(unclaimed);
}

/// Whether a designed case of a law is run in a scalar of the plan: in float32 and float64, and in
/// narrower ones if the plan has neither.
bool is_designed_for(const Law& law, const RunPlan& plan, int row, Scalar scalar) {
  const auto runs = [&](Scalar in) { return std::ranges::count(plan.scalars, in) > 0; };
  const bool has_wide = runs(Scalar::float32) || runs(Scalar::float64);
  const bool is_wide = scalar == Scalar::float32 || scalar == Scalar::float64;
  if (scalar == Scalar::digits50) return false;
  if (!is_wide && (has_wide || !law.is_designed_for_narrow)) return false;
  if (!law.alternates_scalars || !runs(Scalar::float32) || !runs(Scalar::float64)) return true;
  const bool is_odd = (static_cast<std::uint64_t>(row) + plan.seed) % 2 == 1;
  return is_odd == (scalar == Scalar::float64);
}

}  // namespace

CaseId id_of(const LawRun& run, int place) {
  return place < run.drawn ? CaseId(place) : CaseId(place - run.drawn, true);
}

int designed_for(const Law& law, const RunPlan& plan, Scalar scalar) {
  if (!plan.covers_sizes || !law.designed) return 0;
  int number = 0;
  const int rows = law.designed();
  for (int row = 0; row < rows; ++row) {
    if (is_designed_for(law, plan, row, scalar)) ++number;
  }
  return number;
}

bool is_run_in(const LawRun& run, int place, Scalar scalar) {
  return place < run.drawn ? run.law.asks(place, scalar)
                           : is_designed_for(run.law, run.plan, place - run.drawn, scalar);
}

Record judged(NumberedCase& numbered, const Subject& subject, Scalar scalar) {
  const auto start = std::chrono::steady_clock::now();
  const NumberedCase::Usable usable = numbered.usable(scalar);
  Record record{.finding = usable.trial == nullptr ? unusable_for(usable, subject, scalar)
                                                   : check_safely(*usable.trial, subject, scalar),
                .attempt = usable.attempt};
  record.extents = usable.extents;
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return record;
}

}  // namespace slim::properties
