// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/slim_verify/commands.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

namespace slim::properties {

/// Opens the third-party implementation that the options name. Throws ContractError on bad
/// arguments, SubjectError when it does not describe itself.
foreign::ForeignSubject open_third_party(const ForeignArguments& arguments);

/// The limits of its process.
foreign::Limits limits_of(const ForeignArguments& arguments);

/// The options that open it again under the same limits, quoted for a shell.
std::string third_party_options(const ForeignArguments& arguments);

/// Prints a note on standard error if this process was stopped while a subject ran. A subject can
/// cause this, and nothing else in a report would show it.
void report_stops();

}  // namespace slim::properties
