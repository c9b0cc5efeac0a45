// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace slim {

/// Output could not be written, though the location is writable: a full disk, a device error, a
/// closed pipe. `what()` is one line that begins with the location.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reports a failed output. Throws OutputError for errors of the system (the disk is full or
/// broken, no descriptors or memory are left), ContractError for errors of the location (it is
/// missing, read-only, a folder, or owned by another user).
[[noreturn]] void throw_output_error(const std::string& place, std::error_code error);

}  // namespace slim
