#pragma once

#include "properties/slim_verify/commands.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

namespace slim::properties {

/// Opens the foreign subject of a command line. Throws ContractError on bad arguments, SubjectError
/// when the subject does not come to describe itself.
foreign::ForeignSubject open_guest(const ForeignArguments& arguments);

/// Of its process.
foreign::Limits limits_of(const ForeignArguments& arguments);

/// The options that open it again under the same limits, quoted for a shell.
std::string guest_options(const ForeignArguments& arguments);

/// Says on standard error when this process was stopped while subjects ran, which a subject can
/// bring about: nothing else in a report would show it.
void report_stops();

}  // namespace slim::properties
