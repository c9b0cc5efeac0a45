// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/session.hpp"

namespace slim::properties::foreign {

/// A copy of a file, to detect later changes of the file.
class Sealed {
 public:
  explicit Sealed(std::filesystem::path path);
  [[nodiscard]] bool is_broken() const;

 private:
  std::filesystem::path path_;
  std::vector<std::byte> bytes_;
};

/// Reads the requested tensors from an untrusted file. It must be a regular file of bounded size,
/// and is copied before it is parsed. Throws SubjectError: protocol_error if it is no such file,
/// wrong_shape if a tensor is missing or has another type or shape.
std::map<std::string, Tensor> read_result(const std::filesystem::path& path,
                                          const std::vector<WantedTensor>& wanted);

}  // namespace slim::properties::foreign
