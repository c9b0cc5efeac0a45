// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/slice_probes.hpp"

#include "properties/own_model/laws.hpp"
#include "properties/own_model/slope_along.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties::own_model {
namespace {

bool is_multiple(const Values& sliced, const Deviation& allowed, double factor) {
  for (std::size_t t = 0; t < sliced.size(); ++t) {
    for (std::size_t i = 0; i < sliced[t].size(); ++i) {
      const double apart = std::abs(sliced[t][i] - factor * allowed.unmoved.gradient[t][i]);
      if (!(apart <= 16.0 * allowed.gradient[t])) return false;
    }
  }
  return true;
}

/// The size at which all entries are clipped; 0 if they are not.
double clipping_of(const Values& sliced, const Deviation& allowed) {
  double most = 0.0;
  for (const std::vector<double>& tensor : sliced) most = std::max(most, largest_entry(tensor));
  for (std::size_t t = 0; t < sliced.size(); ++t) {
    for (std::size_t i = 0; i < sliced[t].size(); ++i) {
      const double clipped = std::clamp(allowed.unmoved.gradient[t][i], -most, most);
      if (!(std::abs(sliced[t][i] - clipped) <= 16.0 * allowed.gradient[t])) return 0.0;
    }
  }
  return most;
}

Values difference(const Values& a, const Values& b) {
  Values of = a;
  for (std::size_t t = 0; t < of.size(); ++t) {
    for (std::size_t i = 0; i < of[t].size(); ++i) of[t][i] -= b[t][i];
  }
  return of;
}

double norm(const Values& values) {
  double squares = 0.0;
  for (const std::vector<double>& tensor : values) {
    for (const double value : tensor) squares += value * value;
  }
  return std::sqrt(squares);
}

/// The case with other tokens from this row on.
OwnCase with_other_tokens_from(OwnCase c, Index first, const foreign::OwnModel& declared) {
  for (Index l = first; l <= c.sequences.length; ++l) {
    std::int64_t& token = c.sequences.tokens[static_cast<std::size_t>(l)];
    token = declared.token_after(token, 1);
  }
  return c;
}

}  // namespace

SliceProbes::SliceProbes(OwnSubject& subject, Scalar scalar, Index batch)
    : subject_(subject), scalar_(scalar) {
  const foreign::OwnModel& declared = subject.declared();
  C = std::min<Index>(4, std::max<Index>(1, (declared.longest + 2) / 3));
  const Index L = std::min(3 * C - 1, declared.longest);
  c_ = materialise(subject,
                   {.length = L, .slice_length = C, .batch = batch, .moved = 2, .seed = 11});
}

Unlike SliceProbes::unlike(Index slice_length, Index first, Index last) {
  const OwnCase c = counting(first, last);
  const Deviation allowed = deviation_of_full(subject_, c, scalar_);
  const Answer sliced = gradient_in(subject_, c, slice_length, scalar_);
  const Answer& full = allowed.unmoved;
  Unlike of;
  of.loss = !(std::abs(sliced.loss - full.loss) <= 8.0 * allowed.loss);
  of.loss_ratio = sliced.loss / full.loss;
  double product = 0.0;
  double square = 0.0;
  of.zero = true;
  for (std::size_t t = 0; t < full.gradient.size(); ++t) {
    const double largest = largest_entry(full.gradient[t]);
    const double apart = largest_difference(sliced.gradient[t], full.gradient[t]);
    if (largest > 64.0 * allowed.unit * allowed.largest_gradient) ++of.compared;
    of.zero = of.zero && largest_entry(sliced.gradient[t]) <= allowed.gradient[t];
    if (!(apart <= 8.0 * allowed.gradient[t])) {
      of.tensors.push_back(subject_.declared().parameters[t].name);
      if (largest > 0.0) of.relative = std::max(of.relative, apart / largest);
    }
    for (std::size_t i = 0; i < full.gradient[t].size(); ++i) {
      product += full.gradient[t][i] * sliced.gradient[t][i];
      square += full.gradient[t][i] * full.gradient[t][i];
    }
  }
  if (!of.gradient() || of.zero) return of;
  const double factor = product / square;
  if (is_multiple(sliced.gradient, allowed, factor)) of.factor = factor;
  of.clipped_at = clipping_of(sliced.gradient, allowed);
  return of;
}

std::vector<std::string> SliceProbes::broken_slopes(Index slice_length) {
  const Deviation allowed = deviation_of_full(subject_, c_, scalar_);
  const Values gradient = gradient_in(subject_, c_, slice_length, scalar_).gradient;
  double noise = 0.0;
  const auto breaks = [&](int tensor) {
    const SlopeAlong along = slope_along(subject_, c_, scalar_, slice_length, allowed, noise,
                                         gradient, direction_of(subject_, c_, tensor));
    noise = std::max(noise, along.noise);
    return !(std::abs(along.slope - along.product) <= 2.0 * along.bound);
  };
  std::vector<std::string> broken;
  if (!breaks(-1)) return broken;
  constexpr std::size_t most_tensors = 48;
  const auto& parameters = subject_.declared().parameters;
  for (std::size_t t = 0; t < std::min(parameters.size(), most_tensors); ++t) {
    if (parameters[t].is_slope && breaks(static_cast<int>(t))) {
      broken.push_back(parameters[t].name);
    }
  }
  if (broken.empty()) broken.emplace_back("all");
  return broken;
}

bool SliceProbes::last_slice_sees(Index row) {
  const OwnCase c = counting((length() - 1) / C * C, length());
  OwnCase changed = c;
  std::int64_t& token = changed.sequences.tokens[static_cast<std::size_t>(row)];
  token = subject_.declared().token_after(token, 1);
  return loss_in_slices(c) != loss_in_slices(changed);
}

bool SliceProbes::sees_later_tokens() {
  const OwnCase c = counting(0, std::min(C, length() - 1));
  const OwnCase changed = with_other_tokens_from(c, C + 1, subject_.declared());
  const Deviation allowed = deviation_of_full(subject_, c, scalar_);
  const double loss = gradient_in(subject_, changed, 0, scalar_).loss;
  return !(std::abs(loss - allowed.unmoved.loss) <= 8.0 * allowed.loss);
}

bool SliceProbes::agrees_without_tail() {
  SliceProbes whole(subject_, scalar_);
  whole.c_ = materialise(subject_, {.length = 2 * C, .slice_length = C, .moved = 2, .seed = 11});
  return !whole.unlike(C, 0, 2 * C).any();
}

bool SliceProbes::differs_erratically(Index slice_length) {
  const auto apart = [&](const OwnCase& c) {
    return difference(gradient_in(subject_, c, slice_length, scalar_).gradient,
                      gradient_in(subject_, c, 0, scalar_).gradient);
  };
  const Values first = apart(c_);
  constexpr int copies = 4;
  double change = 0.0;
  for (int k = 0; k < copies; ++k) {
    OwnCase moved = c_;
    moved.parameters = moved_by_units(c_.parameters, 0x1p-8, c_.seed, k);
    change += norm(difference(apart(moved), first)) / copies;
  }
  return change > 0.5 * norm(first);
}

double SliceProbes::loss_in_slices(const OwnCase& c) {
  return gradient_in(subject_, c, C, scalar_).loss;
}

OwnCase SliceProbes::counting(Index first, Index last) const {
  OwnCase c = c_;
  for (std::size_t i = 0; i < c.sequences.mask.size(); ++i) {
    const Index l = static_cast<Index>(i) % length();
    c.sequences.mask[i] = l >= first && l < last ? 1 : 0;
  }
  return c;
}

}  // namespace slim::properties::own_model
