#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace slim::properties {

/// In which way a subject failed: the word of its verdict.
enum class Failure {
  wrong,              ///< a number beyond its bound
  non_finite,         ///< NaN or infinity where the truth is a number
  wrong_shape,        ///< another shape or element type than was asked for
  input_modified,     ///< it wrote into what it was given to read
  out_of_bounds,      ///< it wrote beside what it was given to fill
  crash,              ///< its process ended by a signal, or unasked
  hang,               ///< no answer within the deadline
  memory_limit,       ///< it outgrew what it may use
  protocol_error,     ///< what it said was not an answer to the question
  load_error,         ///< it never came to describe itself
  version_mismatch,   ///< it speaks another version of the protocol
  unsupported,        ///< it declined what it declares to support
  error,              ///< it answered with an error of its own
  non_deterministic,  ///< other bits for the same question, declared deterministic
};
/// As verdicts print it: "WRONG", "NON-FINITE", "OUT-OF-BOUNDS", …
std::string_view name(Failure failure);

/// A subject threw, or answered in the wrong shape, or did not answer at all.
class SubjectError : public std::runtime_error {
 public:
  explicit SubjectError(const std::string& what, Failure failure = Failure::error)
      : std::runtime_error(what), failure_(failure) {}
  [[nodiscard]] Failure failure() const { return failure_; }

 private:
  Failure failure_;
};

/// The harness cannot go on, for want of descriptors or memory of its own: nobody else's fault.
class HarnessError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace slim::properties
