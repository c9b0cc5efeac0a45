#pragma once

#include "properties/third_party/protocol/session.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::properties::foreign {

/// Asks a task of a session, in case files with the axes and the state's shape that it declares.
/// T: float, double. Throws SubjectError. What the subject does not claim to give (a pullback, the
/// state) is left as it was.
template <class T>
void exchange(Session& session, const AttentionTask<T>& task, AttentionResult<T>& result);
template <class T>
void exchange(Session& session, const FeaturesTask<T>& task, FeaturesResult<T>& result);
/// Throws SubjectError, too, for a segment with states, which cases do not carry.
template <class T>
void exchange(Session& session, const GradientTask<T>& task, GradientResult<T>& result);

}  // namespace slim::properties::foreign
