// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace slim::properties {

/// In which way a subject failed, as its verdict says.
enum class Failure {
  wrong,              ///< a number beyond its bound
  non_finite,         ///< NaN or infinity where the truth is a number
  wrong_shape,        ///< another shape or element type than requested
  input_modified,     ///< it wrote into an input
  out_of_bounds,      ///< it wrote outside of an output or workspace array
  crash,              ///< its process ended by a signal, or exited early
  hang,               ///< no answer within the deadline
  memory_limit,       ///< it exceeded its memory limit
  protocol_error,     ///< its reply was no answer to the request
  load_error,         ///< it could not be loaded, or did not describe itself
  version_mismatch,   ///< it uses another version of the protocol
  unsupported,        ///< it rejected something that it declares to support
  error,              ///< it answered with an error of its own
  non_deterministic,  ///< different bits for the same request, although declared deterministic
};
/// As verdicts print it: "WRONG", "NON-FINITE", "OUT-OF-BOUNDS", …
std::string_view name(Failure failure);

/// A subject threw, gave an answer of the wrong shape, or gave none.
class SubjectError : public std::runtime_error {
 public:
  explicit SubjectError(const std::string& what, Failure failure = Failure::error)
      : std::runtime_error(what), failure_(failure) {}
  [[nodiscard]] Failure failure() const { return failure_; }

 private:
  Failure failure_;
};

/// The harness itself cannot go on, for lack of file descriptors or memory.
class HarnessError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace slim::properties
