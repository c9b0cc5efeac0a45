// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/neighbours.hpp"
#include "properties/tolerance/gradient_evidence.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

MaskKind mask_like(const Sequences& sequences) {
  return sequences.has_mask() ? MaskKind::scattered : MaskKind::none;
}

PaddedSide padded_side_of(const Sequences& sequences) {
  for (Index b = 0; b < sequences.batch(); ++b) {
    if (sequences.first_row(b) > 0) return PaddedSide::left;
    if (sequences.end_row(b) < sequences.length()) return PaddedSide::right;
  }
  return PaddedSide::none;
}

Index slices_in(const GradientSpec& s) {
  return (s.length + s.slice_length - 1) / s.slice_length;
}

bool has_ragged_end(const GradientSpec& s) {
  return s.length % s.slice_length != 0;
}

GradientSpec spec_like(const GradientCase& c) {
  return {.length = c.sequences.length(),
          .slice_length = c.slice_length,
          .batch = c.sequences.batch(),
          .model = c.model,
          .mask = mask_like(c.sequences),
          .seed = 1,
          .all_digits = has_digits_beyond_float32(c),
          .learned_positions = c.model.learns_positions(),
          .padding = padded_side_of(c.sequences)};
}

}  // namespace

ModelNeighbours::ModelNeighbours(const Subject& subject, const Counterexample& found)
    : subject_(subject), found_(found) {
  const GradientSpec spec = spec_like(to_gradient_case(found.file));
  const std::optional<Finding> finding = finding_on(spec);
  if (!finding || finding->outcome != Outcome::wrong) return;
  const bool is_alike =
      found.finding.worst.bound > 0.0
          ? is_same_fault(with_limited_error(found.finding, unit_roundoff(found.scalar)), *finding)
          : finding->failure == found.finding.failure;
  if (!is_alike) return;
  first_ = with_limited_error(*finding, unit_roundoff(found.scalar));
  base_ = spec;
}

std::optional<Finding> ModelNeighbours::finding_on(const GradientSpec& spec) const {
  const Scalar scalar = found_.scalar;
  try {
    require(spec.model.hidden_dim % spec.model.heads == 0, "heads do not divide the width");
    GradientEvidence evidence(materialise(spec));
    if (!unclaimed(subject_, scalar, evidence.given()).empty()) return std::nullopt;
    if (!evidence.unusable(scalar).empty() || excused(subject_, scalar, evidence)) {
      return std::nullopt;
    }
    Finding finding =
        judge(subject_, scalar, evidence, [&](Scalar in, const GradientBounds& bounds) {
          GradientBounds without_logits = bounds;
          without_logits.logits.clear();
          return worst_discrepancy(ask(subject_, in, evidence.given()), evidence.truth(),
                                   without_logits);
        });
    if (finding.outcome == Outcome::wrong && !std::isfinite(finding.worst.error)) {
      finding.failure = Failure::non_finite;
    }
    return finding;
  } catch (const SubjectError& error) {
    if (error.failure() == Failure::unsupported) return std::nullopt;
    return Finding{.outcome = Outcome::wrong,
                   .worst = {.tensor = std::string(no_tensor)},
                   .note = error.what(),
                   .failure = error.failure()};
  } catch (const ContractError&) {
    return std::nullopt;
  }
}

std::optional<bool> ModelNeighbours::shows(const GradientSpec& spec) const {
  const std::optional<Finding> finding = finding_on(spec);
  if (!finding || finding->outcome == Outcome::skipped) return std::nullopt;
  return shows_fault(first_, *finding);
}

std::vector<ComparedArray> ModelNeighbours::compared(const GradientSpec& spec) const {
  std::vector<ComparedArray> arrays;
  try {
    GradientEvidence evidence(materialise(spec));
    if (!evidence.unusable(found_.scalar).empty()) return {};
    const GradientAnswer answer = ask(subject_, found_.scalar, evidence.given());
    const GradientBounds& bounds = evidence.bounds(found_.scalar);
    const auto rounded = [](double wanted) { return 4e-16 * std::abs(wanted); };
    const double loss = to_double(evidence.truth().loss);
    arrays.push_back({.name = "loss",
                      .sizes = {1, 1, 1, 1},
                      .got = {to_double(answer.loss)},
                      .wanted = {loss},
                      .bound = {suspect_over_pass * bounds.loss + rounded(loss)}});
    std::size_t number = 0;
    for (const ParameterSlot& slot : answer.gradient.slots()) {
      const std::vector<double>& by_row = bounds.gradient.at(number++);
      ComparedArray array{.name = "grad." + slot.name, .sizes = {1, 1, slot.rows, slot.cols}};
      const auto got = answer.gradient.values(slot);
      const auto wanted = evidence.truth().gradient.values(slot);
      for (std::size_t i = 0; i < got.size(); ++i) {
        array.got.push_back(to_double(got[i]));
        array.wanted.push_back(to_double(wanted[i]));
        const std::size_t row = by_row.size() == 1 ? 0 : i / static_cast<std::size_t>(slot.cols);
        array.bound.push_back(suspect_over_pass * by_row.at(row) + rounded(array.wanted.back()));
      }
      arrays.push_back(std::move(array));
    }
  } catch (const SubjectError&) {
    return {};
  }
  return arrays;
}

CaseFile ModelNeighbours::file_of(const GradientSpec& spec) const {
  return to_case_file(materialise(spec));
}

Circumstances<GradientSpec> ModelNeighbours::circumstances() const {
  using Spec = GradientSpec;
  const Capabilities& can = subject_.capabilities;
  Circumstances<Spec> all;
  if (can.sliced) {
    all.properties.push_back({"with two slices or more",
                              "with one slice",
                              [](const Spec& s) { return slices_in(s) > 1; },
                              [](Spec& s) {
                                if (slices_in(s) == 1) {
                                  s.length += s.slice_length;
                                } else {
                                  s.slice_length = has_ragged_end(s) ? s.length + 1 : s.length;
                                }
                              },
                              {}});
    all.properties.push_back({"where the slice length does not divide L",
                              "where the slice length divides L",
                              [](const Spec& s) { return has_ragged_end(s); },
                              [](Spec& s) {
                                const Index slices = slices_in(s);
                                if (has_ragged_end(s)) {
                                  s.length = slices * s.slice_length;
                                } else {
                                  s.slice_length = std::max<Index>(s.slice_length, 2);
                                  s.length = slices * s.slice_length - 1;
                                }
                              },
                              {}});
  }
  all.properties.push_back(
      {"with a mask of targets",
       "without a mask of targets",
       [](const Spec& s) { return s.mask != MaskKind::none; },
       [](Spec& s) { s.mask = s.mask == MaskKind::none ? MaskKind::scattered : MaskKind::none; },
       {}});
  const auto padded_on = [&](PaddedSide side, const char* with, const char* without) {
    all.properties.push_back(
        {with,
         without,
         [side](const Spec& s) { return s.padding == side; },
         [side](Spec& s) { s.padding = s.padding == side ? PaddedSide::none : side; },
         {}});
  };
  if (can.left_padding)
    padded_on(PaddedSide::left, "with padding on the left", "without padding on the left");
  if (can.right_padding)
    padded_on(PaddedSide::right, "with padding on the right", "without padding on the right");
  const auto quantity = [&](const char* several, auto of, auto put, std::vector<Index> values,
                            std::vector<Index> further) {
    all.quantities.push_back({several, of, put, std::move(values), std::move(further), {}});
  };
  quantity(
      "sequences", [](const Spec& s) { return s.batch; }, [](Spec& s, Index n) { s.batch = n; },
      {1, 2, 3}, {4});
  quantity(
      "layers", [](const Spec& s) { return s.model.layers; },
      [](Spec& s, Index n) { s.model.layers = n; }, {1, 2, 3}, {});
  quantity(
      "heads", [](const Spec& s) { return s.model.heads; },
      [](Spec& s, Index n) { s.model.heads = n; }, {1, 2, 4}, {});
  if (!can.sliced || slices_in(*base_) == 1) {
    quantity(
        "rows", [](const Spec& s) { return s.length; },
        [](Spec& s, Index n) {
          s.slice_length = has_ragged_end(s) ? n + 1 : n;
          s.length = n;
        },
        {1, 2, 3, 9}, {4, 8, 16, 17, 32, 33});
  }
  Choice<Spec> choice{.words = "with the feature map", .names = {}, .of = {}, .put = {}};
  const std::vector<FeatureKind> kinds =
      can.model_feature_maps.empty() ? can.feature_maps : can.model_feature_maps;
  for (const FeatureKind kind : kinds) {
    FeatureMap map = base_->model.feature_map;
    map.kind = kind;
    choice.names.emplace_back(name(map));
  }
  choice.of = [kinds](const Spec& s) {
    return static_cast<std::size_t>(std::ranges::find(kinds, s.model.feature_map.kind) -
                                    kinds.begin());
  };
  choice.put = [kinds](Spec& s, std::size_t option) {
    s.model.feature_map.kind = kinds.at(option);
  };
  if (kinds.size() > 1 && choice.of(*base_) < kinds.size())
    all.choices.push_back(std::move(choice));
  return all;
}

std::vector<GradientSpec> ModelNeighbours::wider() const {
  GradientSpec spec = *base_;
  spec.batch = std::max<Index>(spec.batch, 2);
  spec.model.ffn_dim = std::max<Index>(spec.model.ffn_dim, 3);
  spec.model.vocab_size = std::max<Index>(spec.model.vocab_size, 5);
  const bool has_one = slices_in(spec) == 1;
  const bool ragged = has_ragged_end(spec);
  spec.slice_length = has_one ? 6 : 2;
  spec.length = ragged ? 5 : 6;
  return {spec, *base_};
}

}  // namespace slim::properties
