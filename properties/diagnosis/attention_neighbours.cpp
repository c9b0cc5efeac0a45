// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/neighbours.hpp"
#include "properties/tolerance/attention_judge.hpp"
#include "reference/vocabulary/case_file/attention_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

/// The kinds of masks of which one may be that of the case.
std::vector<KeyMask> masks_like(const AttentionInputs<double>& inputs) {
  const auto& mask = inputs.key_mask;
  if (mask.empty()) return {KeyMask::none};
  if (std::ranges::count(mask, 0) == static_cast<std::ptrdiff_t>(mask.size()))
    return {KeyMask::all};
  // The first kind masks a key of every sequence, whatever its length.
  return {KeyMask::leading, KeyMask::scattered, KeyMask::padding,   KeyMask::whole_slices,
          KeyMask::ragged,  KeyMask::one_empty, KeyMask::first_only};
}

/// Whether only queries, or only keys, are absent in the cross attention of a subject.
bool is_cross_attention(const Subject& subject, const AttentionInputs<double>& inputs) {
  const bool crosses = std::ranges::find(subject.forms, words_of_cross_attention,
                                         &InputForm::with) != subject.forms.end();
  return crosses && !inputs.causal && inputs.query_mask.empty() != inputs.key_mask.empty();
}

/// The most keys that a sequence with masked keys leaves to attend to.
Index keys_left(const AttentionInputs<double>& inputs) {
  const auto& mask = inputs.key_mask;
  const Index rows = inputs.v.sizes().rows;
  Index most = 0;
  for (auto first = mask.begin(); first != mask.end(); first += rows) {
    const auto left = static_cast<Index>(std::count(first, first + rows, 1));
    if (left < rows) most = std::max(most, left);
  }
  return most;
}

/// Whether a mask of all keys but a few says something of other masks: attention to one key is
/// right whatever the weights, and a mask of no key is none.
bool has_keys_like(const AttentionInputs<double>& failing, const AttentionInputs<double>& inputs) {
  constexpr Index several = 2;
  const Index least = failing.key_mask.empty() ? several : std::min(several, keys_left(failing));
  return inputs.key_mask.empty() || keys_left(inputs) >= least;
}

/// A mask of the same share of the first rows of each sequence.
std::vector<std::uint8_t> mask_like(const std::vector<std::uint8_t>& mask,
                                    const HeadsSizes& sizes) {
  std::vector<std::uint8_t> result;
  if (mask.empty()) return result;
  const auto kept = static_cast<Index>(std::ranges::count(mask, 1));
  const auto all = static_cast<Index>(mask.size());
  const Index rows = std::max<Index>(1, sizes.rows * kept / all);
  for (Index at = 0; at < sizes.batch * sizes.rows; ++at) {
    result.push_back(at % sizes.rows < rows ? 1 : 0);
  }
  return result;
}

/// Gives the case the groups of heads of the failing one, and as many absent rows in proportion.
void put_form_of(const AttentionInputs<double>& failing, bool is_cross,
                 const AttentionNeighbour& spec, AttentionInputs<double>& inputs) {
  inputs.groups = spec.shares_heads ? failing.groups : HeadGroups();
  if (!is_cross) return;
  inputs.query_mask.clear();
  inputs.key_mask.clear();
  if (!spec.is_cross) return;
  inputs.query_mask = mask_like(failing.query_mask, inputs.v.sizes());
  inputs.key_mask = mask_like(failing.key_mask, inputs.v.sizes());
}

constexpr std::array kinds_of_entries = {
    Entries::moderate, Entries::normal,       Entries::zeros, Entries::integers,
    Entries::spread,   Entries::near_epsilon, Entries::equal, Entries::near_equal,
    Entries::far,      Entries::opposite,     Entries::steep, Entries::subnormal};

Finding without_numbers(const SubjectError& error) {
  return {.outcome = Outcome::wrong,
          .worst = {.tensor = std::string(no_tensor)},
          .note = error.what(),
          .failure = error.failure()};
}

template <class W>
ComparedArray compared_array(std::string name, const Heads<W>& got, const Heads<W>& wanted,
                             const std::function<Band(std::size_t)>& band) {
  ComparedArray array{.name = std::move(name), .sizes = got.sizes()};
  for (std::size_t i = 0; i < got.values().size(); ++i) {
    array.got.push_back(to_double(got.values()[i]));
    array.wanted.push_back(to_double(wanted.values()[i]));
    const double rounded = 4e-16 * std::abs(array.wanted.back());  // both are now doubles
    array.bound.push_back(band(i).suspect + rounded);
  }
  return array;
}

}  // namespace

AttentionNeighbours::AttentionNeighbours(const Subject& subject, const Counterexample& found,
                                         bool asks_features)
    : subject_(subject),
      found_(found),
      asks_features_(asks_features),
      failing_(to_attention_inputs(found.file)) {
  for (const AttentionNeighbour& spec : bases()) {
    const std::optional<Finding> finding = finding_on(spec);
    if (!finding || finding->outcome != Outcome::wrong) continue;
    const auto same =
        std::ranges::find(finding->wrong_tensors, tensor_of(found.finding.worst), tensor_of);
    const bool is_compared = same != finding->wrong_tensors.end();
    if (is_compared && found.finding.worst.bound > 0.0
            ? !is_same_fault(with_limited_error(found.finding, unit_roundoff(found.scalar)),
                             *finding)
            : found.finding.failure != finding->failure) {
      // Other entries would show the fault, but it is unknown which fault this is.
      if (is_ordinary(spec)) return;
      continue;
    }
    first_ = *finding;
    if (is_compared) first_.worst = *same;
    first_ = with_limited_error(first_, unit_roundoff(found.scalar));
    base_ = spec;
    return;
  }
}

std::vector<AttentionNeighbour> AttentionNeighbours::bases() const {
  const AttentionInputs<double>& inputs = failing_;
  AttentionNeighbour spec;
  spec.length = inputs.v.sizes().rows;
  spec.slice_length = inputs.slice_length;
  spec.batch = inputs.v.sizes().batch;
  spec.heads = inputs.v.sizes().heads;
  spec.width = inputs.q.sizes().cols;
  spec.value_width = inputs.v.sizes().cols;
  spec.feature_map = inputs.feature_map;
  spec.features_given = inputs.features_given;
  spec.causal = inputs.causal;
  spec.normalised = inputs.conventions.normaliser == Normaliser::denominator;
  spec.has_start = !inputs.start.empty();
  spec.pullback = inputs.wants_pullback;
  spec.has_end_cotangent = !inputs.end_cotangent.empty();
  spec.seed = 1;
  spec.all_digits = has_digits_beyond_float32(inputs);
  spec.shares_heads = inputs.groups != HeadGroups();
  spec.is_cross = is_cross_attention(subject_, inputs);
  const bool has_layout = found_.law == "layouts-agree";
  // These laws make cases with a start state, or with a mask.
  spec.has_start = spec.has_start || found_.law == "attention-resumes";
  std::vector<KeyMask> masks = masks_like(inputs);
  if (found_.law == "masked-keys-absent") masks.insert(masks.begin(), KeyMask::leading);
  std::vector<AttentionNeighbour> all;
  for (const Entries entries : kinds_of_entries) {
    for (const KeyMask mask : masks) {
      for (const Layout layout : all_layouts) {
        if (layout != Layout::contiguous && !has_layout) continue;
        spec.entries = entries;
        spec.mask = mask;
        spec.layout = layout;
        all.push_back(spec);
      }
    }
  }
  return all;
}

AttentionInputs<double> AttentionNeighbours::inputs_of(const AttentionNeighbour& spec) const {
  AttentionInputs<double> inputs = materialise(spec);
  inputs.conventions =
      subject_.capabilities.any_attention_conventions
          ? failing_.conventions
          : acting_on(subject_.attention_conventions, spec.feature_map, spec.features_given);
  for (const InputForm& form : subject_.forms) form.fit(inputs);
  if (!subject_.forms.empty()) {
    put_form_of(failing_, is_cross_attention(subject_, failing_), spec, inputs);
  }
  return inputs;
}

std::optional<Finding> AttentionNeighbours::finding_on(const AttentionNeighbour& spec) const {
  const Scalar scalar = found_.scalar;
  try {
    const AttentionInputs<double> inputs = inputs_of(spec);
    require_valid(inputs.task());
    if (!has_keys_like(failing_, inputs)) return std::nullopt;
    const std::string beyond = asks_features_ ? unclaimed_features(subject_, scalar, inputs)
                                              : unclaimed(subject_, scalar, inputs);
    if (!beyond.empty()) return std::nullopt;
    AttentionEvidence evidence(inputs);
    evidence.assume(subject_.capabilities);
    AttentionJudge judge(subject_, scalar);
    const std::string unusable =
        asks_features_ ? evidence.unusable_features(scalar) : evidence.unusable(scalar);
    if (!unusable.empty() || (!asks_features_ && excused(subject_, scalar, evidence))) {
      return std::nullopt;
    }
    if (asks_features_) {
      judge.compare_features_with_truth(subject_, evidence, true);
      judge.compare_features_with_truth(subject_, evidence, false);
    } else if (is_contiguous(spec)) {
      judge.compare_with_truth(subject_, evidence, all_attention_arrays);
    } else if (!evidence.is_large(scalar)) {
      const AttentionAnswer answer = ask(subject_, scalar, inputs, spec.layout);
      for (const AttentionArray array : all_attention_arrays) {
        if (!array_of(answer, array).empty()) judge.hold_to_truth(answer, evidence, {&array, 1});
      }
    }
    Finding finding = judge.finding();
    if (finding.outcome == Outcome::wrong && !std::isfinite(finding.worst.error)) {
      finding.failure = Failure::non_finite;
    }
    return finding;
  } catch (const SubjectError& error) {
    if (error.failure() == Failure::unsupported) return std::nullopt;
    return without_numbers(error);
  } catch (const ContractError&) {
    return std::nullopt;  // not a valid task
  }
}

std::optional<bool> AttentionNeighbours::shows(const AttentionNeighbour& spec) const {
  const std::optional<Finding> finding = finding_on(spec);
  if (!finding || finding->outcome == Outcome::skipped) return std::nullopt;
  return shows_fault(first_, *finding);
}

std::vector<ComparedArray> AttentionNeighbours::compared(const AttentionNeighbour& spec) const {
  const Scalar scalar = found_.scalar;
  std::vector<ComparedArray> arrays;
  try {
    const AttentionInputs<double> inputs = inputs_of(spec);
    AttentionEvidence evidence(inputs);
    evidence.assume({});
    if (evidence.is_large(scalar) || !evidence.unusable(scalar).empty()) return {};
    if (asks_features_) {
      for (const bool is_query : {true, false}) {
        arrays.push_back(compared_array(
            is_query ? "g(q)" : "g(k)", ask(subject_, scalar, features_asked(inputs, is_query)),
            evidence.facts(scalar).features(is_query), evidence.features_band(scalar, is_query)));
      }
      return arrays;
    }
    const AttentionAnswer answer = ask(subject_, scalar, inputs, spec.layout);
    for (const AttentionArray array : all_attention_arrays) {
      const Heads<Digits50>& got = array_of(answer, array);
      if (got.empty()) continue;
      arrays.push_back(
          compared_array(std::string(name(array)), got, array_of(evidence.truth(scalar), array),
                         [&](std::size_t place) { return evidence.band(scalar, array, place); }));
      arrays.back().is_state =
          array == AttentionArray::end || array == AttentionArray::start_gradient;
    }
  } catch (const SubjectError&) {
    return {};
  }
  return arrays;
}

CaseFile AttentionNeighbours::file_of(const AttentionNeighbour& spec) const {
  return to_case_file(inputs_of(spec));
}

}  // namespace slim::properties
