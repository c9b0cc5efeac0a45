// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"

#include "properties/engine/cases/attention_design.hpp"
#include "properties/engine/make_law.hpp"
#include "properties/laws/attention/attention_drift.hpp"
#include "reference/vocabulary/case_file/attention_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

namespace slim::properties::laws {
namespace {

CaseFile file_of(const AttentionCase& c) {
  CaseFile file = to_case_file(c.given());
  file.metadata["cut"] = std::to_string(c.cut);
  return file;
}

AttentionCase case_from(const CaseFile& file, const AttentionFits& fits) {
  AttentionInputs<double> inputs = to_attention_inputs(file);
  const Index L = inputs.v.sizes().rows;
  AttentionCase c{.whole = AttentionEvidence(std::move(inputs)),
                  .cut = file.integer("cut", 1, std::max<Index>(1, L - 1))};
  const std::string reason = fits(c);
  if (!reason.empty()) throw DoesNotFit("the case does not fit its law: " + reason);
  return c;
}

/// What the subject does not claim: of the law, then of the case.
std::string unclaimed_by(const AttentionLawParts& parts, AttentionCase& c, const Subject& subject,
                         Scalar scalar) {
  if (parts.beyond_claims) {
    if (std::string reason = parts.beyond_claims(c, subject); !reason.empty()) return reason;
  }
  return parts.asks_features ? unclaimed_features(subject, scalar, c.given())
                             : unclaimed(subject, scalar, c.given());
}

/// A subject may refuse a case whose sums exceed its digits.
Finding checked(const AttentionLawParts& parts, AttentionCase& c, const Subject& subject,
                Scalar scalar) {
  if (std::string reason = unclaimed_by(parts, c, subject, scalar); !reason.empty()) {
    return not_claimed(reason);
  }
  AttentionJudge judge(subject, scalar);
  c.assume(subject.capabilities);
  if (parts.asks_features) {
    parts.check(c, subject, scalar, judge);
    return judge.finding();
  }
  if (std::optional<Finding> excuse = excused(subject, scalar, c.whole)) return *excuse;
  if (!is_beyond_its_digits(subject, scalar, c.whole)) {
    parts.check(c, subject, scalar, judge);
    Finding found = judge.finding();
    if (found.outcome != Outcome::drift || !subject.capabilities.subtracting) return found;
    return with_evidence_of_subtraction(parts, c, subject, scalar, std::move(found), judge);
  }
  judge.admit_drift();
  try {
    parts.check(c, subject, scalar, judge);
  } catch (const SubjectError& error) {
    if (error.failure() != Failure::error) throw;
    return skipped("refused: the sums exceed the subject's digits");
  }
  return judge.finding();
}

AttentionSpace space_for(const Capabilities& claimed, const ExtraSizes& extra,
                         const AttentionLawParts& parts) {
  return parts.asks_features ? features_space(claimed, extra) : attention_space(claimed, extra);
}

/// A subject without the pullback is not asked for it in designed cases, which take long to draw.
DesignedCases sizes_for(const Capabilities& claimed, const AttentionLawParts& parts) {
  const bool asks_pullback = parts.sizes == DesignedCases::all && !parts.asks_features;
  return asks_pullback && !claimed.pullback ? DesignedCases::none : parts.sizes;
}

}  // namespace

AttentionEvidence& AttentionCase::other(int number,
                                        const std::function<AttentionInputs<double>()>& make) {
  const auto found = others.find(number);
  if (found != others.end()) return found->second;
  AttentionEvidence& made = others.emplace(number, AttentionEvidence(make())).first->second;
  if (assumed) made.assume(*assumed);
  return made;
}

void AttentionCase::assume(const Capabilities& declared) {
  assumed = declared;
  whole.assume(declared);
  for (auto& [number, evidence] : others) evidence.assume(declared);
}

/// The law with designed cases in this space.
static Law attention_law_in(const AttentionSpace& space, Law words, const AttentionLawParts& parts,
                            DesignedCases sizes) {
  words.asks_features = parts.asks_features;
  words.task = parts.asks_features ? "features" : "attention";
  words.size_goal = {};
  words.designed = {};
  if (!space.empty()) {
    words.size_goal = [space]() -> const SizeGoal& { return attention_design(space).goal(); };
  }
  if (!space.empty() && sizes != DesignedCases::none) {
    words.designed = [space, sizes] {
      return static_cast<int>(rows_of(attention_design(space), sizes).size());
    };
  }
  words.fitted = [words, parts](const Capabilities& claimed, const ExtraSizes& extra) {
    return attention_law_in(space_for(claimed, extra, parts), words, parts,
                            sizes_for(claimed, parts));
  };
  const AttentionRepair repair = [limits = space.restrictions,
                                  of_law = parts.repair](const AttentionSpec& spec) {
    return within(limits, of_law(spec));
  };
  return make_law<AttentionSpec, AttentionCase>(
      std::move(words),
      {.specs = attention_specs([space, repair](const AttentionSpec& spec) {
         return repair(with_forms_of(space, with_map_of(space, spec)));
       }),
       .readable = [](const AttentionSpec& spec) { return readable(spec); },
       .extents = extents_of,
       .designed =
           [space, repair, sizes](int number, std::uint64_t turn, int attempt) {
             const AttentionDesign& design = attention_design(space);
             const int row = rows_of(design, sizes).at(static_cast<std::size_t>(number));
             AttentionSpec spec = design.spec(row, turn, attempt);
             // Slopes of an own map in everyday shapes take long: other cases show gradients, too.
             const bool is_long = space.own_map != nullptr && sizes == DesignedCases::everyday;
             spec.pullback = sizes != DesignedCases::all_forward && !is_long;
             return designed_specs(spec, repair);
           },
       .materialise =
           [](const AttentionSpec& spec) {
             return AttentionCase{.whole = AttentionEvidence(materialise(spec)), .cut = spec.cut};
           },
       .to_file = file_of,
       .from_file = [fits = parts.fits](const CaseFile& file) { return case_from(file, fits); },
       .unusable = [unusable = parts.unusable](AttentionCase& c, Scalar scalar) -> std::string {
         return unusable ? unusable(c, scalar) : c.whole.unusable(scalar);
       },
       .check = [parts](AttentionCase& c, const Subject& subject, Scalar scalar) -> Finding {
         return checked(parts, c, subject, scalar);
       },
       .unclaimed = [parts](AttentionCase& c, const Subject& subject,
                            Scalar scalar) { return unclaimed_by(parts, c, subject, scalar); }});
}

Law attention_law(Law words, const AttentionLawParts& parts) {
  Capabilities of_built_in_subjects;
  of_built_in_subjects.bidirectional = true;
  const AttentionSpace space = space_for(of_built_in_subjects, {}, parts);
  Law law = attention_law_in(space, std::move(words), parts, for_built_in_subjects(parts.sizes));
  law.alternates_scalars = true;
  return law;
}

AttentionSpec as_drawn(AttentionSpec spec) {
  return spec;
}

AttentionSpec with_all_digits_at_times(AttentionSpec spec) {
  spec.all_digits = spec.seed % 4 == 3;
  return spec;
}

std::string fits_always(const AttentionCase& /*c*/) {
  return {};
}

std::string has_a_normaliser(const AttentionCase& c) {
  return averages(c.given().conventions) ? "" : "it must have a normaliser";
}

AttentionSpec causal_with_a_cut(AttentionSpec spec) {
  spec.causal = true;
  spec.length = std::max<Index>(spec.length, 2);
  return spec;
}

std::string is_causal_with_a_cut(const AttentionCase& c) {
  return c.given().causal && c.length() >= 2 ? "" : "it must be causal and have at least 2 rows";
}

void hold_to_sum(AttentionCase& c, const Subject& subject, Scalar scalar, AttentionJudge& judge,
                 WithSum with_sum) {
  AttentionEvidence& one = c.other(0, [&] { return with_sum(c.given(), 1.0, 0.0); });
  AttentionEvidence& other = c.other(1, [&] { return with_sum(c.given(), 0.0, 1.0); });
  AttentionEvidence& both = c.other(2, [&] { return with_sum(c.given(), 2.0, 1.0); });
  const AttentionAnswer of_one = ask(subject, scalar, one.given());
  const AttentionAnswer of_other = ask(subject, scalar, other.given());
  const AttentionAnswer of_both = ask(subject, scalar, both.given());
  Heads<Digits50> sum = of_one.out;
  for (std::size_t i = 0; i < sum.values().size(); ++i) {
    sum.values()[i] = 2 * of_one.out.values()[i] + of_other.out.values()[i];
  }
  judge.hold("out", of_both.out, sum, [&](std::size_t place) {
    constexpr AttentionArray out = AttentionArray::out;
    return 2.0 * one.band(scalar, out, place) + other.band(scalar, out, place) +
           both.band(scalar, out, place);
  });
}

std::vector<std::uint8_t> rows_of_mask(const std::vector<std::uint8_t>& mask, Index L, Index first,
                                       Index last) {
  std::vector<std::uint8_t> rows;
  for (std::size_t at = 0; at < mask.size(); ++at) {
    const Index l = static_cast<Index>(at) % L;
    if (l >= first && l < last) rows.push_back(mask[at]);
  }
  return rows;
}

HeadRange first_heads(const AttentionInputs<double>& inputs) {
  return {.batch = 0, .first = 0, .last = inputs.groups.largest()};
}

HeadRange last_heads(const AttentionInputs<double>& inputs) {
  const HeadsSizes& sizes = inputs.v.sizes();
  return {.batch = sizes.batch - 1,
          .first = sizes.heads - inputs.groups.largest(),
          .last = sizes.heads};
}

bool gives_same_bits(const Subject& subject) {
  return subject.capabilities.deterministic;
}

}  // namespace slim::properties::laws
