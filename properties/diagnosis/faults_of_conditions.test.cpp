// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/described_faults.hpp"

#include <cmath>
#include <optional>

namespace slim::properties {

std::vector<Described> faults_of_conditions() {
  std::vector<Described> all;
  const auto add = [&](const char* name, const auto& fault, std::vector<std::string> words) {
    all.push_back({with_fault(name, fault), std::move(words)});
  };
  add("mask is ignored if there is a start state",
      [](const auto& inner, const auto& task, auto& result) {
        auto other = task;
        if (!task.start.empty()) other.key_mask = {};
        inner(other, result);
      },
      {"only with a start state and with a key mask"});
  add("start state is ignored if there is one slice",
      [](const auto& inner, const auto& task, auto& result) {
        auto other = task;
        if (slices_in(task) == 1) other.start = {};
        inner(other, result);
      },
      {"with a start state", "with one slice"});
  add("start state is ignored if there is one row",
      [](const auto& inner, const auto& task, auto& result) {
        auto other = task;
        if (task.v.sizes.rows == 1) other.start = {};
        inner(other, result);
      },
      {"with a start state", "where the number of rows is 1"});
  add("output has no rows of an incomplete slice",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        const Index rest = task.v.sizes.rows % task.slice_length;
        each_head(result.out, [&](Index, Index, auto m) { m.bottomRows(rest).setZero(); });
      },
      {"where the slice length does not divide L"});
  add("gradient of keys misses the rest of several slices",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        if (slices_in(task) < 2 || rows_of_last_slice(task) == task.slice_length) return;
        each_head(result.dk,
                  [&](Index, Index, auto m) { m.bottomRows(rows_of_last_slice(task)).setZero(); });
      },
      {"with two slices or more", "where the slice length does not divide L",
       "rows of the last, incomplete slice", "d.k: the wrong entries are 0"});
  add("second sequence has the gradient of the first",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        for (Index b = 1; b < result.dk.sizes().batch; ++b) {
          for (Index h = 0; h < result.dk.sizes().heads; ++h) result.dk(b, h) = result.dk(0, h);
        }
      },
      {"with two sequences or more", "the right answer of sequence 0"});
  add("second head is twice as large",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [](Index, Index h, auto m) {
          if (h > 0) m *= 2;
        });
      },
      {"with two heads or more", "heads after the first", "a constant times the right answer (2"});
  add("ninth column of values is dropped",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [](Index, Index, auto m) {
          if (m.cols() > 8) m.rightCols(m.cols() - 8).setZero();
        });
      },
      {"for more than 8 columns of v", "are 0"});
  add("columns of values beyond 64 are those of 64",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [](Index, Index, auto m) {
          for (Index c = 64; c < m.cols(); ++c) m.col(c) = m.col(63);
        });
      },
      {"for more than 64 columns of v"});
  all.back().is_of_wide_arrays = true;
  add("columns of keys beyond 32 are ignored",
      [](const auto& inner, const auto& task, auto& result) {
        auto other = task;
        Owned keys(task.k);
        const Index more = task.k.sizes.cols - 32;
        if (more > 0 && task.features_given) {
          each_head(keys.heads, [&](Index, Index, auto m) { m.rightCols(more).setZero(); });
          other.k = keys.heads.view();
        }
        inner(other, result);
      },
      {"for more than 32 features"});
  all.back().is_of_wide_arrays = true;
  add("columns of values beyond multiples of four are dropped",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [](Index, Index, auto m) { m.rightCols(m.cols() % 4).setZero(); });
      },
      {"where the number of columns of v is no multiple of 4"});
  add("start gradient is summed over the batch",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        auto& gradient = result.start_gradient;
        if (gradient.empty()) return;
        for (Index h = 0; h < gradient.sizes().heads; ++h) {
          for (Index b = 1; b < gradient.sizes().batch; ++b) gradient(0, h) += gradient(b, h);
          for (Index b = 1; b < gradient.sizes().batch; ++b) gradient(b, h) = gradient(0, h);
        }
      },
      {"with two sequences or more", "the sum over all sequences"});
  add("end state holds whole slices only",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        const Index rest = task.v.sizes.rows % task.slice_length;
        if (rest == 0) return;
        auto other = task;
        std::vector<std::uint8_t> mask(
            static_cast<std::size_t>(task.v.sizes.batch * task.v.sizes.rows), 1);
        for (Index b = 0; b < task.v.sizes.batch; ++b) {
          for (Index l = 0; l < task.v.sizes.rows; ++l) {
            const bool is_last = l >= task.v.sizes.rows - rest;
            mask[static_cast<std::size_t>(b * task.v.sizes.rows + l)] =
                !is_last && task.takes_part(b, l) ? 1 : 0;
          }
        }
        other.key_mask = mask;
        auto without = result;
        inner(other, without);
        result.end = without.end;
      },
      {"where the slice length does not divide L", "wrong: end"});
  add("first rows of slices do not see earlier slices",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [&](Index, Index, auto m) {
          for (Index l = task.slice_length; l < m.rows(); l += task.slice_length) {
            m.row(l).setZero();
          }
        });
      },
      {"with two slices or more", "the first row of each slice after the first"});
  add("bidirectional attention is off",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        if (task.causal) return;
        each_head(result.out, [](Index, Index, auto m) { m.row(0) *= 3; });
      },
      {"in bidirectional attention"});
  add("map ReLU is applied to keys alone",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        if (task.features_given || task.feature_map.kind != FeatureKind::relu) return;
        each_head(result.out, [](Index, Index, auto m) { m *= 2; });
      },
      {"with the feature map relu"});
  add("end cotangent is added twice to the gradient of values",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        if (task.end_cotangent.empty()) return;
        each_head(result.dv, [](Index, Index, auto m) { m *= 2; });
      },
      {"with a cotangent of the end state"});
  add("rows after the sixteenth are lost",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [](Index, Index, auto m) {
          if (m.rows() > 16) m.bottomRows(m.rows() - 16).setZero();
        });
      },
      {"are 0"});
  add("start state is transposed if it is square",
      [](const auto& inner, const auto& task, auto& result) {
        auto other = task;
        const bool is_square = !task.start.empty() && task.features() == task.v.sizes.cols;
        std::optional<Owned<std::decay_t<decltype(result.out.values()[0])>>> state;
        if (is_square) {
          state.emplace(task.start);
          each_head(state->heads, [](Index, Index, auto m) {
            const Index d = m.cols();
            m.topRows(d) = m.topRows(d).transpose().eval();
          });
          other.start = state->heads.view();
        }
        inner(other, result);
      },
      {"with a start state", "where D = D_v"});
  add("output has the scale of the width of values",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        using std::sqrt;
        each_head(result.out, [&](Index, Index, auto m) {
          using T = std::decay_t<decltype(m(0, 0))>;
          m *= sqrt(static_cast<T>(task.q.sizes.cols) / static_cast<T>(m.cols()));
        });
      },
      {"where D and D_v differ", "sqrt(D/D_v)"});
  add("output doubles what comes from a state",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        if (task.start.empty() && slices_in(task) == 1) return;
        each_head(result.out, [](Index, Index, auto m) { m.row(m.rows() - 1) *= 2; });
      },
      {"with a start state or with two slices or more"});
  const auto add_unsliced = [&](const char* name, const auto& fault, std::string words) {
    add(name, fault, {std::move(words)});
    all.back().subject.capabilities.sliced = false;
  };
  add_unsliced(
      "gradient of keys ends with the last of several whole blocks",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.dk, [](Index, Index, auto m) {
          if (m.rows() > 4) m.bottomRows(m.rows() % 4).setZero();
        });
      },
      "where the number of rows is above 4 and no multiple of 4");
  add_unsliced(
      "end state is that of whole blocks",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        if (task.v.sizes.rows % 16 == 0) return;
        each_head(result.end, [](Index, Index, auto m) { m.setZero(); });
      },
      "where the number of rows is no multiple of 16");
  all.back().subject.capabilities.block = 16;
  return all;
}

}  // namespace slim::properties
