// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/session.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::properties::foreign {

/// A task has sizes to which the subject does not claim to be restricted, so that it is not asked.
class BeyondRestrictions : public SubjectError {
 public:
  explicit BeyondRestrictions(const std::string& what) : SubjectError(what, Failure::unsupported) {}
};

/// Runs a task in a session, by case files with the declared order of axes and shape of the state.
/// T: float, double. Throws SubjectError, of a task that is beyond the declared restrictions
/// BeyondRestrictions. Results that the subject does not claim (a pullback, the
/// state) are left unchanged.
template <class T>
void exchange(Session& session, const AttentionTask<T>& task, AttentionResult<T>& result);
template <class T>
void exchange(Session& session, const FeaturesTask<T>& task, FeaturesResult<T>& result);
/// Also throws SubjectError for a segment with states, which case files cannot contain.
template <class T>
void exchange(Session& session, const GradientTask<T>& task, GradientResult<T>& result);

/// The projections [width, features] that the subject draws with `count` seeds from `first` on.
/// Throws SubjectError if they are not finite.
std::vector<Matrix<double>> ask_projections(Session& session, Index width, Index features,
                                            std::uint64_t first, Index count);

}  // namespace slim::properties::foreign
