// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/own_features.hpp"

#include "properties/tolerance/own_asking.hpp"
#include "properties/tolerance/slopes_to_ask.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

constexpr double without_slope = std::numeric_limits<double>::infinity();
constexpr double ordinary = 64.0;            ///< |x| up to which features have to be finite
constexpr double least_noise = 1.0;          ///< roundings of a feature, relative to itself
constexpr double unmeasured_noise = 4.0;     ///< the same relative to the row's largest feature
constexpr double most_roundings = 4096.0;    ///< relative to the largest feature of all
constexpr double repeated_roundings = 64.0;  ///< of the same row among others, times its noise
/// Of a question about slopes, its answer included. Of larger cases some slopes are asked alone.
constexpr Index most_entries_asked = Index{1} << 18;

bool is_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double x) { return std::isfinite(x); });
}
double largest(std::span<const double> values) {
  double size = 0.0;
  for (const double x : values) size = std::max(size, std::abs(x));
  return size;
}

struct Slopes {
  Heads<double> of;              ///< ∂g_m/∂x_i [B, H, L, M·D], m first
  Heads<double> errors;          ///< likewise; infinite where there is no slope
  std::vector<double> steepest;  ///< of each row, along what was asked
};

Index entries_of(const Slopes& slopes) {
  return 2 * slopes.of.sizes().entries();
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
    std::vector<double> key = key_of_question(question, question.scalar);
    key.push_back(question.wants_slopes ? 1.0 : 0.0);
    return rows_.get(std::move(key), [&] { return asked(question); });
  }

 private:
  [[nodiscard]] OwnRows asked(const OwnQuestion& question) const {
    const Index D = question.x.sizes().cols;
    FeatureMap map{.kind = FeatureKind::own, .own = this};
    if (!question.omega.empty()) {
      map.projected = true;
      map.blocks = question.omega.sizes().cols / D;
    }
    const OwnAsking asking(subject_, map, question);
    const bool offers = subject_.features.offers(question.scalar);
    const Scalar scalar = offers ? question.scalar : widest();  // not 50 digits
    OwnRows rows;
    rows.values = *values_of(asking, question, scalar);
    require_finite(asking, question.x, rows.values);
    rows.noise = noise_of(asking, question, scalar, rows.values);
    require_function_of_a_row(asking, question, scalar, rows);
    if (question.wants_slopes && subject_.capabilities.pullback) {
      put_slopes(asking, question, scalar, rows);
    }
    return rows;
  }

  /// g(x) as they are. The rows in one scalar need those in others, too.
  [[nodiscard]] std::shared_ptr<const Heads<double>> values_of(const OwnAsking& asking,
                                                               const OwnQuestion& question,
                                                               Scalar scalar) const {
    return values_.get(key_of_question(question, scalar),
                       [&] { return asking.answer(scalar, question.x); });
  }

  [[nodiscard]] Scalar widest() const {
    for (const Scalar scalar : {Scalar::float64, Scalar::float32, Scalar::float16}) {
      if (subject_.features.offers(scalar)) return scalar;
    }
    return Scalar::bfloat16;
  }

  static void require_finite(const OwnAsking& asking, const Heads<double>& x,
                             const Heads<double>& values) {
    for (Index row = 0; row < rows_in(values); ++row) {
      if (is_finite(row_of(values, row)) || !(largest(row_of(x, row)) <= ordinary)) continue;
      throw SubjectError(
          "returned features that are not finite: " + asking.named(row, values.sizes()),
          Failure::non_finite);
    }
  }

  /// From the difference to a wider scalar on the same x; of the widest one, that of float32.
  [[nodiscard]] Heads<double> noise_of(const OwnAsking& asking, const OwnQuestion& question,
                                       Scalar scalar, const Heads<double>& values) const {
    Heads<double> noise(values.sizes(), MemoryTag::result);
    const Scalar wide = widest();
    const bool is_widest = scalar == wide;
    const Scalar narrow = is_widest && wide == Scalar::float64 ? Scalar::float32 : scalar;
    const bool measures = narrow != wide && subject_.features.offers(narrow);
    std::shared_ptr<const Heads<double>> other;
    if (measures) other = values_of(asking, question, is_widest ? narrow : wide);
    const double u = unit_roundoff(narrow);
    const double of_all = largest(values.values());
    for (Index row = 0; row < rows_in(values); ++row) {
      const std::span<const double> g = row_of(values, row);
      double of_row = measures ? 0.0 : unmeasured_noise * largest(g);
      for (std::size_t m = 0; measures && m < g.size(); ++m) {
        const double apart = std::abs(g[m] - row_of(*other, row)[m]);
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
  void require_function_of_a_row(const OwnAsking& asking, const OwnQuestion& question,
                                 Scalar scalar, const OwnRows& rows) const {
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
    if (L > 1 || subject_.capabilities.own_map_differs_by_length) return;
    HeadsSizes sizes = x.sizes();
    sizes.rows = 2;
    Heads<double> pairs(sizes, MemoryTag::parameters);
    for (Index row = 0; row < all; ++row) {
      std::ranges::copy(row_of(x, row), row_of(pairs, 2 * row).begin());
      std::ranges::transform(row_of(x, row), row_of(pairs, 2 * row + 1).begin(),
                             [](double entry) { return 0.5 - 0.75 * entry; });
    }
    const Heads<double> of_pairs = asking.answer(scalar, pairs);
    for (Index row = 0; row < all; ++row) {
      require_same(row, of_pairs, 2 * row,
                   "with another row beside it (declare own_map 'differs_by_length' if it depends "
                   "on the number of rows)");
    }
  }

  /// Of the bits of x (FNV-1a), so that a case asks the same slopes again, and others ask others.
  static Random drawn_by(const Heads<double>& x) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const double entry : x.values()) {
      hash = (hash ^ std::bit_cast<std::uint64_t>(entry)) * 1099511628211ULL;
    }
    return Random(hash, stream_named("slopes of an own map"));
  }

  /// x as it is asked, with each row moved along its coordinate.
  static Heads<double> moved_rows(const Heads<double>& x, const SlopesToAsk& asked, double h,
                                  Scalar wide) {
    Heads<double> moved(asked.sizes, MemoryTag::parameters);
    for (Index row = 0; row < rows_in(moved); ++row) {
      const MovedRow& from = asked.rows[static_cast<std::size_t>(row)];
      const std::span<double> to = row_of(moved, row);
      std::ranges::copy(row_of(x, from.row), to.begin());
      if (from.step >= 4) {
        for (double& entry : to) entry *= 0.125;
      }
      double& entry = to[static_cast<std::size_t>(from.column)];
      entry += slope_steps.at(from.step) * h * scale_of(entry);
      if (wide != Scalar::float64) entry = static_cast<double>(static_cast<float>(entry));
    }
    return moved;
  }

  /// The slopes in the widest scalar, which the rows in every scalar have.
  [[nodiscard]] Slopes slopes_of(const OwnAsking& asking, const OwnQuestion& question) const {
    const Scalar wide = widest();
    const Heads<double>& x = question.x;
    const std::shared_ptr<const Heads<double>> base = values_of(asking, question, wide);
    const auto D = static_cast<std::size_t>(x.sizes().cols);
    HeadsSizes sizes = base->sizes();
    sizes.cols *= x.sizes().cols;
    Slopes found{.of = Heads<double>(sizes, MemoryTag::result),
                 .errors = Heads<double>(sizes, MemoryTag::result),
                 .steepest = std::vector<double>(static_cast<std::size_t>(rows_in(*base)), 0.0)};
    std::ranges::fill(found.errors.values(), without_slope);
    const SlopesToAsk asked =
        slopes_to_ask(x.sizes(), base->sizes().cols, subject_.capabilities.own_map_differs_by_row,
                      most_entries_asked, drawn_by(x));
    const Heads<double> moved = moved_rows(x, asked, distance(), wide);
    const Heads<double> answer = asking.answer(wide, moved);
    for (Index at = 0; at < rows_in(moved); ++at) {
      const auto& [row, column, first_step] = asked.rows[static_cast<std::size_t>(at)];
      if (first_step != 0) continue;
      const auto i = static_cast<std::size_t>(column);
      std::array<std::span<const double>, slope_steps.size()> g;
      std::array<double, slope_steps.size()> to{};
      for (std::size_t step = 0; step < g.size(); ++step) {
        const Index place = at + static_cast<Index>(step) * asked.between_steps;
        g.at(step) = row_of(answer, place);
        to.at(step) = row_of(moved, place)[i];
      }
      const double from = row_of(x, row)[i];
      const std::array<double, 4> apart = {to[0] - from, to[1] - from, to[2] - from, to[3] - from};
      double& steepest = found.steepest[static_cast<std::size_t>(row)];
      for (std::size_t m = 0; m < g[0].size(); ++m) {
        const double at_x = row_of(*base, row)[m];
        const auto [slope, error] =
            slope_from(apart, {g[0][m] - at_x, g[1][m] - at_x, g[2][m] - at_x, g[3][m] - at_x});
        row_of(found.of, row)[m * D + i] = slope;
        row_of(found.errors, row)[m * D + i] = error;
        const double steep = std::abs((g[4][m] - g[5][m]) / (to[4] - to[5]));
        if (std::isfinite(steep)) steepest = std::max(steepest, steep);
      }
    }
    return found;
  }

  void put_slopes(const OwnAsking& asking, const OwnQuestion& question, Scalar scalar,
                  OwnRows& rows) const {
    const std::shared_ptr<const Slopes> found = slopes_.get(
        key_of_question(question, widest()), [&] { return slopes_of(asking, question); });
    rows.slopes = found->of;
    rows.slope_errors = found->errors;
    const double u = unit_roundoff(widest());
    const auto D = static_cast<std::size_t>(question.x.sizes().cols);
    // Terms of the subject's own slopes may be as large as the steepest slope.
    const auto terms = static_cast<double>(rows.values.sizes().cols) + 32.0;
    for (Index row = 0; row < rows_in(question.x); ++row) {
      const double noise = 8.0 * u * largest(row_of(rows.noise, row)) / distance();
      const double of_terms =
          terms * unit_roundoff(scalar) * found->steepest[static_cast<std::size_t>(row)];
      const std::span<double> errors = row_of(rows.slope_errors, row);
      for (std::size_t at = 0; at < errors.size(); ++at) {
        errors[at] += noise / scale_of(row_of(question.x, row)[at % D]) + of_terms;
      }
    }
  }

  /// The distance of one step from an x of size 1.
  [[nodiscard]] double distance() const {
    return std::exp2(std::round(std::log2(unit_roundoff(widest())) / 3.0));
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
  Kept<OwnRows> rows_;
  Kept<Heads<double>> values_;
  Kept<Slopes> slopes_;
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
