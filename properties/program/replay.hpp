#pragma once

#include "properties/engine/law.hpp"
#include "reference/vocabulary/scalar.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// How one subject did on a stored case in one scalar.
struct Replayed {
  std::string subject;
  Scalar scalar = Scalar::float64;
  std::string against;  ///< "expected", "reference in 50 digits", or the law's name
  Finding finding;
};

/// Judges a stored case. Metadata `subject` names the only subject to ask, `dtype` the arithmetic;
/// without a subject, the reference and every correct subject of the catalogue are asked, in the
/// case's dtype and in 50 digits. What they are held against:
/// - with metadata `law`: that law's own check;
/// - with expected.* tensors: those, error ≤ 1e-11 of the tensor's largest entry + 1e-13 of the
///   largest gradient entry of any tensor (the loss, the logits: of their own largest);
/// - else the reference in 50 digits, computed anew, with the laws' tolerances.
/// A subject that subtracts is skipped where a denominator is 0, unless the file names it.
/// Throws ContractError when the file is missing, corrupt, or names what does not exist.
/// A guest, if any, is asked in place of all these, and by its own laws before the catalogue's.
std::vector<Replayed> replay(const std::filesystem::path& path, const Subject* guest = nullptr,
                             std::span<const Law> laws_of_guest = {});

}  // namespace slim::properties
