// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/probe_set.hpp"

#include <functional>

namespace slim::properties {

/// Ends the process of a subject, so that its next call is the first one of a new process.
using Restart = std::function<void()>;

/// Describes how the results of a failing case depend on whether it is the first call of a new
/// process; empty if they do not. The process is restarted twice: the case is run alone, and then
/// after a case of other widths from the probe set. If the results differ, both are repeated, and
/// have to be the same again. Results differ if a program keeps a value of its first call, such as
/// a factor that depends on a width. `varies`: the subject is known to return different results to
/// the same call, so that the case is also run twice in one process, as for a buffer that is not
/// cleared.
std::string dependence_on_first_question(const Subject& subject, const Restart& restart,
                                         Scalar scalar, const Law& law, Trial& trial,
                                         std::span<ProbeSet::Case> probe_set,
                                         const ErrorScale& error_scale, bool varies);

}  // namespace slim::properties
