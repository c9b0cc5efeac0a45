// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/counted.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slim::experiments {

/// The quantities that can be measured. The result of each is a struct with units in its field
/// names.
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
  training,
  distributed
};
std::string_view name(Quantity quantity);
/// Throws ContractError that lists what is allowed.
Quantity parse_quantity(std::string_view text);

/// One timed sample.
struct Seconds {
  double seconds = 0.0;         ///< wall time of one gradient: the mean over the iterations
  std::int64_t iterations = 1;  ///< gradients run consecutively for this sample
  double loss = 0.0;
};

/// Exact heap bytes of one gradient; each field is the peak of its own tag. Repeatable to the byte.
struct Bytes {
  std::int64_t parameters = 0;
  std::int64_t gradient = 0;
  std::int64_t tokens = 0;
  std::int64_t state = 0;
  std::int64_t slice = 0;
  std::int64_t result = 0;
  std::int64_t peak = 0;  ///< peak of all tags together, beyond parameters and gradient
  /// Peak of the heap beyond the ledger's peak: packing buffers of the matrix library, small
  /// objects and the allocator's rounding. Empty when the heap is not counted.
  std::optional<std::int64_t> scratch = std::nullopt;
  double loss = 0.0;
};

/// Peak resident memory of a fresh process. Units: bytes, a multiple of 1024.
struct ProcessPeak {
  std::int64_t peak = 0;      ///< after the gradient
  std::int64_t baseline = 0;  ///< program, parameters and tokens, before the gradient
};

/// Largest difference of an entry from the reference's gradient in 50 digits, relative to the
/// largest entry of its tensor (tensor_error.hpp).
struct GradientError {
  double relative = 0.0;          ///< NaN when an entry is not finite
  std::string refusal = {};       ///< why the subject computed no gradient; empty if it did
  std::string tensor = {};        ///< the tensor with the largest difference
  std::string zero_tensors = {};  ///< tensors whose gradient is zero, separated by commas
};

/// The same relative to the gradient of `stored/iterative` in float64 with C = 256, for settings
/// where 50 digits take too long.
struct GradientDiscrepancy {
  double relative = 0.0;
  std::string refusal = {};
  std::string tensor = {};
  std::string zero_tensors = {};
};

/// Range of the key sums S of the first layer: for each feature of each head, log₂ of its last
/// value divided by its first.
struct KeySpread {
  double key_deviation = 0.0;  ///< standard deviation of the entries of K
  double median_bits = 0.0;    ///< over the features
  double largest_bits = 0.0;
};

/// Multiply-adds of a gradient in slices and of the full pass of the same setting.
struct Overhead {
  std::int64_t sliced = 0;
  std::int64_t full = 0;  ///< C = L

  [[nodiscard]] double ratio() const {
    return static_cast<double>(sliced) / static_cast<double>(full);
  }
};

/// Difference between a training that switches from the full pass to slices halfway and one that
/// does not: the largest difference of a parameter, relative to the largest one of its tensor.
struct SwitchError {
  double relative = 0.0;
};

/// Largest difference from the gradient of the same subject in the full pass, in the same scalar,
/// relative to the largest entry of all tensors: the paper's figure 2.
struct FullDiscrepancy {
  double relative = 0.0;
  std::string refusal = {};
};

/// The longest sequence whose gradient completes in a process of the setting's address space, among
/// lengths 2^k up to the setting's; 0 when not even the shortest completes.
struct Longest {
  std::int64_t length = 0;
  std::string compared_with = {};  ///< another subject that computed this gradient; empty: none
  double difference = 0.0;         ///< from that gradient (gradient_digest.hpp)
};

/// Error of one head's FAVOR+ attention relative to softmax attention, ‖Ŷ − Y‖ / ‖Y‖ over all
/// entries, with M features drawn in each of three ways.
struct SoftmaxError {
  double independent = 0.0;
  double orthogonal = 0.0;      ///< orthogonal vectors of length √d, as in the paper's code
  double orthogonal_chi = 0.0;  ///< orthogonal vectors with the lengths of normal vectors
};

/// A validation during a training. Units: nats per counted target.
struct Check {
  std::int64_t step = 0;  ///< completed steps
  double loss = 0.0;
  std::optional<double> accuracy = std::nullopt;  ///< share of targets predicted correctly
};

/// Consecutive steps of a training.
struct TrainingLeg {
  std::int64_t first_step = 0;
  std::vector<double> losses = {};          ///< before each step's update; nats per counted target
  std::vector<Check> checks = {};           ///< validations on one batch
  std::optional<Check> end = std::nullopt;  ///< final validation, mean over its batches
  double seconds = 0.0;                     ///< of the steps, without validations
  double seconds_gradient = 0.0;            ///< of the gradients alone
  double seconds_data = 0.0;                ///< of making the batches
  double seconds_checks = 0.0;
  std::int64_t parameters = 0;  ///< bytes; the gradient takes as many again
  std::int64_t optimiser = 0;   ///< bytes of both moments
  std::int64_t peak = 0;        ///< bytes beyond these, the largest in the leg
  std::int64_t wanted = 0;      ///< bytes in total that a leg needs which did not fit
  std::string refusal = {};     ///< why the leg did not complete; empty if it did
  /// Final validation loss of a model that counts triples of bytes, for texts (trigram.hpp).
  std::optional<double> trigram_loss = std::nullopt;
  std::string parameters_sha1 = {};  ///< of the parameters after the last step
  /// How the process was cut off from every network (no_network.hpp); empty: it was not.
  std::string isolation = {};
};

/// One gradient on P ranks, counted exactly. The numbers of the rank that sends, or takes, most.
struct Distributed {
  std::int64_t numbers_forward = 0;   ///< prefix sums that a rank sends
  std::int64_t numbers_backward = 0;  ///< cotangents of prefix sums that a rank sends
  std::int64_t messages_deep = 0;     ///< on the longest chain of one exclusive scan
  std::int64_t critical_path =
      0;  ///< operations, if each rank does one at a time and waits for others
  std::int64_t operations = 0;  ///< of all ranks
  std::int64_t bytes_rank = 0;  ///< peak of state and slice of a rank, in float32
};

using Measured = std::variant<Seconds, Bytes, Operations, ProcessPeak, GradientError,
                              GradientDiscrepancy, KeySpread, Overhead, SwitchError,
                              FullDiscrepancy, Longest, SoftmaxError, TrainingLeg, Distributed>;
Quantity quantity_of(const Measured& measured);

}  // namespace slim::experiments
