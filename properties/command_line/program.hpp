// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/command_line/exit_code.hpp"

#include <functional>
#include <string_view>

namespace slim::command_line {

/// Runs a whole program: `body` does the work and returns the exit code. Its exceptions become one
/// line on standard error, "NAME: …", and an exit code: bad_input for ContractError, harness_failed
/// for all others. Lost output is also harness_failed, whatever `body` returns. Throws nothing,
/// even when no message can be written.
int run_program(std::string_view name, const std::function<int()>& body) noexcept;

}  // namespace slim::command_line
