// SPDX-License-Identifier: Apache-2.0
// Faults in attention that is written without the mutants' code, with derivatives by automatic
// differentiation, are named under conventions as libraries declare them.

#include "properties/diagnosis/diagnostician.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/taped_numbers.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace slim::properties::foreign {
namespace {

enum class Style { jax, generalized_relu, elu, elu_without_normaliser };
enum class Bug {
  none,
  next_key,
  last_row_dropped,
  mask_ignored,
  mask_of_values,
  detached,
  not_normalised,
  normalised,
  start_twice,
  keys_per_row,
  scores_in_float16,
  maxima_of_masked_keys,
  keys_without_epsilon,
  queries_without_epsilon,
  epsilon_times_features,
};

template <class T>
class Attention {
 public:
  using N = Number<T>;
  using Rows = std::vector<std::vector<N>>;

  Attention(Style style, Bug bug, const AttentionTask<T>& task, AttentionResult<T>& result)
      : style_(style), bug_(bug), task_(task), result_(result) {}

  void answer() {
    Tape<T> tape;
    Tape<T>::current() = &tape;
    result_.out.resize(task_.out_sizes(), MemoryTag::result);
    result_.end.resize(task_.state_sizes(), MemoryTag::result);
    if (task_.wants_pullback) {
      result_.dq.resize(task_.q.sizes, MemoryTag::result);
      result_.dk.resize(task_.k.sizes, MemoryTag::result);
      result_.dv.resize(task_.v.sizes, MemoryTag::result);
      result_.start_gradient.resize(task_.state_sizes(), MemoryTag::result);
    }
    const auto& [B, H, L, d] = task_.v.sizes;
    for (Index b = 0; b < B; ++b) {
      for (Index h = 0; h < H; ++h) {
        tape = Tape<T>();
        answer_head(b, h, tape);
      }
    }
  }

 private:
  static N constant(T value) { return {value, Tape<T>::nowhere}; }
  static Rows variables(const Matrix<T>& X, Tape<T>& tape) {
    Rows rows(static_cast<std::size_t>(X.rows()));
    for (Index l = 0; l < X.rows(); ++l) {
      for (Index i = 0; i < X.cols(); ++i) {
        rows[static_cast<std::size_t>(l)].push_back(tape.variable(X(l, i)));
      }
    }
    return rows;
  }
  [[nodiscard]] Matrix<T> start(Index b, Index h) const {
    const HeadsSizes sizes = task_.state_sizes();
    return task_.start.empty() ? Matrix<T>(Matrix<T>::Zero(sizes.rows, sizes.cols))
                               : Matrix<T>(task_.start(b, h));
  }
  [[nodiscard]] bool takes_part(Index b, std::size_t j) const {
    return bug_ == Bug::mask_ignored || task_.takes_part(b, static_cast<Index>(j));
  }

  [[nodiscard]] N epsilon(double declared, bool is_query, Index M) const {
    const bool is_missing =
        bug_ == (is_query ? Bug::queries_without_epsilon : Bug::keys_without_epsilon);
    const bool is_multiplied = bug_ == Bug::epsilon_times_features;
    return constant(T(is_missing ? 0.0 : declared) * static_cast<T>(is_multiplied ? M : 1));
  }

  /// Features of rows: as fast attention in JAX, as its generalized attention, or elu + 1.
  Rows features(const Rows& X, Index b, Index h, bool is_query) const {
    if (style_ == Style::elu || style_ == Style::elu_without_normaliser) {
      Rows g = X;
      for (auto& row : g) {
        for (N& x : row) x = x.value > 0 ? plus(x, constant(T(1))) : exponential(x);
      }
      return g;
    }
    const auto D = static_cast<T>(task_.q.sizes.cols);
    const T scale = std::pow(D, T(-0.25));
    const Matrix<T> omega = task_.omega(0, h);
    const Index M = omega.cols();
    Rows U, g;
    std::vector<N> half;
    T peak_of_all = -std::numeric_limits<T>::infinity();
    for (std::size_t l = 0; l < X.size(); ++l) {
      std::vector<N> u;
      N square = constant(T(0));
      for (const N& x : X[l]) square = plus(square, times(x, x));
      for (Index m = 0; m < omega.cols(); ++m) {
        N sum = constant(T(0));
        for (std::size_t i = 0; i < X[l].size(); ++i) {
          sum = plus(sum, times(X[l][i], constant(scale * omega(static_cast<Index>(i), m))));
        }
        u.push_back(sum);
        const bool counts =
            bug_ == Bug::mask_of_values || bug_ == Bug::maxima_of_masked_keys || takes_part(b, l);
        if (counts) peak_of_all = std::max(peak_of_all, sum.value);
      }
      half.push_back(times(square, constant(scale * scale / T(2))));
      U.push_back(std::move(u));
    }
    for (std::size_t l = 0; l < U.size(); ++l) {
      T peak = std::isfinite(peak_of_all) ? peak_of_all : T(0);
      if (is_query || bug_ == Bug::keys_per_row) {
        peak = U[l][0].value;
        for (const N& u : U[l]) peak = std::max(peak, u.value);
      }
      g.emplace_back();
      for (const N& u : U[l]) {
        if (style_ == Style::generalized_relu) {
          g.back().push_back(plus(u.value > 0 ? u : constant(T(0)), epsilon(1e-3, is_query, M)));
          continue;
        }
        const N exponent = plus(u, times(plus(half[l], constant(peak)), constant(T(-1))));
        const N shifted = plus(exponential(exponent), epsilon(1e-4, is_query, M));
        g.back().push_back(times(shifted, constant(T(1) / std::sqrt(static_cast<T>(U[l].size())))));
      }
    }
    return g;
  }
  /// Whether row i adds key j up.
  [[nodiscard]] bool sees(std::size_t i, std::size_t j) const {
    if (!task_.causal) return true;
    const auto C = static_cast<std::size_t>(task_.slice_length);
    if (bug_ == Bug::next_key) return j <= i + 1;
    if (bug_ == Bug::last_row_dropped && j % C == C - 1 && j / C < i / C) return false;
    return j <= i;
  }
  N denominator(const N& sum) const {
    if (bug_ == Bug::not_normalised) return constant(T(1));
    if (style_ == Style::elu_without_normaliser && bug_ != Bug::normalised) {
      return constant(std::sqrt(static_cast<T>(task_.q.sizes.cols)));
    }
    const T epsilon = style_ == Style::elu ? T(1e-6) : style_ == Style::jax ? T(0) : T(1e-16);
    N D = plus(sum, constant(epsilon));
    if (bug_ == Bug::normalised) {
      D = times(D, constant(std::sqrt(static_cast<T>(task_.q.sizes.cols))));
    }
    return bug_ == Bug::detached ? constant(D.value) : D;
  }

  void answer_head(Index b, Index h, Tape<T>& tape) {
    const Rows q = variables(task_.q(b, h), tape);
    const Rows k = variables(task_.k(b, h), tape);
    const Rows v = variables(task_.v(b, h), tape);
    const Rows state = variables(start(b, h), tape);
    const Rows gQ = features(q, b, h, true);
    const Rows gK = features(k, b, h, false);
    const std::size_t d = v[0].size();
    const std::size_t M = gK[0].size();
    const N twice = constant(T(bug_ == Bug::start_twice ? 2 : 1));
    const auto value = [&](std::size_t j, std::size_t c) {
      return task_.takes_part(b, static_cast<Index>(j)) || bug_ == Bug::mask_ignored
                 ? v[j][c]
                 : constant(T(0));
    };
    const auto counts = [&](std::size_t j) {
      return bug_ == Bug::mask_of_values || takes_part(b, j);
    };
    const bool pulls = task_.wants_pullback;
    Rows A(v.size(), std::vector<N>(d + 1, constant(T(0))));
    for (std::size_t i = 0; i < v.size(); ++i) {
      for (std::size_t c = 0; c <= d; ++c) {
        for (std::size_t m = 0; m < M; ++m) {
          A[i][c] = plus(A[i][c], times(times(state[c][m], twice), gQ[i][m]));
        }
      }
      for (std::size_t j = 0; j < v.size(); ++j) {
        if (!sees(i, j) || !counts(j)) continue;
        N w = constant(T(0));
        for (std::size_t m = 0; m < M; ++m) w = plus(w, times(gQ[i][m], gK[j][m]));
        if (bug_ == Bug::scores_in_float16) {
          w = taped(
              static_cast<T>(static_cast<float>(static_cast<Float16>(static_cast<float>(w.value)))),
              w, T(1));
        }
        for (std::size_t c = 0; c < d; ++c) A[i][c] = plus(A[i][c], times(w, value(j, c)));
        A[i][d] = plus(A[i][d], w);
      }
      const N D = denominator(A[i][d]);
      for (std::size_t c = 0; c < d; ++c) {
        const N y = over(A[i][c], D);
        const auto row = static_cast<Index>(i);
        const auto column = static_cast<Index>(c);
        result_.out(b, h)(row, column) = y.value;
        if (pulls && !task_.out_cotangent.empty()) {
          tape.add_slope(y, task_.out_cotangent(b, h)(row, column));
        }
      }
    }
    for (std::size_t c = 0; c <= d; ++c) {
      for (std::size_t m = 0; m < M; ++m) {
        N end = times(state[c][m], twice);
        for (std::size_t j = 0; j < v.size(); ++j) {
          if (!counts(j)) continue;
          end = plus(end, c < d ? times(value(j, c), gK[j][m]) : gK[j][m]);
        }
        const auto row = static_cast<Index>(c);
        const auto column = static_cast<Index>(m);
        result_.end(b, h)(row, column) = end.value;
        if (pulls && !task_.end_cotangent.empty()) {
          tape.add_slope(end, task_.end_cotangent(b, h)(row, column));
        }
      }
    }
    if (!pulls) return;
    tape.go_back();
    const auto put = [&](auto to, const Rows& from) {
      for (Index l = 0; l < to.rows(); ++l) {
        for (Index i = 0; i < to.cols(); ++i) {
          to(l, i) = tape.slope(from[static_cast<std::size_t>(l)][static_cast<std::size_t>(i)]);
        }
      }
    };
    put(result_.dq(b, h), q);
    put(result_.dk(b, h), k);
    put(result_.dv(b, h), v);
    put(result_.start_gradient(b, h), state);
  }

  Style style_;
  Bug bug_;
  const AttentionTask<T>& task_;
  AttentionResult<T>& result_;
};

/// Attention in a style with a bug, which declares what the style does.
ForeignSubject library_of(Style style, Bug bug) {
  constexpr std::array declarations = {
      std::pair("favor+",
                R"({"query_stabiliser": "per-row", "key_stabiliser": "over-length",
                    "divides_by_root_features": true, "epsilons": {"feature": 1e-4}})"),
      std::pair("relu",
                R"({"project": true, "scaling": "both",
                    "epsilons": {"feature": 1e-3, "denominator": 1e-16}})"),
      std::pair("elu+1", R"({"epsilon": 1e-6})"),
      std::pair("elu+1", R"j({"normaliser": "none", "output_scale": "1/sqrt(d)"})j")};
  const auto& [map, conventions] = declarations.at(static_cast<std::size_t>(style));
  ForeignSubject foreign;
  foreign.declaration = parse_declaration(
      R"({"protocol": 1, "name": "library", "tasks": ["attention"], "capabilities": {)"
      R"("bidirectional": true, "sliced": true, "resumable": true, "pullback": true, )"
      R"("key_masks": true, "feature_maps": [")" +
      std::string(map) + R"("]}, "conventions": {"attention": )" + conventions + "}}");
  foreign.subject.name =
      "foreign/library " + std::to_string(static_cast<int>(style) * 100 + static_cast<int>(bug));
  foreign.subject.capabilities = foreign.declaration.capabilities;
  foreign.subject.attention_conventions = foreign.declaration.attention_conventions;
  const auto offer = [&]<class T>() {
    foreign.subject.attention.in<T>() = [style, bug](const AttentionTask<T>& task,
                                                     AttentionResult<T>& result) {
      Attention<T>(style, bug, task, result).answer();
    };
  };
  offer.template operator()<float>();
  offer.template operator()<double>();
  return foreign;
}

class NamedFaults : public testing::TestWithParam<Style> {
 protected:
  void SetUp() override {
    for (const Law& law : laws::catalogue()) {
      adapted_.push_back(adapted_law(law, library_of(GetParam(), Bug::none)));
    }
    diagnostician_.emplace(adapted_);
  }
  /// The name of the mutant, or the whole diagnosis.
  std::string named(Bug bug) {
    const ForeignSubject foreign = library_of(GetParam(), bug);
    const RunResult result =
        run_on(foreign, {"attention-agrees", "pullback-agrees"}, 40, {Scalar::float64});
    if (result.counterexamples.empty()) return "holds";
    const Counterexample& found = result.counterexamples.front();
    const Diagnosis diagnosis = diagnostician_->diagnose(foreign.subject, found);
    if (!diagnosis.named().empty()) return diagnosis.named();
    std::string text = found.law + " " + found.readable;
    for (const std::string& line : in_words(diagnosis)) text += "\n" + line;
    return text;
  }

 private:
  std::vector<Law> adapted_;
  std::optional<Diagnostician> diagnostician_;
};

TEST_P(NamedFaults, UnderDeclaredConventions) {
  EXPECT_EQ(named(Bug::none), "holds");
  EXPECT_EQ(named(Bug::next_key), "mutant/next-key-seen");
  EXPECT_EQ(named(Bug::last_row_dropped), "mutant/last-row-of-slice-dropped");
  EXPECT_EQ(named(Bug::mask_ignored), "mutant/mask-ignored");
  EXPECT_EQ(named(Bug::start_twice), "mutant/start-added-twice");
  if (GetParam() == Style::elu_without_normaliser) {
    EXPECT_EQ(named(Bug::normalised), "mutant/normalised-all-the-same");
    return;
  }
  EXPECT_EQ(named(Bug::mask_of_values), "mutant/mask-zeroes-values-only");
  EXPECT_EQ(named(Bug::detached), "mutant/denominator-detached");
  EXPECT_EQ(named(Bug::not_normalised), "mutant/not-normalised");
  if (GetParam() == Style::jax) {
    EXPECT_EQ(named(Bug::keys_per_row), "mutant/stabiliser-of-each-key");
    EXPECT_EQ(named(Bug::maxima_of_masked_keys), "mutant/stabiliser-over-masked-keys");
    EXPECT_EQ(named(Bug::keys_without_epsilon), "mutant/epsilon-on-queries-only");
    EXPECT_EQ(named(Bug::epsilon_times_features), "mutant/epsilon-of-features-times-features");
  }
  if (GetParam() == Style::generalized_relu) {
    EXPECT_EQ(named(Bug::queries_without_epsilon), "mutant/epsilon-on-keys-only");
  }
}

/// Where scores are added up in another order than the mutant's, other ones are rounded up, so that
/// no mutant may match; then no other one is named.
TEST_P(NamedFaults, InNarrowTypesHaveNoWrongName) {
  const std::string name = named(Bug::scores_in_float16);
  const bool is_right = name.find("mutant/scores-in-float16") != std::string::npos;
  EXPECT_TRUE(is_right || name.find("no known fault matches") != std::string::npos) << name;
  if (GetParam() != Style::elu) return;
  // Its ε is no number of float16, but of TF32.
  EXPECT_TRUE(is_right || name.find("rounding to float16 or TF32") != std::string::npos) << name;
}

std::string name_of(const testing::TestParamInfo<Style>& style) {
  constexpr std::array names = {"Jax", "GeneralizedRelu", "Elu", "EluWithoutNormaliser"};
  return names.at(static_cast<std::size_t>(style.param));
}
INSTANTIATE_TEST_SUITE_P(AsDeclaredByLibraries, NamedFaults,
                         testing::Values(Style::jax, Style::generalized_relu, Style::elu,
                                         Style::elu_without_normaliser),
                         name_of);

}  // namespace
}  // namespace slim::properties::foreign
