#pragma once

#include "properties/engine/cases/attention_specs.hpp"
#include "properties/engine/law.hpp"
#include "properties/tolerance/attention_evidence.hpp"

#include <map>

namespace slim::properties::laws {

/// An attention case, the place where a law may cut it, and the other cases that a law makes of it.
struct AttentionCase {
  AttentionEvidence whole;
  Index cut = 1;  ///< 1 ≤ cut < L, or 1 where L is 1
  std::map<int, AttentionEvidence> others{};

  [[nodiscard]] const AttentionInputs<double>& given() const { return whole.given(); }
  [[nodiscard]] Index length() const { return given().v.sizes().rows; }
  bool wants_drift = true;

  /// The other case `number`, made on first need.
  AttentionEvidence& other(int number, const std::function<AttentionInputs<double>()>& make);
  /// Whether the bands of this case and the others have a drift.
  void want_drift(bool wanted);
};

/// Compares one subject's answers in one scalar.
using AttentionCheck = std::function<void(AttentionCase& c, const Subject& subject, Scalar scalar,
                                          AttentionJudge& judge)>;
/// Why a case that was read from a file is none of this law; empty if it is one.
using AttentionFits = std::function<std::string(const AttentionCase& c)>;

struct AttentionLawParts {
  AttentionRepair repair;  ///< makes a drawn spec one of this law
  AttentionFits fits;      ///< the same of a case from a file
  AttentionCheck check;
  /// Why nobody can be judged on the case; empty: AttentionEvidence::unusable says.
  std::function<std::string(AttentionCase& c, Scalar scalar)> unusable{};
  /// What the law asks for and the subject does not claim, besides the case itself; empty: nothing.
  std::function<std::string(const AttentionCase& c, const Subject& subject)> beyond_claims{};
  bool asks_features = false;  ///< the task features, and not attention
  enum class Sizes {
    as_drawn,     ///< no cases but the drawn ones
    all,          ///< the rows of an attention_design, too
    all_forward,  ///< the same without the pullback, which may be code of its own
    large_cases,  ///< large ones of these rows, of a subject whose threads are its own
  };
  Sizes sizes = Sizes::as_drawn;
};

/// Completes `words`: draws attention_specs, leaves out whom the case excuses, asks, judges.
Law attention_law(Law words, const AttentionLawParts& parts);

/// The generator's words that all these laws begin with.
inline constexpr const char* attention_generator =
    "B·H·L·M·D_v ≤ 900, lengths around the slice's edges, every feature map, masks, zeros, ties; "
    "two in 20 of up to 257 rows, one of widths up to 65";

/// As drawn.
AttentionSpec as_drawn(AttentionSpec spec);
std::string fits_always(const AttentionCase& c);
/// Causal, at least two rows.
AttentionSpec causal_with_a_cut(AttentionSpec spec);
std::string is_causal_with_a_cut(const AttentionCase& c);

/// Whether two calls of one shape must give the same bits.
bool gives_same_bits(const Subject& subject);

}  // namespace slim::properties::laws
