// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/comparison.hpp"

#include "reference/vocabulary/scalars/keep_largest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

/// |a - b|, infinite if either is not finite.
double distance(const Digits50& a, const Digits50& b) {
  const double error = to_double(Digits50(abs(a - b)));
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

template <class Row>
double row_error(const Row& answer, const Row& truth) {
  double error = 0.0;
  for (Index i = 0; i < answer.size(); ++i) {
    error = std::max(error, distance(answer(i), truth(i)));
  }
  return error;
}

/// Collects the rows of one tensor after another; keeps the worst row and all rows of its tensor.
class Rows {
 public:
  explicit Rows(Discrepancy first) : worst_(std::move(first)) {
    worst_.rows = {{.row = worst_.row, .error = worst_.error, .bound = worst_.bound}};
  }
  void begin(const std::string& tensor) {
    end();
    tensor_ = tensor;
  }
  void add(Index row, double error, double bound) {
    rows_.push_back({.row = row, .error = error, .bound = bound});
    const Discrepancy here{.tensor = tensor_, .row = row, .error = error, .bound = bound};
    if (!worse(here, worst_)) return;
    worst_ = here;
    has_worst_ = true;
  }
  Discrepancy worst() {
    end();
    return std::move(worst_);
  }

 private:
  void end() {
    if (has_worst_) worst_.rows = std::move(rows_);
    has_worst_ = false;
    rows_.clear();
  }

  Discrepancy worst_;
  std::string tensor_;
  std::vector<RowError> rows_;
  bool has_worst_ = false;
};

}  // namespace

GradientBounds uniform_bounds(const Model& model, double loss, double gradient) {
  GradientBounds bounds{.loss = loss, .gradient = {}, .logits = {}};
  for (const ParameterSlot& slot : parameter_slots(model)) {
    bounds.gradient.emplace_back(static_cast<std::size_t>(slot.rows), gradient);
  }
  return bounds;
}

GradientBounds scaled(GradientBounds bounds, double factor) {
  bounds.loss *= factor;
  for (std::vector<double>& rows : bounds.gradient) {
    for (double& bound : rows) bound *= factor;
  }
  for (double& bound : bounds.logits) bound *= factor;
  return bounds;
}

GradientBounds sum(GradientBounds a, const GradientBounds& b) {
  a.loss += b.loss;
  for (std::size_t i = 0; i < a.gradient.size(); ++i) {
    for (std::size_t row = 0; row < a.gradient[i].size(); ++row) {
      a.gradient[i][row] += b.gradient.at(i).at(row);
    }
  }
  for (std::size_t row = 0; row < a.logits.size(); ++row) a.logits[row] += b.logits.at(row);
  return a;
}

Discrepancy worst_discrepancy(const GradientAnswer& answer, const GradientAnswer& truth,
                              const GradientBounds& bounds) {
  Rows rows({.tensor = "loss",
             .row = 0,
             .error = distance(answer.loss, truth.loss),
             .bound = bounds.loss});
  const std::vector<ParameterSlot>& slots = truth.gradient.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const MatrixView<const Digits50> given = answer.gradient.matrix(slots[i]);
    const MatrixView<const Digits50> wanted = truth.gradient.matrix(slots[i]);
    rows.begin("grad." + slots[i].name);
    for (Index row = 0; row < slots[i].rows; ++row) {
      rows.add(row, row_error(given.row(row), wanted.row(row)),
               bounds.gradient.at(i).at(static_cast<std::size_t>(row)));
    }
  }
  rows.begin("logits");
  for (std::size_t row = 0; row < bounds.logits.size(); ++row) {
    const auto at = static_cast<Index>(row);
    rows.add(at, row_error(answer.logits.row(at), truth.logits.row(at)), bounds.logits[row]);
  }
  return rows.worst();
}

double largest_entry(const Parameters<Digits50>& gradient) {
  Digits50 largest(0);
  for (const Digits50& entry : gradient.values()) {
    keep_largest(largest, Digits50(abs(entry)));
  }
  return to_double(largest);
}

}  // namespace slim::properties
