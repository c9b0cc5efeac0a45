// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/feature_rows.hpp"
#include "reference/performer/stabiliser.hpp"

#include <cmath>

namespace slim::reference {

/// The rows that have a length together: row l of matrix `at` belongs to group of(at, l).
struct LengthGroups {
  UnitLength unit_length;
  std::size_t heads;
  std::size_t rows;

  [[nodiscard]] std::size_t of(std::size_t at, Index l) const {
    if (unit_length == UnitLength::row) return at * rows + static_cast<std::size_t>(l);
    return unit_length == UnitLength::head ? at : at / heads;
  }
  [[nodiscard]] std::size_t count(std::size_t matrices) const {
    return of(matrices - 1, static_cast<Index>(rows) - 1) + 1;
  }
};

template <class T>
LengthGroups length_groups(const AttentionSide<T>& side, const StabiliserGroups& rows) {
  return {.unit_length = side.conventions.unit_length,
          .heads = static_cast<std::size_t>(rows.heads()),
          .rows = static_cast<std::size_t>(side.X.front().rows())};
}

/// √(|x|² + ε), at least another ε, for every row, and 1 or 0: whether it depends on x. A masked
/// row counts for no length but its own.
template <class T>
HeadMatrices<accumulator_t<T>> lengths_of_rows(const AttentionSide<T>& side,
                                               const StabiliserGroups& rows) {
  using Wide = accumulator_t<T>;
  using std::sqrt;
  const double added = side.conventions.epsilons[EpsilonPlace::length_squared];
  const double least = side.conventions.epsilons[EpsilonPlace::length_clamped];
  const LengthGroups groups = length_groups(side, rows);
  std::vector<Wide> squares(groups.count(side.X.size()), Wide(0));
  for (std::size_t at = 0; at < side.X.size(); ++at) {
    for (Index l = 0; l < side.X[at].rows(); ++l) {
      if (groups.unit_length != UnitLength::row && !rows.takes_part(at, l)) continue;
      const auto x = [&](Index i) -> Wide { return wide(side.X[at](l, i)); };
      squares[groups.of(at, l)] +=
          sum<T>(side.X[at].cols(), [&](Index i) -> Wide { return x(i) * x(i); });
    }
  }
  HeadMatrices<Wide> lengths;
  for (std::size_t at = 0; at < side.X.size(); ++at) {
    lengths.push_back(Matrix<Wide>(side.X[at].rows(), 2));
    for (Index l = 0; l < side.X[at].rows(); ++l) {
      const Wide& square = squares[groups.of(at, l)];
      const Wide length = sqrt(added > 0.0 ? Wide(square + static_cast<Wide>(added)) : square);
      const bool clamped = least > 0.0 && !(length > static_cast<Wide>(least));
      lengths[at](l, 0) = clamped ? static_cast<Wide>(least) : length;
      lengths[at](l, 1) = Wide(clamped ? 0.0 : 1.0);
    }
  }
  return lengths;
}

/// (dx̂ − x̂ (x̂·dx̂))/|x| from dx̂, with x̂ = x/|x|, where x̂·dx̂ is the sum over all rows that have the
/// length together.
template <class T>
void pull_back_unit_lengths(const AttentionSide<T>& side, const StabiliserGroups& rows,
                            const HeadMatrices<accumulator_t<T>>& lengths,
                            HeadMatrices<accumulator_t<T>>& dX) {
  using Wide = accumulator_t<T>;
  if (side.conventions.unit_length == UnitLength::none) return;
  const LengthGroups groups = length_groups(side, rows);
  const auto unit = [&](std::size_t at, Index l, Index i) -> Wide {
    return wide(side.X[at](l, i)) / lengths[at](l, 0);
  };
  std::vector<Wide> inner(groups.count(dX.size()), Wide(0));
  for (std::size_t at = 0; at < dX.size(); ++at) {
    for (Index l = 0; l < dX[at].rows(); ++l) {
      if (!rows.takes_part(at, l)) continue;
      inner[groups.of(at, l)] += lengths[at](l, 1) * sum<T>(dX[at].cols(), [&](Index i) -> Wide {
                                   return unit(at, l, i) * dX[at](l, i);
                                 });
    }
  }
  for (std::size_t at = 0; at < dX.size(); ++at) {
    for (Index l = 0; l < dX[at].rows(); ++l) {
      if (!rows.takes_part(at, l)) continue;
      for (Index i = 0; i < dX[at].cols(); ++i) {
        dX[at](l, i) =
            (dX[at](l, i) - unit(at, l, i) * inner[groups.of(at, l)]) / lengths[at](l, 0);
      }
    }
  }
}

}  // namespace slim::reference
