// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/neighbours.hpp"
#include "properties/tolerance/attention_judge.hpp"
#include "reference/vocabulary/case_file/attention_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

constexpr std::array all_layouts = {Layout::contiguous, Layout::gaps, Layout::transposed,
                                    Layout::interleaved, Layout::repeated};

bool is_contiguous(const AttentionNeighbour& spec) {
  return spec.layout == Layout::contiguous;
}

Index slices_of(const AttentionSpec& s) {
  return (s.length + s.slice_length - 1) / s.slice_length;
}

bool is_ragged(const AttentionSpec& s) {
  return s.length % s.slice_length != 0;
}

/// From several slices to one or back; the last slice stays incomplete or complete.
void change_slices(AttentionSpec& s) {
  if (slices_of(s) > 1) {
    s.slice_length = is_ragged(s) ? s.length + 1 : s.length;
  } else {
    s.length += s.slice_length;
  }
}

/// From an incomplete last slice to a complete one or back, with as many slices.
void change_raggedness(AttentionSpec& s) {
  const Index slices = slices_of(s);
  if (is_ragged(s)) {
    s.length = slices * s.slice_length;
    return;
  }
  s.slice_length = std::max<Index>(s.slice_length, 2);
  s.length = slices * s.slice_length - 1;
}

/// The kinds of masks of which one may be that of the case.
std::vector<KeyMask> masks_like(const AttentionInputs<double>& inputs) {
  const auto& mask = inputs.key_mask;
  if (mask.empty()) return {KeyMask::none};
  if (std::ranges::count(mask, 0) == static_cast<std::ptrdiff_t>(mask.size()))
    return {KeyMask::all};
  // The first kind masks a key of every sequence, whatever its length.
  return {KeyMask::leading, KeyMask::scattered, KeyMask::padding, KeyMask::whole_slices};
}

constexpr std::array kinds_of_entries = {
    Entries::moderate, Entries::normal,       Entries::zeros, Entries::integers,
    Entries::spread,   Entries::near_epsilon, Entries::equal, Entries::near_equal,
    Entries::far,      Entries::opposite,     Entries::steep, Entries::subnormal};

std::string words_of(Entries entries) {
  switch (entries) {
    case Entries::zeros:
      return "exact zeros and rows without features";
    case Entries::near_epsilon:
      return "denominators about the paper's epsilon";
    case Entries::spread:
    case Entries::steep:
      return "rows of very different sizes";
    case Entries::far:
    case Entries::opposite:
      return "very large or very small numbers";
    case Entries::subnormal:
      return "subnormal numbers";
    case Entries::equal:
    case Entries::near_equal:
      return "equal keys";
    case Entries::integers:
      return "whole numbers, with ties and zeros";
    default:
      return "ordinary numbers";
  }
}

bool is_ordinary(const AttentionSpec& spec) {
  return spec.entries == Entries::normal || spec.entries == Entries::moderate;
}

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
  return inputs;
}

std::optional<Finding> AttentionNeighbours::finding_on(const AttentionNeighbour& spec) const {
  const Scalar scalar = found_.scalar;
  try {
    const AttentionInputs<double> inputs = inputs_of(spec);
    require_valid(inputs.task());
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

Circumstances<AttentionNeighbour> AttentionNeighbours::circumstances() const {
  using Spec = AttentionNeighbour;
  const Capabilities& can = subject_.capabilities;
  Circumstances<Spec> all;
  const auto property = [&](const char* with, const char* without, auto holds, auto change) {
    all.properties.push_back({with, without, holds, change});
  };
  const auto quantity = [&](const char* several, Index Spec::*number, std::vector<Index> values,
                            std::vector<Index> further) {
    all.quantities.push_back({several, [number](const Spec& s) { return s.*number; },
                              [number](Spec& s, Index value) { s.*number = value; },
                              std::move(values), std::move(further)});
  };
  if (!asks_features_) {
    property(
        "with a start state", "without a start state", [](const Spec& s) { return s.has_start; },
        [](Spec& s) { s.has_start = !s.has_start; });
    if (base_->pullback) {
      property(
          "with a cotangent of the end state", "without a cotangent of the end state",
          [](const Spec& s) { return s.has_end_cotangent; },
          [](Spec& s) { s.has_end_cotangent = !s.has_end_cotangent; });
    }
    property(
        "with a key mask", "without a key mask",
        [](const Spec& s) { return s.mask != KeyMask::none; },
        [](Spec& s) { s.mask = s.mask == KeyMask::none ? KeyMask::leading : KeyMask::none; });
    property(
        "in causal attention", "in bidirectional attention", [](const Spec& s) { return s.causal; },
        [](Spec& s) { s.causal = !s.causal; });
    if (can.sliced) {
      property(
          "with two slices or more", "with one slice",
          [](const Spec& s) { return slices_of(s) > 1; }, [](Spec& s) { change_slices(s); });
      property(
          "where the slice length does not divide L", "where the slice length divides L",
          [](const Spec& s) { return is_ragged(s); }, [](Spec& s) { change_raggedness(s); });
    }
  }
  property(("with " + words_of(base_->entries)).c_str(), "with ordinary numbers",
           [](const Spec& s) { return !is_ordinary(s); },
           [own = base_->entries](Spec& s) { s.entries = is_ordinary(s) ? own : Entries::normal; });
  quantity("sequences", &Spec::batch, {1, 2, 3}, {4, 5});
  quantity("heads", &Spec::heads, {1, 2, 3}, {4, 5});
  const std::vector<Index> widths = {1, 2, 3, 8, 9, 65};
  const std::vector<Index> further = {4, 5, 7, 16, 17, 32, 33, 64, 128, 129};
  AttentionNeighbour uneven = *base_;
  ++uneven.value_width;
  if (finding_on(uneven)) {
    quantity(base_->features_given ? "features" : "columns of q and k", &Spec::width, widths,
             further);
    if (!asks_features_) quantity("columns of v", &Spec::value_width, widths, further);
  } else {  // it takes values as wide as keys alone
    all.quantities.push_back({"columns of q, k and v", [](const Spec& s) { return s.width; },
                              [](Spec& s, Index value) { s.width = s.value_width = value; }, widths,
                              further});
  }
  // A number of rows that grows with the slice length fixed is a number of slices.
  const bool is_of_rows = !can.sliced || slices_of(*base_) == 1;
  if (is_of_rows) {
    all.quantities.push_back({"rows",
                              [](const Spec& s) { return s.length; },
                              [](Spec& s, Index value) {
                                s.slice_length = is_ragged(s) ? value + 1 : value;
                                s.length = value;
                              },
                              {1, 2, 3, 9, 33},
                              {4, 5, 8, 16, 17, 32, 64, 65, 128, 129}});
  }
  if (!base_->features_given && can.feature_maps.size() > 1) {
    std::vector<FeatureMap> maps;
    Choice<Spec> choice{.words = "with the feature map", .names = {}, .of = {}, .put = {}};
    for (const FeatureKind kind : can.feature_maps) {
      FeatureMap map = base_->feature_map;
      map.kind = kind;
      map.blocks = 1;
      map.own = kind == FeatureKind::own ? can.own_map.get() : nullptr;
      if (kind == base_->feature_map.kind) map = base_->feature_map;
      maps.push_back(map);
      choice.names.emplace_back(name(map));
    }
    choice.of = [maps](const Spec& s) {
      const auto at = std::ranges::find(maps, s.feature_map.kind, &FeatureMap::kind);
      return static_cast<std::size_t>(at - maps.begin());
    };
    choice.put = [maps](Spec& s, std::size_t option) { s.feature_map = maps.at(option); };
    const bool has_own = choice.of(*base_) < maps.size();
    if (has_own) all.choices.push_back(std::move(choice));
  }
  if (!is_contiguous(*base_)) {
    all.choices.push_back(
        {.words = "with arrays that are",
         .names = {"contiguous", "spread with gaps", "transposed (columns not adjacent in memory)",
                   "interleaved by heads", "repeated by strides of 0"},
         .of = [](const Spec& s) { return static_cast<std::size_t>(s.layout); },
         .put = [](Spec& s, std::size_t option) { s.layout = all_layouts.at(option); }});
  }
  return all;
}

std::vector<AttentionNeighbour> AttentionNeighbours::wider() const {
  const auto with = [&](Index batch, Index heads, bool rows, bool columns) {
    AttentionNeighbour spec = *base_;
    spec.batch = std::max(spec.batch, batch);
    spec.heads = std::max(spec.heads, heads);
    if (columns) {
      spec.width = std::max<Index>(spec.width, 5);
      spec.value_width = std::max<Index>(spec.value_width, 4);
    }
    if (!rows) return spec;
    const bool has_one = slices_of(spec) == 1;
    const bool ragged = is_ragged(spec);
    constexpr Index longer = 6;
    spec.slice_length = has_one ? longer : longer / 2;
    spec.length = ragged ? longer - 1 : longer;
    return spec;
  };
  return {with(2, 3, true, true),
          with(2, 3, false, true),
          with(1, 1, true, true),
          with(2, 3, true, false),
          with(2, 3, false, false),
          with(1, 1, false, true),
          *base_};
}

}  // namespace slim::properties
