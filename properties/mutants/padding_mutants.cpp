// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/model_mutants.hpp"
#include "properties/mutants/row_map_mutants.hpp"
#include "properties/mutants/whole_models.hpp"
#include "reference/performer/gradient.hpp"

#include <algorithm>

namespace slim::properties::mutants {
namespace {

/// Rows of padding are rows like others, at position 0 before the first token.
template <class T>
class PaddingAsTokens final : public RowMaps<T> {
 public:
  explicit PaddingAsTokens(const Sequences& padded) : padded_(padded) {}

  [[nodiscard]] Matrix<T> embedding(const GradientTask<T>& task, Index b) const override {
    const MatrixView<const T> E = task.theta.input_map();
    Matrix<T> X(task.sequences.length(), task.model.hidden_dim);
    for (Index l = 0; l < X.rows(); ++l) {
      X.row(l).head(E.cols()) = E.row(task.sequences.input(b, l));
      if (task.model.learns_positions()) {
        X.row(l) += task.theta.position_map().row(position(task, b, l));
      } else {
        X.row(l).tail(E.cols()) = reference::position_code<T>(position(task, b, l), 1, E.cols(),
                                                              task.model.conventions.position_base);
      }
    }
    return X;
  }
  void embedding_pullback(const GradientTask<T>& task, Index b, const Matrix<T>& dX,
                          Parameters<T>& gradient) const override {
    MatrixView<T> dE = gradient.input_map();
    for (Index l = 0; l < dX.rows(); ++l) {
      dE.row(task.sequences.input(b, l)) += dX.row(l).head(dE.cols());
      if (!task.model.learns_positions()) continue;
      gradient.position_map().row(position(task, b, l)) += dX.row(l);
    }
  }

 private:
  [[nodiscard]] Index position(const GradientTask<T>& task, Index b, Index l) const {
    const bool counts = task.model.conventions.positions_count_padding != 0.0;
    const Index skipped = counts ? 0 : padded_.first_row(b);
    return task.first_position + std::max<Index>(0, l - skipped);
  }

  const Sequences& padded_;
};

Sequences without_padding(const Sequences& padded) {
  Sequences plain(padded.batch(), padded.length());
  if (padded.has_mask()) plain.add_mask();
  for (Index b = 0; b < plain.batch(); ++b) {
    std::ranges::copy(padded.tokens(b), plain.tokens(b).begin());
    if (padded.has_mask()) std::ranges::copy(padded.mask(b), plain.mask(b).begin());
  }
  return plain;
}

struct PaddingInSums {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    if (!task.sequences.has_padding()) return reference::gradient(task, result);
    const Sequences plain = without_padding(task.sequences);
    const auto maps = std::make_shared<PaddingAsTokens<T>>(task.sequences);
    model_of<T>(reference::attention<T>, maps)(with_inputs(task, {.sequences = &plain}), result);
  }
};

struct PaddingInPositions {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    Model model = task.model;
    model.conventions.positions_count_padding =
        model.conventions.positions_count_padding == 0.0 ? 1.0 : 0.0;
    reference::gradient(with_inputs(task, {.model = &model}), result);
  }
};

/// The start state of all layers but the first is 0.
struct StartOfFirstLayerOnly {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    if (task.start == nullptr) return reference::gradient(task, result);
    State<T> start = *task.start;
    for (Index b = 0; b < task.sequences.batch(); ++b) {
      for (Index r = 1; r < task.model.layers; ++r) {
        for (Index h = 0; h < task.model.heads; ++h) start.RS(b, r, h).setZero();
      }
    }
    GradientTask<T> changed = task;
    changed.start = &start;
    GradientResult<T> answer;
    reference::gradient(changed, answer);
    result = std::move(answer);
  }
};

/// One sequence of a batch, with its mask and padding.
Sequences only(const Sequences& all, Index b) {
  Sequences one(1, all.length());
  std::ranges::copy(all.tokens(b), one.tokens(0).begin());
  if (all.has_mask()) {
    one.add_mask();
    std::ranges::copy(all.mask(b), one.mask(0).begin());
  }
  one.pad(0, all.first_row(b), all.length() - all.end_row(b));
  return one;
}

/// The gradient of learned positions is that of the last sequence of the batch.
struct PositionGradientOverwritten {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    const bool is_segment = task.start != nullptr || task.end_cotangent != nullptr;
    const Sequences last = only(task.sequences, task.sequences.batch() - 1);
    const Index counted =
        task.counted_targets > 0 ? task.counted_targets : task.sequences.counted_targets();
    GradientTask<T> of_last = with_inputs(task, {.sequences = &last});
    of_last.counted_targets = counted;
    reference::gradient(task, result);
    if (!task.model.learns_positions() || is_segment || counted == 0) return;
    GradientResult<T> other;
    reference::gradient(of_last, other);
    result.gradient.position_map() = other.gradient.position_map();
  }
};

/// The gradient of a learned position is in the next row of the table.
struct PositionGradientInNextRow {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    reference::gradient(task, result);
    if (!task.model.learns_positions()) return;
    const Matrix<T> own = result.gradient.position_map();
    for (Index p = 0; p < own.rows(); ++p) {
      result.gradient.position_map().row((p + 1) % own.rows()) = own.row(p);
    }
  }
};

/// A mutant that takes padded batches.
Mutant padding_mutant(const char* name, const char* description, const char* seen,
                      GradientFunctions gradient) {
  Mutant mutant = model_mutant(name, description, seen, std::move(gradient));
  mutant.takes_padding = true;
  return mutant;
}

}  // namespace

std::vector<Mutant> padding_mutants() {
  return {
      padding_mutant("padding-enters-sums",
                     "the keys of padding on the left of a sequence enter the sums of a model",
                     "batches that are padded on the left for generation, without their mask",
                     in_every_scalar(PaddingInSums())),
      padding_mutant("padding-shifts-positions",
                     "positions in a sequence with padding on its left are counted from its first "
                     "row in place of its first token, or the reverse",
                     "position codes of the rows of a padded batch",
                     in_every_scalar(PaddingInPositions())),
      padding_mutant("position-gradient-overwritten",
                     "the gradient of learned positions is that of the last sequence of the batch",
                     "tables that are broadcast over the batch, with assigned gradients",
                     in_every_scalar(PositionGradientOverwritten())),
      padding_mutant("position-gradient-in-next-row",
                     "the gradient of a learned position is added to the next row of the table",
                     "tables with a reserved first row, scattered without its offset",
                     in_every_scalar(PositionGradientInNextRow())),
      model_mutant("start-of-first-layer-only",
                   "a resumed model starts from the state in its first layer, and from 0 in others",
                   "one cache for all layers, which the first one empties",
                   in_every_scalar(StartOfFirstLayerOnly())),
  };
}

}  // namespace slim::properties::mutants
