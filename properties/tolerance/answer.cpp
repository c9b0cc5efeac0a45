// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/answer.hpp"

#include "properties/tolerance/called.hpp"
#include "properties/tolerance/fences.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace slim::properties {
namespace {

template <class To, class From>
void convert(std::span<const From> from, std::span<To> to) {
  std::transform(from.begin(), from.end(), to.begin(), rounded_to<To, From>);
}

template <class To, class From>
State<To> state_in(const State<From>& state, const GradientCase& c) {
  if (state.empty()) return {};
  State<To> result(c.model, c.sequences.batch());
  if (state.values().size() != result.values().size()) {
    throw SubjectError("returned a state of the wrong size", Failure::wrong_shape);
  }
  convert(state.values(), result.values());
  return result;
}

template <class T>
std::optional<State<T>> carried(const State<Digits50>* state, const GradientCase& c) {
  if (state == nullptr) return std::nullopt;
  return state_in<T>(*state, c);
}

template <class T>
GradientResult<T> nothing_yet(const Model& model) {
  GradientResult<T> result;
  result.loss = std::numeric_limits<T>::quiet_NaN();
  result.gradient = Parameters<T>(model, MemoryTag::gradient);
  for (const ParameterSlot& slot : result.gradient.slots()) {
    std::ranges::fill(result.gradient.values(slot), std::numeric_limits<T>::quiet_NaN());
  }
  return result;
}

template <class T>
void require_shape(const GradientResult<T>& result, const GradientCase& c, const Segment& segment) {
  if (result.gradient.values().size() != c.theta.values().size()) {
    throw SubjectError("returned a gradient of the wrong size", Failure::wrong_shape);
  }
  const Index rows = segment.wants_logits ? c.sequences.batch() * c.sequences.length() : 0;
  if (segment.wants_logits &&
      (result.logits.rows() != rows || result.logits.cols() != c.model.vocab_size)) {
    throw SubjectError("returned logits of the wrong size");
  }
  if (segment.wants_state && (result.end.empty() || result.start_cotangent.empty())) {
    throw SubjectError("did not return the requested state");
  }
}

template <class To, class From>
void require_unchanged(const char* input, std::span<const From> given, std::span<const To> left) {
  const bool same = std::ranges::equal(given, left, [](const From& x, const To& y) {
    const To blocks = rounded_to<To>(x);
    return blocks == y || (blocks != blocks && y != y);  // NOLINT: NaN
  });
  if (!same) {
    throw SubjectError(std::string("wrote into its input ") + input, Failure::input_modified);
  }
}

void require_unchanged(const Sequences& given, const Sequences& left) {
  for (Index b = 0; b < given.batch(); ++b) {
    const bool same_mask = !given.has_mask() || std::ranges::equal(given.mask(b), left.mask(b));
    if (same_mask && std::ranges::equal(given.tokens(b), left.tokens(b))) continue;
    throw SubjectError(std::string("wrote into its input ") + (same_mask ? "tokens" : "mask"),
                       Failure::input_modified);
  }
}

/// Tensors of the gradient are aligned to 64 bytes; the padding between them must stay 0.
template <class T>
void require_untouched_gaps(const Parameters<T>& gradient) {
  const std::vector<ParameterSlot>& slots = gradient.slots();
  for (std::size_t i = 0; i + 1 < slots.size(); ++i) {
    const auto end = static_cast<std::size_t>(slots[i].offset + slots[i].size());
    const auto next = static_cast<std::size_t>(slots[i + 1].offset);
    const std::span<const T> gap = gradient.values().subspan(end, next - end);
    if (std::ranges::all_of(gap, [](const T& x) { return x == T(0); })) continue;
    throw SubjectError("wrote past the end of its output grad." + slots[i].name,
                       Failure::out_of_bounds);
  }
}

/// Logits of padding have no meaning.
template <class T>
void clear_logits_of_padding(const Sequences& sequences, Matrix<T>& logits) {
  if (!sequences.has_padding() || logits.size() == 0) return;
  const Index L = sequences.length();
  for (Index b = 0; b < sequences.batch(); ++b) {
    logits.middleRows(b * L, sequences.first_row(b)).setZero();
    logits.middleRows(b * L + sequences.end_row(b), L - sequences.end_row(b)).setZero();
  }
}

const void* first_of_mask(const Sequences& sequences) {
  return sequences.has_mask() ? sequences.mask(0).data() : nullptr;
}

template <class T>
const void* first_of(const State<T>* state) {
  return state == nullptr ? nullptr : state->values().data();
}

template <class T>
GradientAnswer ask_in(const Subject& subject, const GradientCase& c, const Segment& segment) {
  const MemoryWatch watch;
  const Parameters<T> theta = converted<T>(c.theta, c.model, MemoryTag::parameters);
  const Projection<T> omega = converted<T>(c.omega, c.model);
  const Sequences sequences = c.sequences;
  const auto start = carried<accumulator_t<T>>(segment.start, c);
  const auto end_cotangent = carried<accumulator_t<T>>(segment.end_cotangent, c);
  const GradientTask<T> task{.model = c.model,
                             .theta = theta,
                             .omega = omega,
                             .sequences = sequences,
                             .slice_length = c.slice_length,
                             .wants_logits = segment.wants_logits,
                             .wants_state = segment.wants_state,
                             .first_position = segment.first_position,
                             .counted_targets = segment.counted_targets,
                             .start = start ? &*start : nullptr,
                             .end_cotangent = end_cotangent ? &*end_cotangent : nullptr,
                             .first_sweep = segment.first_sweep,
                             .threads = segment.threads};
  GradientResult<T> result = nothing_yet<T>(c.model);
  const void* handed_over = result.gradient.values().data();
  call_subject(subject.gradient.in<T>(), task, result);
  const std::array blocks = {NamedBlock{"input parameters", theta.values().data()},
                             NamedBlock{"input projection", omega.values().data()},
                             NamedBlock{"input tokens", sequences.tokens(0).data()},
                             NamedBlock{"input mask", first_of_mask(sequences)},
                             NamedBlock{"input start state", first_of(task.start)},
                             NamedBlock{"input end cotangent", first_of(task.end_cotangent)},
                             NamedBlock{"output gradient", handed_over},
                             NamedBlock{"output gradient", result.gradient.values().data()}};
  require_untouched_fences(watch, blocks);
  require_shape(result, c, segment);
  if (segment.wants_logits) clear_logits_of_padding(c.sequences, result.logits);
  require_untouched_gaps(result.gradient);
  require_unchanged<T, double>("parameters", c.theta.values(), theta.values());
  require_unchanged<T, double>("projection", c.omega.values(), omega.values());
  require_unchanged(c.sequences, sequences);
  if (start) {
    require_unchanged<accumulator_t<T>, Digits50>("start state", segment.start->values(),
                                                  start->values());
  }
  if (end_cotangent) {
    require_unchanged<accumulator_t<T>, Digits50>("end cotangent", segment.end_cotangent->values(),
                                                  end_cotangent->values());
  }
  if constexpr (std::is_same_v<T, Digits50>) {
    return result;
  } else {
    return {.loss = rounded_to<Digits50>(result.loss),
            .gradient = converted<Digits50>(result.gradient, c.model, MemoryTag::gradient),
            .logits = result.logits.unaryExpr([](const T& x) { return rounded_to<Digits50>(x); }),
            .end = state_in<Digits50>(result.end, c),
            .start_cotangent = state_in<Digits50>(result.start_cotangent, c)};
  }
}

}  // namespace

GradientAnswer ask(const Subject& subject, Scalar scalar, const GradientCase& c,
                   const Segment& segment) {
  switch (scalar) {
    case Scalar::float32:
      return ask_in<float>(subject, c, segment);
    case Scalar::float64:
      return ask_in<double>(subject, c, segment);
    case Scalar::digits50:
      return ask_in<Digits50>(subject, c, segment);
    case Scalar::float16:
      return ask_in<Float16>(subject, c, segment);
    case Scalar::bfloat16:
      return ask_in<BFloat16>(subject, c, segment);
  }
  throw std::logic_error("the scalar is no value of its enumeration");
}

std::string unclaimed_padding(const Capabilities& can, const Sequences& sequences) {
  for (Index b = 0; b < sequences.batch(); ++b) {
    if (sequences.first_row(b) > 0 && !can.left_padding) return "padding on the left";
    if (sequences.end_row(b) < sequences.length() && !can.right_padding) {
      return "padding on the right";
    }
  }
  return {};
}

std::string unclaimed(const Subject& subject, Scalar scalar, const GradientCase& c) {
  if (!subject.gradient.offers_any()) return "the task gradient";
  if (!subject.gradient.offers(scalar)) return std::string(name(scalar));
  if (!subject.capabilities.takes_in_models(c.model.feature_map.kind)) {
    return std::string(unclaimed_feature_map) + name(c.model.feature_map);
  }
  const Capabilities& can = subject.capabilities;
  if (c.model.learns_positions() ? !can.learned_positions : !can.sinusoidal_positions) {
    return c.model.learns_positions() ? "learned positions" : "positions that are not learned";
  }
  if (std::string padding = unclaimed_padding(can, c.sequences); !padding.empty()) return padding;
  if (subject.conventions != c.model.conventions) return "these conventions";
  return {};
}

}  // namespace slim::properties
