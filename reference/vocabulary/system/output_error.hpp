#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace slim {

/// Output did not get to where it was going, though the place can be written: a full disk, an error
/// of a device, a reader that has gone. `what()` is one line that begins with the place.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reports an output that failed. Throws OutputError where the system is at fault (the disk is full
/// or broken, there are no descriptors or no memory), ContractError where the place is: it is
/// missing, read-only, a folder, or another user's.
[[noreturn]] void throw_output_error(const std::string& place, std::error_code error);

}  // namespace slim
