#pragma once

#include "properties/engine/law.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

namespace slim::properties::foreign {

inline constexpr const char* refuses_bad_requests_name = "refuses-bad-requests";

/// What is no request is refused by an error with a message, and the next question is answered.
///
/// Statement: an unknown method, a line that is no JSON, a task that is not declared, a case file
/// that is missing, truncated, or without a tensor: each gets a JSON-RPC error with a message
/// within the deadline; after it the subject describes itself as before.
/// Generator: one of these a case, in turn; its file has the request's name. Tolerance: none.
Law refuses_bad_requests(const ForeignSubject& foreign);

}  // namespace slim::properties::foreign
