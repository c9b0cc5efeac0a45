// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/attention_specs.hpp"
#include "properties/engine/cases/size_design.hpp"
#include "properties/engine/law.hpp"
#include "properties/tolerance/attention_judge.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <map>

namespace slim::properties::laws {

/// An attention case, where a law may cut it, and the cases that a law derives from it.
struct AttentionCase {
  AttentionEvidence whole;
  Index cut = 1;  ///< 1 ≤ cut < L, or 1 if L = 1
  std::map<int, AttentionEvidence> others{};

  [[nodiscard]] const AttentionInputs<double>& given() const { return whole.given(); }
  [[nodiscard]] Index length() const { return given().v.sizes().rows; }
  std::optional<Capabilities> assumed{};  ///< by assume()

  /// The derived case `number`, made on first use.
  AttentionEvidence& other(int number, const std::function<AttentionInputs<double>()>& make);
  /// What the subject declares, on which the bands of this case and the derived ones depend.
  void assume(const Capabilities& declared);
};

/// Runs and judges one subject in one scalar.
using AttentionCheck = std::function<void(AttentionCase& c, const Subject& subject, Scalar scalar,
                                          AttentionJudge& judge)>;
/// Why a case from a file is not a case of this law; empty if it is one. A requirement that the
/// case does not meet.
using AttentionFits = std::function<std::string(const AttentionCase& c)>;

/// Thrown on loading a case that is not one of this law.
class DoesNotFit : public ContractError {
 public:
  using ContractError::ContractError;
};

struct AttentionLawParts {
  AttentionRepair repair;  ///< changes a drawn spec to one of this law
  AttentionFits fits;      ///< checks a case from a file
  AttentionCheck check;
  /// Why no subject can be judged on the case. Empty function: AttentionEvidence::unusable.
  std::function<std::string(AttentionCase& c, Scalar scalar)> unusable{};
  /// What the law needs, besides the case itself, and the subject does not claim. Empty function:
  /// nothing.
  std::function<std::string(const AttentionCase& c, const Subject& subject)> beyond_claims{};
  bool asks_features = false;  ///< runs the features task instead of attention
  DesignedCases sizes = DesignedCases::none;
};

/// Completes `words`: draws attention_specs, skips subjects that the case excuses, runs and judges.
Law attention_law(Law words, const AttentionLawParts& parts);

/// The description of the generator that most of these laws share.
inline constexpr const char* attention_generator =
    "B·H·L·M·D_v ≤ 900, lengths near slice edges, every feature map, masks, zeros, ties; of 20 "
    "cases two have up to 257 rows, one has widths up to 65";

/// The repair of a law that uses every spec.
AttentionSpec as_drawn(AttentionSpec spec);
/// In every fourth case, entries with all digits of a double: a subject that rounds its inputs to
/// float32 would not be seen otherwise.
AttentionSpec with_all_digits_at_times(AttentionSpec spec);
std::string fits_always(const AttentionCase& c);
/// "it must have a normaliser", unless it has.
std::string has_a_normaliser(const AttentionCase& c);
/// Makes the spec causal, with at least two rows.
AttentionSpec causal_with_a_cut(AttentionSpec spec);
std::string is_causal_with_a_cut(const AttentionCase& c);

/// A case with inputs a x + b y in place of x.
using WithSum = AttentionInputs<double> (*)(AttentionInputs<double> inputs, double a, double b);
/// Holds the output for 2 x + y to twice that for x plus that for y, within the bands of all three.
void hold_to_sum(AttentionCase& c, const Subject& subject, Scalar scalar, AttentionJudge& judge,
                 WithSum with_sum);

/// Rows first … last − 1 of every sequence of a mask [B, L]. Empty if the mask is.
std::vector<std::uint8_t> rows_of_mask(const std::vector<std::uint8_t>& mask, Index L, Index first,
                                       Index last);
/// The first and the last of all groups of heads that share an array, as [first, last) heads.
struct HeadRange {
  Index batch;
  Index first;
  Index last;

  [[nodiscard]] bool contains(Index b, Index h) const {
    return b == batch && h >= first && h < last;
  }
};
HeadRange first_heads(const AttentionInputs<double>& inputs);
HeadRange last_heads(const AttentionInputs<double>& inputs);

/// Whether two calls of one shape must give the same bits.
bool gives_same_bits(const Subject& subject);

}  // namespace slim::properties::laws
