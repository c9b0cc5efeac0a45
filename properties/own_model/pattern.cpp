// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/pattern.hpp"

#include "properties/own_model/laws.hpp"
#include "properties/own_model/slope_along.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace slim::properties::own_model {
namespace {

/// How an answer in slices differs from that of the full pass.
struct Unlike {
  bool loss = false;
  double loss_ratio = 1.0;           ///< sliced over full
  std::vector<std::string> tensors;  ///< whose gradients differ
  std::size_t compared = 0;          ///< tensors with a gradient
  double factor = 1.0;  ///< the sliced gradient is this multiple of the full one; 1 also if none is
  double relative = 0.0;  ///< largest difference of a gradient over its largest entry
  bool zero = false;      ///< the sliced gradient is 0

  [[nodiscard]] bool gradient() const { return !tensors.empty(); }
  [[nodiscard]] bool any() const { return loss || gradient(); }
};

class Probes {
 public:
  Probes(OwnSubject& subject, Scalar scalar) : subject_(subject), scalar_(scalar) {
    const foreign::OwnModel& declared = subject.declared();
    C = std::min<Index>(4, std::max<Index>(1, (declared.longest + 2) / 3));
    const Index L = std::min(3 * C - 1, declared.longest);
    c_ = materialise(subject, {.length = L, .slice_length = C, .moved = 2, .seed = 11});
  }

  Index C = 1;
  [[nodiscard]] Index length() const { return c_.sequences.length; }

  /// Compares slices with the full pass, where only the targets of rows [first, last) count.
  Unlike unlike(Index slice_length, Index first, Index last) {
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
    const double factor = product / square;
    if (of.gradient() && is_multiple(sliced.gradient, allowed, factor)) of.factor = factor;
    return of;
  }

  /// The parameters along which the gradient is not the slope of the loss; "all" if it shows only
  /// along all of them together.
  std::vector<std::string> broken_slopes(Index slice_length) {
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

  /// Whether the sliced loss of the last slice depends on the token of an earlier row.
  bool last_slice_sees(Index row) {
    const Index first = (length() - 1) / C * C;
    const OwnCase c = counting(first, length());
    OwnCase changed = c;
    std::int64_t& token = changed.sequences.tokens[static_cast<std::size_t>(row)];
    token = (token + 1) % subject_.declared().vocab;
    return loss_in_slices(c) != loss_in_slices(changed);
  }

  /// Whether slices agree on a case whose last slice is complete.
  bool agrees_without_tail() {
    Probes whole(subject_, scalar_);
    whole.c_ = materialise(subject_, {.length = 2 * C, .slice_length = C, .moved = 2, .seed = 11});
    return !whole.unlike(C, 0, 2 * C).any();
  }

 private:
  double loss_in_slices(const OwnCase& c) { return gradient_in(subject_, c, C, scalar_).loss; }

  [[nodiscard]] OwnCase counting(Index first, Index last) const {
    OwnCase c = c_;
    for (Index l = 0; l < length(); ++l) {
      c.sequences.mask[static_cast<std::size_t>(l)] = l >= first && l < last ? 1 : 0;
    }
    return c;
  }

  static bool is_multiple(const Values& sliced, const Deviation& allowed, double factor) {
    for (std::size_t t = 0; t < sliced.size(); ++t) {
      for (std::size_t i = 0; i < sliced[t].size(); ++i) {
        const double apart = std::abs(sliced[t][i] - factor * allowed.unmoved.gradient[t][i]);
        if (!(apart <= 16.0 * allowed.gradient[t])) return false;
      }
    }
    return true;
  }

  OwnSubject& subject_;
  Scalar scalar_;
  OwnCase c_;
};

std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 4;
  const std::vector<std::string> first(names.begin(), names.begin() + std::min(names.size(), most));
  const std::string more =
      names.size() > most ? fmt::format(" and {} more", names.size() - most) : "";
  return fmt::format("{}{}", fmt::join(first, ", "), more);
}

/// Errors of this relative size are roundings of a narrower type.
std::string narrow_type(double relative, Scalar scalar) {
  if (scalar == Scalar::float64 && relative > 1e-10 && relative < 1e-5) return "float32";
  return "";
}

/// What slices do, compared with the full pass.
struct Slices {
  Unlike all;
  Unlike in_one;      ///< C ≥ L
  Unlike first_only;  ///< only the first slice counts
  Unlike last_only;
  bool slope_breaks = false;
};

std::string described_forward(Probes& probes, const Slices& of) {
  if (!of.first_only.loss && !of.last_only.loss) {
    return "the loss is normalised per slice: with the targets of one slice it is right, and wrong "
           "with those of several";
  }
  if (of.first_only.loss && of.last_only.loss) {
    return fmt::format(
        "the loss is normalised per slice, or with the wrong count: with only the first slice "
        "counted it is {:.3g} times the full pass's",
        of.first_only.loss_ratio);
  }
  if (of.first_only.loss) {
    return "a row at the edge of a slice is counted twice, or not at all, in the loss";
  }
  if (probes.agrees_without_tail()) return "the rows of an incomplete last slice are lost or wrong";
  const Index last = (probes.length() - 1) / probes.C * probes.C;
  if (!probes.last_slice_sees(0) && !probes.last_slice_sees(last - 1)) {
    return "nothing crosses from slice to slice: the state is lost";
  }
  if (!probes.last_slice_sees(last - 1)) return "the last row before each cut is lost";
  return "later slices start from a wrong state or position, although earlier tokens reach them";
}

std::string described_backward(const Slices& of) {
  if (of.all.factor != 1.0) {
    return fmt::format("the gradient in slices is {:.6g} times the full one: a wrong factor",
                       of.all.factor);
  }
  if (of.first_only.gradient()) {
    return fmt::format("the backward sweep {} the first slice",
                       of.first_only.zero ? "skips" : "goes wrong in");
  }
  if (of.last_only.zero) return "the backward sweep skips the last slice";
  if (of.all.tensors.size() < of.all.compared) {
    return fmt::format(
        "the gradient that is carried from slice to slice is lost, scaled or stale: only {}, "
        "upstream of the state, are wrong",
        some_of(of.all.tensors));
  }
  return "the second sweep over the slices starts from a wrong state or position";
}

std::string described_slices(Probes& probes, const Slices& of, Scalar scalar) {
  if (of.in_one.any()) {
    if (!of.in_one.loss && of.in_one.zero) return "the backward sweep skips the first slice";
    if (of.in_one.factor != 1.0) {
      return fmt::format("the gradient in slices is {:.6g} times the full one, even in one slice",
                         of.in_one.factor);
    }
    if (!of.in_one.loss && of.in_one.tensors.size() <= 2) {
      return fmt::format(
          "the gradient of {} is wrong in slices, even in one: a wrong tie of "
          "parameters, or a parameter that is left out",
          some_of(of.in_one.tensors));
    }
    const std::string narrow = narrow_type(of.in_one.relative, scalar);
    if (!narrow.empty()) return "slices compute in " + narrow;
    return of.in_one.loss ? "slices compute another loss, even in one slice: redrawn random "
                            "numbers (dropout), another mask or normaliser"
                          : "slices compute another gradient, even in one slice";
  }
  const std::string narrow = narrow_type(of.all.relative, scalar);
  if (!narrow.empty()) return "what crosses from slice to slice is stored in " + narrow;
  if (of.all.loss && of.slope_breaks) {
    return described_forward(probes, of) +
           "; the gradient is not the slope of the sliced loss either: its two sweeps differ";
  }
  return of.all.loss ? described_forward(probes, of) : described_backward(of);
}

std::string holds_or(bool breaks) {
  return breaks ? "differs" : "holds";
}

std::string evidence_of(const Slices& of) {
  const auto words = [](const Unlike& one) {
    return one.loss ? (one.gradient() ? "loss and gradient differ" : "loss differs")
                    : (one.gradient() ? "gradient differs" : "holds");
  };
  return fmt::format(
      "slices against the full pass: {}; in one slice: {}; only the first slice counted: {}; only "
      "the last: {}; slope of the sliced loss: {}",
      words(of.all), words(of.in_one), words(of.first_only), words(of.last_only),
      holds_or(of.slope_breaks));
}

/// What the broken laws alone say, if slices and slopes are right on the probes.
std::string described_by_laws(const std::vector<std::string>& broken) {
  const auto breaks = [&](std::string_view law) {
    return std::ranges::find(broken, law) != broken.end();
  };
  if (breaks("own-calls-independent")) {
    return "its answers depend on earlier calls: state is kept between calls";
  }
  if (breaks("own-future-does-not-matter")) return "rows depend on later tokens";
  if (breaks("own-resumes")) return "decoding in pieces passes a wrong state or position";
  if (breaks("own-padding-is-truncation")) return "masked targets change the loss or its divisor";
  if (breaks("own-batches-add")) {
    return "the sequences of a batch depend on each other, or its loss is no mean over targets";
  }
  if (breaks("own-batch-order-does-not-matter")) return "the order of the batch matters";
  if (broken == std::vector<std::string>{"own-float32-agrees"}) {
    return "float32 computes less accurately than rounding allows: check for a narrower type";
  }
  return "no known pattern matches";
}

bool is_about_numbers(const Counterexample& found) {
  return std::ranges::find(names_of_own_laws(), found.law) != names_of_own_laws().end() &&
         found.finding.has_numbers();
}

bool is_finite(const Counterexample& found) {
  return std::isfinite(found.finding.worst.error);
}

std::vector<std::string> described_by(OwnSubject& subject, std::vector<std::string> broken) {
  const foreign::OwnModel& declared = subject.declared();
  const Scalar scalar = subject.offers(Scalar::float64) ? Scalar::float64 : Scalar::float32;
  const auto breaks = [&](std::string_view law) {
    return std::ranges::find(broken, law) != broken.end();
  };
  const std::string laws = fmt::format("broken: {}", fmt::join(broken, ", "));
  if (breaks("own-calls-independent")) return {"pattern: " + described_by_laws(broken), laws};
  Probes probes(subject, scalar);
  if (breaks("own-slope-of-loss")) {
    const std::vector<std::string> tensors = probes.broken_slopes(0);
    if (!tensors.empty()) {
      return {fmt::format("pattern: the full gradient is not the slope of the loss along {}: a "
                          "detached part, a wrong backward formula or a wrong tie in the module",
                          some_of(tensors)),
              laws};
    }
  }
  const bool compares =
      declared.sliced && declared.masks && declared.random != foreign::OwnModel::Random::redrawn;
  if (compares) {
    const Index L = probes.length();
    Slices of;
    of.all = probes.unlike(probes.C, 0, L);
    of.in_one = probes.unlike(L, 0, L);
    if (of.all.any() || of.in_one.any()) {
      of.first_only = probes.unlike(probes.C, 0, std::min(probes.C, L));
      of.last_only = probes.unlike(probes.C, (L - 1) / probes.C * probes.C, L);
      of.slope_breaks = !probes.broken_slopes(probes.C).empty();
      return {"pattern: " + described_slices(probes, of, scalar), evidence_of(of), laws};
    }
  }
  if (breaks("own-slope-of-sliced-loss")) {
    const std::vector<std::string> tensors = probes.broken_slopes(probes.C);
    if (!tensors.empty()) {
      return {fmt::format("pattern: the gradient in slices is not the slope of the sliced loss "
                          "along {}",
                          some_of(tensors)),
              laws};
    }
  }
  return {"pattern: " + described_by_laws(broken), laws};
}

}  // namespace

std::vector<std::string> described_by_pattern(const foreign::ForeignSubject& foreign,
                                              std::span<const Counterexample> failures) {
  std::vector<std::string> broken;
  for (const Counterexample& found : failures) {
    if (is_about_numbers(found)) broken.push_back(found.law);
  }
  if (broken.empty()) return {};
  if (std::ranges::none_of(failures, is_finite)) {
    return {"pattern: its answers are not finite"};
  }
  try {
    OwnSubject subject(foreign);
    return described_by(subject, std::move(broken));
  } catch (const SubjectError& error) {
    return {std::string("pattern: it gave no answer to further calls: it ") + error.what()};
  }
}

}  // namespace slim::properties::own_model
