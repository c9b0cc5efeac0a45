#pragma once

#include "properties/command_line/exit_code.hpp"

#include <functional>
#include <string_view>

namespace slim::command_line {

/// Runs a program from its beginning to its end: `body` does the work and returns the exit code;
/// what it throws becomes one line on standard error, "NAME: …", and an exit code. ContractError is
/// bad_input, all else harness_failed. Output that was lost is harness_failed, too, whatever `body`
/// returned. Nothing is thrown, also when no message can be written.
int run_program(std::string_view name, const std::function<int()>& body) noexcept;

}  // namespace slim::command_line
