// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

namespace slim::properties::foreign {

inline constexpr const char* refuses_bad_requests_name = "refuses-bad-requests";

/// A bad request is refused by an error with a message, and the next request is answered.
///
/// Statement: an unknown method, a line that is not JSON, a task that is not declared, and a case
/// file that is missing, truncated, or without a tensor each get a JSON-RPC error with a message
/// within the deadline; afterwards the subject gives the same declaration as before.
/// Generator: one of these per case, in turn; the case file has the name of the request.
/// Tolerance: none.
Law refuses_bad_requests(const ForeignSubject& foreign);

}  // namespace slim::properties::foreign
