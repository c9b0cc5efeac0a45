// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/output_error.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <array>

namespace slim {
namespace {

bool is_of_the_system(std::error_code error) {
  constexpr std::array faults = {
      std::errc::no_space_on_device,  std::errc::io_error,
      std::errc::broken_pipe,         std::errc::file_too_large,
      std::errc::too_many_files_open, std::errc::too_many_files_open_in_system,
      std::errc::not_enough_memory};
  const bool quota = error == std::error_code(EDQUOT, std::generic_category());
  return quota || std::ranges::any_of(faults, [&](std::errc fault) { return error == fault; });
}

}  // namespace

void throw_output_error(const std::string& place, std::error_code error) {
  const std::string what = place + ": cannot be written: " + error.message();
  if (is_of_the_system(error)) throw OutputError(what);
  throw ContractError(what);
}

}  // namespace slim
