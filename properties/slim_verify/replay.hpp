// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "properties/slim_verify/case_tensors.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// The result of one subject on a stored case in one scalar.
struct Replayed {
  std::string subject;
  Scalar scalar = Scalar::float64;
  Compared compared;
  Finding finding;

  /// The subject was run, and there was something to compare.
  [[nodiscard]] bool compares_something() const {
    return finding.outcome != Outcome::skipped && !finding.worst.tensor.empty() &&
           !compared.nothing();
  }
};

/// Judges a stored case. Metadata `subject` names the only subject to run, `dtype` the arithmetic;
/// without a subject, the reference and every correct subject of the catalogue are run, in the
/// case's dtype and in 50 digits. Their answers are compared with:
/// - with metadata `law`: what that law compares them with;
/// - with expected.* tensors: those tensors; error ≤ 1e-11 of the tensor's largest entry + 1e-13 of
///   the largest gradient entry of any tensor (for the loss and the logits: of their own largest),
///   where only finite entries count; an expected value that is not finite always fails; in
///   float32, float16 and bfloat16, whose roundings are larger than that, + what the rounding
///   errors of a correct program may be in that scalar; of a tensor stored in float32, + the unit
///   roundoff of float32 times the row's largest entry;
/// - else: the reference in 50 digits, computed anew, with the laws' tolerances.
/// A subject that subtracts is skipped if a denominator is 0, unless the file names it. The note of
/// a finding names the compared tensors that are not judged: the error allowed at the largest entry
/// is larger than that entry, so zeros would pass.
/// If `third_party` is given, it is run instead of all these, and `third_party_laws` take
/// precedence over the catalogue's laws of the same name. Throws ContractError when the file is
/// missing or corrupt, names something that does not exist, or has a tensor that would not be
/// compared.
std::vector<Replayed> replay(const std::filesystem::path& path,
                             const Subject* third_party = nullptr,
                             std::span<const Law> third_party_laws = {});

}  // namespace slim::properties
