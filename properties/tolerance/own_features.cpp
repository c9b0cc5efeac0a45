// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/own_features.hpp"

#include "properties/tolerance/called.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>

namespace slim::properties {
namespace {

constexpr double without_slope = std::numeric_limits<double>::infinity();
constexpr double ordinary = 64.0;            ///< |x| up to which features have to be finite
constexpr double least_noise = 1.0;          ///< roundings of a feature, relative to itself
constexpr double unmeasured_noise = 4.0;     ///< the same relative to the row's largest feature
constexpr double most_roundings = 4096.0;    ///< relative to the largest feature of all
constexpr double repeated_roundings = 64.0;  ///< of the same row among others, times its noise
constexpr Index most_entries_asked = Index{1} << 20;

/// One call of the features task, for the same map and side.
class Asking {
 public:
  Asking(const Subject& subject, const FeatureMap& map, const OwnQuestion& question)
      : subject_(subject), map_(map), question_(question) {}

  [[nodiscard]] Heads<double> answer(Scalar scalar, const Heads<double>& x) const {
    switch (scalar) {
      case Scalar::float32:
        return answer_in<float>(x);
      case Scalar::float16:
        return answer_in<Float16>(x);
      case Scalar::bfloat16:
        return answer_in<BFloat16>(x);
      default:
        return answer_in<double>(x);
    }
  }
  [[nodiscard]] std::string named(Index row, const HeadsSizes& of) const {
    return fmt::format("row {} of head [{}, {}] of the {}", row % of.rows, row / of.rows / of.heads,
                       row / of.rows % of.heads, question_.is_query ? "queries" : "keys");
  }

 private:
  template <class T>
  [[nodiscard]] Heads<double> answer_in(const Heads<double>& x) const {
    const Heads<T> in_T = converted<T>(x, MemoryTag::parameters);
    const Heads<T> omega = converted<T>(question_.omega, MemoryTag::parameters);
    const FeaturesTask<T> task{
        .x = in_T.view(),
        .feature_map = map_,
        .omega = omega.empty() ? HeadsView<T>() : omega.view(),
        .is_query = question_.is_query,
        .conventions = acting_on(subject_.attention_conventions, map_, false)};
    FeaturesResult<T> result;
    result.out.resize(task.out_sizes(), MemoryTag::result);
    call_subject(subject_.features.in<T>(), task, result);
    if (result.out.sizes() != task.out_sizes()) {
      throw SubjectError("returned features of the wrong size", Failure::wrong_shape);
    }
    return converted<double>(result.out, MemoryTag::result);
  }

  const Subject& subject_;
  const FeatureMap& map_;
  const OwnQuestion& question_;
};

std::span<const double> row_of(const Heads<double>& heads, Index row) {
  const Index cols = heads.sizes().cols;
  return heads.values().subspan(static_cast<std::size_t>(row * cols),
                                static_cast<std::size_t>(cols));
}
std::span<double> row_of(Heads<double>& heads, Index row) {
  const Index cols = heads.sizes().cols;
  return heads.values().subspan(static_cast<std::size_t>(row * cols),
                                static_cast<std::size_t>(cols));
}
Index rows_in(const Heads<double>& heads) {
  return heads.sizes().batch * heads.sizes().heads * heads.sizes().rows;
}

bool is_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double x) { return std::isfinite(x); });
}
double largest(std::span<const double> values) {
  double size = 0.0;
  for (const double x : values) size = std::max(size, std::abs(x));
  return size;
}

/// x repeated as more sequences.
Heads<double> copies_of(const Heads<double>& x, Index copies) {
  HeadsSizes sizes = x.sizes();
  sizes.batch *= copies;
  Heads<double> all(sizes, MemoryTag::parameters);
  for (Index copy = 0; copy < copies; ++copy) {
    std::ranges::copy(x.values(), all.values().begin() + copy * x.sizes().entries());
  }
  return all;
}

class OwnFeatures final : public OwnMap {
 public:
  OwnFeatures(const Subject& subject, OwnWidth width) : subject_(subject), width_(width) {
    subject_.capabilities.own_map.reset();
  }
  [[nodiscard]] Index features(Index arguments) const override {
    return width_.features(arguments);
  }
  [[nodiscard]] std::shared_ptr<const OwnRows> rows(const OwnQuestion& question) const override {
    std::vector<double> key(question.x.values().begin(), question.x.values().end());
    key.insert(key.end(), question.omega.values().begin(), question.omega.values().end());
    for (const Index size : {question.x.sizes().batch, question.x.sizes().heads,
                             question.x.sizes().rows, Index{question.is_query},
                             static_cast<Index>(question.scalar), Index{question.wants_slopes}}) {
      key.push_back(static_cast<double>(size));
    }
    {
      const std::lock_guard lock(mutex_);
      const auto known = kept_.find(key);
      if (known != kept_.end()) return known->second;
    }
    auto found = std::make_shared<const OwnRows>(asked(question));
    const std::lock_guard lock(mutex_);
    if (kept_.size() >= most_kept) kept_.clear();
    return kept_[key] = std::move(found);
  }

 private:
  static constexpr std::size_t most_kept = 32;

  [[nodiscard]] OwnRows asked(const OwnQuestion& question) const {
    const Index D = question.x.sizes().cols;
    FeatureMap map{.kind = FeatureKind::own, .own = this};
    if (!question.omega.empty()) {
      map.projected = true;
      map.blocks = question.omega.sizes().cols / D;
    }
    const Asking asking(subject_, map, question);
    const bool offers = subject_.features.offers(question.scalar);
    const Scalar scalar = offers ? question.scalar : widest();  // not 50 digits
    OwnRows rows;
    rows.values = asking.answer(scalar, question.x);
    require_finite(asking, question.x, rows.values);
    rows.noise = noise_of(asking, question, scalar, rows.values);
    require_function_of_a_row(asking, question, scalar, rows);
    if (question.wants_slopes && subject_.capabilities.pullback) {
      put_slopes(asking, question, scalar, rows);
    }
    return rows;
  }

  [[nodiscard]] Scalar widest() const {
    for (const Scalar scalar : {Scalar::float64, Scalar::float32, Scalar::float16}) {
      if (subject_.features.offers(scalar)) return scalar;
    }
    return Scalar::bfloat16;
  }

  static void require_finite(const Asking& asking, const Heads<double>& x,
                             const Heads<double>& values) {
    for (Index row = 0; row < rows_in(values); ++row) {
      if (is_finite(row_of(values, row)) || !(largest(row_of(x, row)) <= ordinary)) continue;
      throw SubjectError(
          "returned features that are not finite: " + asking.named(row, values.sizes()),
          Failure::non_finite);
    }
  }

  /// From the difference to a wider scalar on the same x; of the widest one, that of float32.
  [[nodiscard]] Heads<double> noise_of(const Asking& asking, const OwnQuestion& question,
                                       Scalar scalar, const Heads<double>& values) const {
    Heads<double> noise(values.sizes(), MemoryTag::result);
    const Scalar wide = widest();
    const bool is_widest = scalar == wide;
    const Scalar narrow = is_widest && wide == Scalar::float64 ? Scalar::float32 : scalar;
    const bool measures = narrow != wide && subject_.features.offers(narrow);
    Heads<double> other;
    if (measures) other = asking.answer(is_widest ? narrow : wide, question.x);
    const double u = unit_roundoff(narrow);
    const double of_all = largest(values.values());
    for (Index row = 0; row < rows_in(values); ++row) {
      const std::span<const double> g = row_of(values, row);
      double of_row = measures ? 0.0 : unmeasured_noise * largest(g);
      for (std::size_t m = 0; measures && m < g.size(); ++m) {
        const double apart = std::abs(g[m] - row_of(other, row)[m]);
        if (std::isfinite(apart)) of_row = std::max(of_row, apart / u);
      }
      const double allowed =
          (most_roundings + subject_.capabilities.roundoff_of_factors / u) * of_all;
      if (!(of_row <= allowed) && std::isfinite(of_all)) {
        throw SubjectError(
            fmt::format("its features in {} differ from those in {} by {:.2g}, for features of "
                        "up to {:.2g}: {}",
                        name(narrow), name(wide), of_row * u, of_all,
                        asking.named(row, values.sizes())),
            Failure::wrong);
      }
      for (std::size_t m = 0; m < g.size(); ++m) {
        row_of(noise, row)[m] = std::isfinite(g[m]) ? least_noise * std::abs(g[m]) + of_row : 0.0;
      }
    }
    return noise;
  }

  /// Every row occurs again: among other rows (the even ones in one copy, the odd ones in another;
  /// a single row next to a second one), and, unless the map depends on the index of a row, all of
  /// them at the next place.
  void require_function_of_a_row(const Asking& asking, const OwnQuestion& question, Scalar scalar,
                                 const OwnRows& rows) const {
    const Heads<double>& x = question.x;
    const Index L = x.sizes().rows;
    const Index all = rows_in(x);
    const bool moves = L > 1 && !subject_.capabilities.own_map_differs_by_row;
    Heads<double> again = copies_of(x, moves ? 3 : 2);
    for (const Index parity : {0, 1}) {
      for (Index row = 0; row < all; ++row) {
        if (row % L % 2 == parity) continue;
        for (double& entry : row_of(again, parity * all + row)) entry = 0.5 - 0.75 * entry;
      }
    }
    const auto next = [&](Index row) { return row - row % L + (row % L + 1) % L; };
    for (Index row = 0; moves && row < all; ++row) {
      std::ranges::copy(row_of(x, row), row_of(again, 2 * all + next(row)).begin());
    }
    const auto require_same = [&](Index row, const Heads<double>& answer, Index place,
                                  const char* why) {
      const std::span<const double> g = row_of(rows.values, row);
      const double allowed = repeated_roundings * unit_roundoff(scalar) *
                             (largest(row_of(rows.noise, row)) + largest(g));
      for (std::size_t m = 0; m < g.size(); ++m) {
        const double apart = std::abs(g[m] - row_of(answer, place)[m]);
        if (apart <= allowed || !std::isfinite(g[m])) continue;
        throw SubjectError(
            fmt::format("its features are no function of the row of x: {} changes by {:.2g} {}",
                        asking.named(row, rows.values.sizes()), apart, why),
            Failure::wrong);
      }
    };
    constexpr const char* beside = "with other rows beside it";
    const Heads<double> answer = asking.answer(scalar, again);
    for (Index row = 0; row < all; ++row) {
      require_same(row, answer, row % L % 2 * all + row, beside);
    }
    for (Index row = 0; moves && row < all; ++row) {
      require_same(row, answer, 2 * all + next(row),
                   "at the next place (declare own_map 'differs_by_row' if it depends on it)");
    }
    if (L > 1) return;
    HeadsSizes sizes = x.sizes();
    sizes.rows = 2;
    Heads<double> pairs(sizes, MemoryTag::parameters);
    for (Index row = 0; row < all; ++row) {
      std::ranges::copy(row_of(x, row), row_of(pairs, 2 * row).begin());
      std::ranges::transform(row_of(x, row), row_of(pairs, 2 * row + 1).begin(),
                             [](double entry) { return 0.5 - 0.75 * entry; });
    }
    const Heads<double> of_pairs = asking.answer(scalar, pairs);
    for (Index row = 0; row < all; ++row) require_same(row, of_pairs, 2 * row, beside);
  }

  /// Distances in steps from x along one coordinate; the last two are from x/8, where maps that are
  /// flat at x are steeper.
  static constexpr std::array<double, 6> steps = {1.0, -1.0, 2.0, -2.0, 1.0, -1.0};
  static constexpr Index copies = 6;

  /// x moved along `columns` coordinates from `first` on: a copy for each of them and each step.
  static Heads<double> moved_along(const Heads<double>& x, Index first, Index columns, double h,
                                   Scalar wide) {
    Heads<double> moved = copies_of(x, copies * columns);
    for (Index row = 0; row < rows_in(moved); ++row) {
      const Index copy = row / rows_in(x);
      const auto step = static_cast<std::size_t>(copy % copies);
      if (step >= 4) {
        for (double& entry : row_of(moved, row)) entry *= 0.125;
      }
      double& entry = row_of(moved, row)[static_cast<std::size_t>(first + copy / copies)];
      entry += steps.at(step) * h * scale_of(entry);
      if (wide != Scalar::float64) entry = static_cast<double>(static_cast<float>(entry));
    }
    return moved;
  }

  void put_slopes(const Asking& asking, const OwnQuestion& question, Scalar scalar,
                  OwnRows& rows) const {
    const Scalar wide = widest();
    const double h = std::exp2(std::round(std::log2(unit_roundoff(wide)) / 3.0));
    const Heads<double>& x = question.x;
    const Heads<double> base = wide == scalar ? rows.values : asking.answer(wide, question.x);
    const Index D = x.sizes().cols;
    const Index M = base.sizes().cols;
    HeadsSizes sizes = base.sizes();
    sizes.cols = M * D;
    rows.slopes = Heads<double>(sizes, MemoryTag::result);
    rows.slope_errors = Heads<double>(sizes, MemoryTag::result);
    std::vector<double> steepest(static_cast<std::size_t>(rows_in(x)), 0.0);
    const Index at_once =
        std::clamp<Index>(most_entries_asked / (copies * rows_in(x) * (D + M)), 1, D);
    for (Index first = 0; first < D; first += at_once) {
      const Index columns = std::min(at_once, D - first);
      const Heads<double> moved = moved_along(x, first, columns, h, wide);
      const Heads<double> answer = asking.answer(wide, moved);
      for (Index at = 0; at < columns * rows_in(x) * M; ++at) {
        const Index column = at / M / rows_in(x);
        const Index row = at / M % rows_in(x);
        const auto i = static_cast<std::size_t>(first + column);
        const auto m = static_cast<std::size_t>(at % M);
        const auto place = [&](Index step) { return (copies * column + step) * rows_in(x) + row; };
        std::array<double, 4> apart{};
        std::array<double, 4> risen{};
        for (std::size_t step = 0; step < 4; ++step) {
          const Index moved_row = place(static_cast<Index>(step));
          apart.at(step) = row_of(moved, moved_row)[i] - row_of(x, row)[i];
          risen.at(step) = row_of(answer, moved_row)[m] - row_of(base, row)[m];
        }
        const auto [slope, error] = slope_from(apart, risen);
        const auto entry = static_cast<std::size_t>((row * M + at % M) * D + first + column);
        rows.slopes.values()[entry] = slope;
        rows.slope_errors.values()[entry] = error + 8.0 * unit_roundoff(wide) *
                                                        largest(row_of(rows.noise, row)) /
                                                        (h * scale_of(row_of(x, row)[i]));
        const double steep = std::abs((row_of(answer, place(4))[m] - row_of(answer, place(5))[m]) /
                                      (row_of(moved, place(4))[i] - row_of(moved, place(5))[i]));
        double& steepest_of_row = steepest[static_cast<std::size_t>(row)];
        if (std::isfinite(steep)) steepest_of_row = std::max(steepest_of_row, steep);
      }
    }
    add_rounding_errors(steepest, unit_roundoff(scalar), rows);
  }

  /// Those of the subject's own slopes, whose terms may be as large as the steepest slope.
  static void add_rounding_errors(const std::vector<double>& steepest, double u, OwnRows& rows) {
    const auto terms = static_cast<double>(rows.values.sizes().cols) + 32.0;
    for (Index row = 0; row < rows_in(rows.slopes); ++row) {
      for (double& error : row_of(rows.slope_errors, row)) {
        error += terms * u * steepest[static_cast<std::size_t>(row)];
      }
    }
  }

  static double scale_of(double x) {
    return std::exp2(std::ceil(std::log2(std::max(1.0, std::abs(x)))));
  }
  /// The slope over one step to either side, and its error: how much the one over two steps
  /// differs, and how much those to either side do, extrapolated to a step of 0.
  static std::pair<double, double> slope_from(const std::array<double, 4>& x,
                                              const std::array<double, 4>& g) {
    const double near = (g[0] - g[1]) / (x[0] - x[1]);
    const double far = (g[2] - g[3]) / (x[2] - x[3]);
    const double right = 2.0 * g[0] / x[0] - g[2] / x[2];
    const double left = 2.0 * g[1] / x[1] - g[3] / x[3];
    const double error = 2.0 * std::abs(near - far) + std::abs(right - left);
    return std::isfinite(error) ? std::pair(near, error) : std::pair(0.0, without_slope);
  }

  Subject subject_;
  OwnWidth width_;
  mutable std::mutex mutex_;
  mutable std::map<std::vector<double>, std::shared_ptr<const OwnRows>> kept_;
};

}  // namespace

Index OwnWidth::features(Index arguments) const {
  const auto P = static_cast<double>(arguments);
  return static_cast<Index>(coefficients[0] + coefficients[1] * P + coefficients[2] * P * P);
}

void OwnWidth::require_valid(Index least, bool only) const {
  const auto& [c0, c1, c2] = coefficients;
  const auto is_whole = [](double x) { return std::isfinite(x) && std::floor(x) == x; };
  require(
      is_whole(c0) && is_whole(2.0 * c1) && is_whole(2.0 * c2) && is_whole(c1 + c2),
      "own_map: 'features' [c0, c1, c2] must make c0 + c1 D + c2 D² a whole number for every D");
  require(features(least) >= 1,
          fmt::format("own_map: 'features' is {} for D = {}: at least 1 is needed", features(least),
                      least));
  require(only || (c2 >= 0.0 && features(least + 1) >= features(least)),
          "own_map: 'features' must not fall with D");
}

std::shared_ptr<const OwnMap> own_features_of(const Subject& subject, const OwnWidth& width) {
  return std::make_shared<const OwnFeatures>(subject, width);
}

}  // namespace slim::properties
