#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slim::properties::foreign {

/// The version of the protocol and of slim_subject.h that this harness speaks.
inline constexpr int protocol_version = 1;

/// In which order an array [B, H, L, ·] of a sequence has its axes.
enum class AxisOrder { bhld, blhd, lbhd };
/// "BHLD", "BLHD", "LBHD".
std::string_view name(AxisOrder order);

/// What a subject says its cost grows with.
enum class ResourceClaim {
  flat_in_length,   ///< "flat in L": bytes beyond the input do not grow with L
  linear_in_slice,  ///< "O(C)": that, and they are affine in C
  linear_time,      ///< "linear": seconds are proportional to L
};
std::string_view name(ResourceClaim claim);

/// What a foreign subject says of itself: the answer to `describe`, the text in slim_subject.h.
struct Declaration {
  std::string name;     ///< letters, digits, ".", "_", "+", "-"
  std::string version;  ///< its own
  bool attention = false;
  bool features = false;
  bool gradient = false;
  std::vector<Scalar> scalars;  ///< of float32 and float64
  Capabilities capabilities{};
  /// A guest's GeLU may be x (1 + erf(x/√2))/2 unless it says otherwise, as in the paper's code,
  /// and its ELU(x) + 1 may be (e^x − 1) + 1.
  Conventions conventions{.gelu_cancellation = 1.0, .elu_cancellation = 1.0};
  AttentionConventions attention_conventions{.elu_cancellation = 1.0};
  AxisOrder axes = AxisOrder::bhld;
  bool transposed_state = false;  ///< R is [B, H, M, D_v], not [B, H, D_v, M]
  std::vector<ResourceClaim> claims;
  std::string text;  ///< the declaration itself, as compact JSON
};

/// Throws ContractError that names the field which is missing, unknown or of the wrong kind;
/// SubjectError of kind version_mismatch when the protocol is another one.
Declaration parse_declaration(std::string_view json);

}  // namespace slim::properties::foreign
