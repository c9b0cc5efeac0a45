// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/restrictions.hpp"
#include "properties/third_party/protocol/declared_form.hpp"
#include "properties/tolerance/own_features.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slim::properties::foreign {

/// The version of the protocol and of slim_subject.h that this harness implements.
inline constexpr int protocol_version = 1;

/// The order in memory of the axes of an array [B, H, L, ·].
enum class AxisOrder { bhld, blhd, lbhd };
/// "BHLD", "BLHD", "LBHD".
std::string_view name(AxisOrder order);

/// A claim of a subject on how its cost grows.
enum class ResourceClaim {
  flat_in_length,   ///< "flat in L": bytes beyond the input do not grow with L
  linear_in_slice,  ///< "O(C)": likewise, and they are affine in C
  linear_time,      ///< "linear": seconds are proportional to L
};
std::string_view name(ResourceClaim claim);

/// A model of the subject's own architecture: what it computes is not declared, only how it is
/// called.
struct OwnModel {
  /// Whether its answers are random, as with dropout.
  enum class Random {
    none,
    redrawn,      ///< the random numbers depend on the slice length and the batch
    by_position,  ///< they are a function of seed, sequence and position
  };
  struct Parameter {
    std::string name;
    std::vector<std::int64_t> shape;
    bool is_slope = true;  ///< false: its gradient is on purpose not the slope of the loss
    [[nodiscard]] std::int64_t entries() const;
  };
  Index vocab = 2;     ///< tokens are 0, …, vocab − 1
  Index padding = -1;  ///< the token that only fills sequences up at their end; −1: there is none
  Index longest = 1;   ///< the largest L
  std::vector<Parameter> parameters;
  bool sliced = false;         ///< it has a gradient in slices
  bool logits = false;         ///< the full pass gives logits
  bool decodes = false;        ///< it gives logits in pieces, each from the state after the last
  bool causal = true;          ///< logits depend on no later token
  bool masks = true;           ///< it honours a mask of targets
  bool batches = true;         ///< it takes several sequences
  bool couples_batch = false;  ///< the loss of a batch is no mean over its targets
  Random random = Random::none;
  double narrowest = 0.0;  ///< unit roundoff of declared narrow internals; 0: none

  /// The number of tokens other than padding.
  [[nodiscard]] Index tokens() const { return padding < 0 ? vocab : vocab - 1; }
  /// Token number n of these.
  [[nodiscard]] std::int64_t token(Index n) const { return padding < 0 || n < padding ? n : n + 1; }
  /// The one that follows after `by` others, in a circle; padding stays padding.
  [[nodiscard]] std::int64_t token_after(std::int64_t of, std::int64_t by) const {
    if (of == padding) return of;
    return token(((padding < 0 || of < padding ? of : of - 1) + by) % tokens());
  }
};

/// The declaration of a third-party subject: the answer to `describe`, or
/// slim_subject::declaration.
struct Declaration {
  std::string name;     ///< 1 to 60 letters, digits, ".", "_", "+", "-"
  std::string version;  ///< of the implementation
  bool attention = false;
  bool features = false;
  bool gradient = false;
  /// It draws projections of this kind.
  std::optional<ProjectionKind> projection{};
  /// Its attention and features use the projection that it draws with seed 0, for every head, in
  /// place of the given one.
  bool own_projection = false;
  std::optional<OwnWidth> own_width{};  ///< of its own feature map, if it has one
  std::optional<OwnModel> own_model{};
  std::vector<Scalar> scalars;  ///< not 50 digits
  Capabilities capabilities{};
  /// By default, GeLU may be computed as x (1 + erf(x/√2))/2, as in the paper's code, and ELU(x) +
  /// 1 as (e^x − 1) + 1.
  Conventions conventions{.gelu_cancellation = 1.0, .elu_cancellation = 1.0};
  AttentionConventions attention_conventions{.elu_cancellation = 1.0};
  AxisOrder axes = AxisOrder::bhld;
  bool transposed_state = false;  ///< R is [B, H, M, D_v], not [B, H, D_v, M]
  std::vector<ResourceClaim> claims;
  Restrictions restrictions{};
  DeclaredForm form{};
  bool counted_targets = true;        ///< a gradient divides by the given number of targets
  bool answers_invalid_json = false;  ///< a line that is no JSON gets an error
  std::string text;                   ///< the declaration itself, as compact JSON

  /// Whether it has a task for which there is a reference.
  [[nodiscard]] bool has_reference() const {
    return attention || features || gradient || projection.has_value();
  }
};

/// Throws ContractError that names the missing, unknown or malformed field; SubjectError of kind
/// version_mismatch for another protocol version.
Declaration parse_declaration(std::string_view json);

}  // namespace slim::properties::foreign
