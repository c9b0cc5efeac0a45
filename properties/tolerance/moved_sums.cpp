// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/moved_sums.hpp"

#include "properties/tolerance/each_attention.hpp"
#include "reference/performer/forward.hpp"
#include "reference/performer/gradient.hpp"
#include "reference/vocabulary/scalars/keep_largest.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

constexpr int runs = 32;
constexpr double relative_move = 0x1p-32;

/// |R_L| and |S_L| of every head of every sequence.
State<double> gauges_of_final_sums(const GradientCase& c, Index first_position) {
  State<double> gauges(c.model, c.sequences.batch());
  for_each_attention<double>(
      c, first_position,
      [&](Index b, Index r, const reference::MultiHeadAttention<double>& attention) {
        for (Index h = 0; h < c.model.heads; ++h) {
          const auto& rows = attention.rows[static_cast<std::size_t>(h)];
          gauges.R(b, r, h) = rows.V.cwiseAbs().transpose() * rows.gK;
          gauges.S(b, r, h) = rows.gK.colwise().sum().transpose();
        }
      });
  return gauges;
}

/// The random signs of one run.
class Signs {
 public:
  explicit Signs(int run) : random_(static_cast<std::uint64_t>(run), stream_named("moved sums")) {}
  double next() { return random_.below(2, place_++) == 0 ? relative_move : -relative_move; }

 private:
  Random random_;
  std::uint64_t place_ = 0;
};

State<double> moved_start(const State<double>& gauges, Signs& signs) {
  State<double> start = gauges;
  for (double& x : start.values()) x *= signs.next();
  return start;
}

/// Moves the sums that the pullback of a head reads, separately in every row, and updates its
/// denominators.
void move_sums(const reference::AttentionRows<double>& rows, const MatrixView<const double>& R,
               const VectorView<const double>& S, reference::PrefixAttention<double>& head,
               Signs& signs) {
  for (Index l = 0; l < head.D.size(); ++l) {
    reference::PrefixSums<double>& sums = head.sums[static_cast<std::size_t>(l)];
    for (Index m = 0; m < S.size(); ++m) {
      for (Index i = 0; i < R.rows(); ++i) sums.R(i, m) += signs.next() * R(i, m);
      sums.S(m) += signs.next() * S(m);
    }
    head.D(l) = head.denominator.of(rows.gQ.row(l).dot(sums.S));
  }
}

/// Loss, gradient and logits of one run. Sums are moved once more in the backward pass, since a
/// program that recovers them there has others than in the forward pass.
GradientResult<double> moved_run(const GradientTask<double>& task, const State<double>& gauges,
                                 int run) {
  Signs signs(run);
  const Model& model = task.model;
  const State<double> start = moved_start(gauges, signs);
  const GradientTask<double> moved{.model = model,
                                   .theta = task.theta,
                                   .omega = task.omega,
                                   .sequences = task.sequences,
                                   .slice_length = task.slice_length,
                                   .first_position = task.first_position,
                                   .start = &start};
  const Index B = task.sequences.batch();
  const Index L = task.sequences.length();
  GradientResult<double> result{.loss = 0.0,
                                .gradient = Parameters<double>(model, MemoryTag::gradient),
                                .logits = Matrix<double>::Zero(B * L, model.vocab_size),
                                .end = {},
                                .start_cotangent = {}};
  for (Index b = 0; b < B; ++b) {
    reference::Forward<double> kept = reference::forward(moved, b, reference::loss_divisor(moved));
    Matrix<double> dX =
        reference::linear_pullback(task.theta.output_logit_map(), kept.X, kept.loss.dlogits,
                                   result.gradient.output_logit_map());
    for (Index r = model.layers - 1; r >= 0; --r) {
      reference::Layer<double>& layer = kept.layers[static_cast<std::size_t>(r)];
      for (Index h = 0; h < model.heads; ++h) {
        const auto head = static_cast<std::size_t>(h);
        move_sums(layer.attention.rows[head], gauges.R(b, r, h), gauges.S(b, r, h),
                  layer.attention.heads[head], signs);
      }
      auto cotangent = reference::heads_of<double>(nullptr, model, b, r);
      dX = reference::layer_pullback(reference::layer_context(model, task.theta, task.omega, r),
                                     layer, dX, cotangent, result.gradient.layer(r));
    }
    reference::embedding_pullback(model, task.sequences, b, task.first_position, dX,
                                  result.gradient);
    result.loss += kept.loss.loss;
    result.logits.middleRows(b * L + task.sequences.first_row(b), kept.logits.rows()) = kept.logits;
  }
  return result;
}

template <class Row>
void widen(double& moved, const Row& row, const Row& unmoved) {
  for (Index i = 0; i < row.size(); ++i) {
    keep_largest(moved, std::abs(row(i) - unmoved(i)) / relative_move);
  }
}

void widen(GradientBounds& moved, const GradientResult<double>& run,
           const GradientResult<double>& unmoved) {
  keep_largest(moved.loss, std::abs(run.loss - unmoved.loss) / relative_move);
  const std::vector<ParameterSlot>& slots = unmoved.gradient.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto one = run.gradient.matrix(slots[i]);
    const auto other = unmoved.gradient.matrix(slots[i]);
    for (Index row = 0; row < slots[i].rows; ++row) {
      widen(moved.gradient[i][static_cast<std::size_t>(row)], one.row(row), other.row(row));
    }
  }
  for (Index row = 0; row < unmoved.logits.rows(); ++row) {
    widen(moved.logits[static_cast<std::size_t>(row)], run.logits.row(row),
          unmoved.logits.row(row));
  }
}

}  // namespace

GradientBounds moved_by_final_sums(const GradientCase& c, bool with_logits, Index first_position) {
  GradientBounds moved = uniform_bounds(c.model, 0.0, 0.0);
  const Index rows = with_logits ? c.sequences.batch() * c.sequences.length() : 0;
  moved.logits.assign(static_cast<std::size_t>(rows), 0.0);
  if (c.sequences.length() == 1) return moved;
  const Parameters<double> theta = converted<double>(c.theta, c.model, MemoryTag::parameters);
  const Projection<double> omega = converted<double>(c.omega, c.model);
  const State<double> gauges = gauges_of_final_sums(c, first_position);
  const GradientTask<double> task{.model = c.model,
                                  .theta = theta,
                                  .omega = omega,
                                  .sequences = c.sequences,
                                  .slice_length = c.slice_length,
                                  .wants_logits = with_logits,
                                  .first_position = first_position};
  GradientResult<double> unmoved;
  reference::gradient(task, unmoved);
  for (int run = 0; run < runs; ++run) widen(moved, moved_run(task, gauges, run), unmoved);
  return moved;
}

}  // namespace slim::properties
