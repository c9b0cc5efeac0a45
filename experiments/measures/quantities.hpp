#pragma once

#include "reference/vocabulary/scalars/counted.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slim::experiments {

/// What can be measured of a gradient. Each is a struct of its own, with the units in its names.
enum class Quantity {
  seconds,
  bytes,
  operations,
  process,
  gradient_error,
  gradient_discrepancy,
  key_spread,
  overhead,
  switch_error,
  full_discrepancy,
  longest,
  softmax_error,
  training
};
std::string_view name(Quantity quantity);
/// Throws ContractError that lists what is allowed.
Quantity parse_quantity(std::string_view text);

/// One timed sample.
struct Seconds {
  double seconds = 0.0;         ///< wall time of one gradient: the mean over the iterations
  std::int64_t iterations = 1;  ///< how many were run back to back for the sample
  double loss = 0.0;
};

/// Exact heap bytes of one gradient, each entry the peak of its own tag. Repeatable to the byte.
struct Bytes {
  std::int64_t parameters = 0;
  std::int64_t gradient = 0;
  std::int64_t tokens = 0;
  std::int64_t state = 0;
  std::int64_t slice = 0;
  std::int64_t result = 0;
  std::int64_t peak = 0;  ///< of all tags together, beyond parameters and gradient
  /// Peak of the heap beyond the ledger's peak: the matrix library's packing buffers, small objects
  /// and the allocator's rounding. Nothing where the heap is not counted.
  std::optional<std::int64_t> scratch = std::nullopt;
  double loss = 0.0;
};

/// High-water mark of a fresh process's resident memory. Units: bytes, a multiple of 1024.
struct ProcessPeak {
  std::int64_t peak = 0;      ///< after the gradient
  std::int64_t baseline = 0;  ///< program, parameters and tokens, before the gradient
};

/// How far a gradient is from the reference's in 50 digits, as a share of the reference's largest
/// entry.
struct GradientError {
  double relative = 0.0;     ///< NaN when anything is not finite
  std::string refusal = {};  ///< why the subject gave no gradient, if it refused to
};

/// The same from the gradient that `stored/iterative` gives in float64 with C = 256: for settings
/// that would take 50 digits too long.
struct GradientDiscrepancy {
  double relative = 0.0;
  std::string refusal = {};
};

/// How far the key sums S of the first layer reach: for each feature of each head, log₂ of its last
/// value over its first.
struct KeySpread {
  double key_deviation = 0.0;  ///< of the entries of K, from their mean
  double median_bits = 0.0;    ///< over the features
  double largest_bits = 0.0;
};

/// Multiply-adds of a gradient in slices beside those of the full pass of the same setting.
struct Overhead {
  std::int64_t sliced = 0;
  std::int64_t full = 0;  ///< C = L

  [[nodiscard]] double ratio() const {
    return static_cast<double>(sliced) / static_cast<double>(full);
  }
};

/// How far a training that goes over from the full pass to slices at its half has left the one that
/// does not: the largest difference of a parameter, as a share of the largest parameter.
struct SwitchError {
  double relative = 0.0;
};

/// How far a gradient is from the one that the same subject gives in the full pass, in the same
/// scalar, as a share of its largest entry: the paper's figure 2.
struct FullDiscrepancy {
  double relative = 0.0;
  std::string refusal = {};
};

/// The longest sequence, of lengths 2^k up to the setting's, whose gradient completes in a process
/// of the setting's address space; 0 when not even the shortest does.
struct Longest {
  std::int64_t length = 0;
};

/// How far a head's attention by FAVOR+ features is from the softmax attention that it stands for,
/// ‖Ŷ − Y‖ / ‖Y‖ of all entries, with M features drawn in each of three ways.
struct SoftmaxError {
  double independent = 0.0;
  double orthogonal = 0.0;      ///< of length √d, as in the paper's code
  double orthogonal_chi = 0.0;  ///< of lengths as independent ones have them
};

/// What a model is held against in the course of its training. Units: nats a counted target.
struct Check {
  std::int64_t step = 0;  ///< steps made before
  double loss = 0.0;
  std::optional<double> accuracy = std::nullopt;  ///< share of the targets hit, where it is asked
};

/// Some steps of a training that follow each other.
struct TrainingLeg {
  std::int64_t first_step = 0;
  std::vector<double> losses = {};  ///< of each step, before its update; nats a counted target
  std::vector<Check> checks = {};   ///< validations on one batch
  std::optional<Check> end = std::nullopt;  ///< after the last step of all, the mean of its batches
  double seconds = 0.0;                     ///< of the steps, validations apart
  double seconds_gradient = 0.0;            ///< of the gradients alone
  double seconds_data = 0.0;                ///< of making the batches
  double seconds_checks = 0.0;
  std::int64_t parameters = 0;  ///< bytes; as many again the gradient
  std::int64_t optimiser = 0;   ///< bytes of both moments
  std::int64_t peak = 0;        ///< bytes beyond these, the largest in the leg
  std::int64_t wanted = 0;      ///< bytes in all that a leg which did not fit its memory needs
  std::string refusal = {};     ///< why it came to no end, if it did not
};

using Measured = std::variant<Seconds, Bytes, Operations, ProcessPeak, GradientError,
                              GradientDiscrepancy, KeySpread, Overhead, SwitchError,
                              FullDiscrepancy, Longest, SoftmaxError, TrainingLeg>;
Quantity quantity_of(const Measured& measured);

}  // namespace slim::experiments
