#pragma once

#include "properties/third_party/protocol/session.hpp"

namespace slim::properties::foreign {

/// A file as it was handed over, to see whether it is still the same.
class Sealed {
 public:
  explicit Sealed(std::filesystem::path path);
  [[nodiscard]] bool is_broken() const;

 private:
  std::filesystem::path path_;
  std::vector<std::byte> bytes_;
};

/// The tensors that were asked for, from a file that a stranger wrote: an ordinary one, of bounded
/// size, copied before it is read. Throws SubjectError: protocol_error when it is no such file,
/// wrong_shape when a tensor is missing or of another type or shape.
std::map<std::string, Tensor> read_result(const std::filesystem::path& path,
                                          const std::vector<WantedTensor>& wanted);

}  // namespace slim::properties::foreign
