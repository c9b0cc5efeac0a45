// SPDX-License-Identifier: Apache-2.0
#include "properties/catalogue.hpp"
#include "properties/diagnosis/diagnostician.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/mutants/whole_models.hpp"
#include "properties/report/failure_groups.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

/// Faults in code that shares nothing with the mutants: each has to be flagged, and has to be
/// described by its condition or its pattern unless a mutant with the same fault is named.
namespace slim::properties {
namespace {

/// A correct subject in whose place `fault(inner, task, result)` answers tasks of attention.
template <class Fault>
Subject with_fault(const char* name, const Fault& fault) {
  Subject subject = find_subject("stored/blocked");
  subject.features = {};
  subject.gradient = {};
  subject.name = std::string("library whose ") + name;
  subject.capabilities.deterministic = false;  // the laws of single bits say nothing of the fault
  const auto put = [&]<class T>() {
    subject.attention.in<T>() = [fault, inner = subject.attention.in<T>()](
                                    const AttentionTask<T>& task, AttentionResult<T>& result) {
      fault(inner, task, result);
    };
  };
  put.template operator()<float>();
  put.template operator()<double>();
  subject.attention.in<Digits50>() = {};
  return subject;
}

template <class T>
Index slices_in(const AttentionTask<T>& task) {
  return (task.v.sizes.rows + task.slice_length - 1) / task.slice_length;
}

template <class T>
Index rows_of_last_slice(const AttentionTask<T>& task) {
  const Index rest = task.v.sizes.rows % task.slice_length;
  return rest == 0 ? task.slice_length : rest;
}

/// change(b, h, matrix) for every head of an array that is not empty.
template <class T, class Change>
void each_head(Heads<T>& heads, const Change& change) {
  if (heads.empty()) return;
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) change(b, h, heads(b, h));
  }
}

/// The arrays of a task with changed numbers.
template <class T>
struct Owned {
  explicit Owned(const HeadsView<T>& view) : heads(view.sizes, MemoryTag::parameters) {
    for (Index b = 0; b < view.sizes.batch; ++b) {
      for (Index h = 0; h < view.sizes.heads; ++h) heads(b, h) = view(b, h);
    }
  }
  Heads<T> heads;
};

template <class Narrow, class T>
T rounded_through(const T& x) {
  return static_cast<T>(static_cast<float>(static_cast<Narrow>(static_cast<float>(x))));
}

struct Described {
  Subject subject;
  std::vector<std::string> words;  ///< its reports have to contain all of these
  bool is_model = false;
  std::vector<Scalar> scalars = {Scalar::float64};
  bool is_of_wide_arrays = false;
};

const auto ask_inner = [](const auto& inner, const auto& task, auto& result) {
  inner(task, result);
};

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
  return all;
}

std::vector<Described> faults_of_patterns() {
  std::vector<Described> all;
  const auto add = [&](const char* name, const auto& fault, std::vector<std::string> words) {
    all.push_back({with_fault(name, fault), std::move(words)});
  };
  add("heads are in reverse order",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        const auto right = result.out;
        each_head(result.out,
                  [&](Index b, Index h, auto m) { m = right(b, right.sizes().heads - 1 - h); });
      },
      {"with two heads or more", "the right answer of another head"});
  add("output is transposed in memory",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [](Index, Index, auto m) {
          const auto right = m.eval();
          for (Index i = 0; i < m.size(); ++i) {
            m(i / m.cols(), i % m.cols()) = right(i % m.rows(), i / m.rows());
          }
        });
      },
      {"rows and columns exchanged in memory"});
  add("output is laid out as BLHD",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        const auto right = result.out;
        const HeadsSizes n = right.sizes();
        auto put = result.out.values().begin();
        for (Index b = 0; b < n.batch; ++b) {
          for (Index l = 0; l < n.rows; ++l) {
            for (Index h = 0; h < n.heads; ++h) {
              for (Index c = 0; c < n.cols; ++c) *put++ = right(b, h)(l, c);
            }
          }
        }
      },
      {"heads and rows exchanged in memory"});
  add("gradient of values has the other sign",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.dv, [](Index, Index, auto m) { m = -m.eval(); });
      },
      {"wrong: d.v", "with the other sign"});
  add("output is scaled by sqrt(D)",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        using std::sqrt;
        each_head(result.out, [&](Index, Index, auto m) {
          using T = std::decay_t<decltype(m(0, 0))>;
          m *= sqrt(static_cast<T>(task.q.sizes.cols));
        });
      },
      {"a constant times the right answer", "sqrt(D)"});
  add("gradient of queries is divided by L",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.dq, [&](Index, Index, auto m) {
          using T = std::decay_t<decltype(m(0, 0))>;
          m /= static_cast<T>(task.v.sizes.rows);
        });
      },
      {"wrong: d.q", "1/L"});
  add("sum of keys is doubled in the end state",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.end, [](Index, Index, auto m) { m.bottomRows(1) *= 2; });
      },
      {"wrong: end", "the sum of keys", "a constant times the right answer (2"});
  add("output has a constant added",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [](Index, Index, auto m) {
          using T = std::decay_t<decltype(m(0, 0))>;
          m.array() += static_cast<T>(0.1F);
        });
      },
      {"off by the same numbers in every wrong row"});
  add("output grows with the row",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [](Index, Index, auto m) {
          using T = std::decay_t<decltype(m(0, 0))>;
          for (Index l = 0; l < m.rows(); ++l) m.row(l) *= static_cast<T>(2 * l + 2);
        });
      },
      {"each row the right one times its own factor, which grows with the row"});
  add("gradient of values is a running sum",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.dv, [](Index, Index, auto m) {
          for (Index l = 1; l < m.rows(); ++l) m.row(l) += m.row(l - 1).eval();
        });
      },
      {"the running sum over rows"});
  add("rows are shifted by one",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        each_head(result.out, [](Index, Index, auto m) {
          for (Index l = m.rows() - 1; l > 0; --l) m.row(l) = m.row(l - 1).eval();
        });
      },
      {"the right answer of the row before"});
  add("output is not a number where all keys are masked",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        if (task.key_mask.empty()) return;
        for (const std::uint8_t takes_part : task.key_mask) {
          if (takes_part != 0) return;
        }
        each_head(result.out, [](Index, Index, auto m) {
          using T = std::decay_t<decltype(m(0, 0))>;
          m.setConstant(static_cast<T>(NAN));
        });
      },
      {"not finite only", "with a key mask"});
  add("single column crashes, and mask is ignored with two sequences",
      [](const auto& inner, const auto& task, auto& result) {
        if (task.q.sizes.cols == 1) throw std::runtime_error("index 1 is out of bounds");
        auto other = task;
        if (task.v.sizes.batch > 1) other.key_mask = {};
        inner(other, result);
      },
      {"with a key mask, with two sequences or more",
       "fails only where the number of columns of q and k is 1"});
  return all;
}

template <class Narrow>
Described rounding(const char* name, const char* type) {
  return {with_fault(name,
                     [](const auto& inner, const auto& task, auto& result) {
                       auto other = task;
                       Owned values(task.v);
                       Owned keys(task.k);
                       for (auto& x : values.heads.values()) x = rounded_through<Narrow>(x);
                       for (auto& x : keys.heads.values()) x = rounded_through<Narrow>(x);
                       other.v = values.heads.view();
                       other.k = keys.heads.view();
                       inner(other, result);
                       for (auto& x : result.out.values()) x = rounded_through<Narrow>(x);
                     }),
          {std::string("those of rounding to ") + type}};
}

std::vector<Described> faults_of_precision() {
  std::vector<Described> all = {rounding<BFloat16>("numbers are in bfloat16", "bfloat16"),
                                rounding<Float16>("numbers are in float16", "float16 or TF32")};
  Subject in_float32 = with_fault("output is in float32", ask_inner);
  in_float32.attention.in<double>() = [inner = in_float32.attention.in<double>()](
                                          const AttentionTask<double>& task,
                                          AttentionResult<double>& result) {
    inner(task, result);
    for (double& x : result.out.values()) x = static_cast<double>(static_cast<float>(x));
  };
  all.push_back({in_float32, {"those of rounding to float32"}});
  for (Described& of : all) of.scalars = {Scalar::float32, Scalar::float64};
  return all;
}

Subject model_with(
    const char* name,
    const std::function<void(const GradientTask<double>&, GradientResult<double>&)>& change) {
  Subject subject = find_subject("stored/blocked");
  subject.attention = {};
  subject.features = {};
  subject.name = std::string("model whose ") + name;
  subject.capabilities.deterministic = false;
  const GradientFunction<double> inner = subject.gradient.in<double>();
  subject.gradient = {};
  subject.gradient.in<double>() = [inner, change](const GradientTask<double>& task,
                                                  GradientResult<double>& result) {
    inner(task, result);
    change(task, result);
  };
  return subject;
}

std::vector<Described> faults_of_models() {
  std::vector<Described> all;
  all.push_back({model_with("gradient is divided by the number of slices",
                            [](const GradientTask<double>& task, GradientResult<double>& result) {
                              const Index L = task.sequences.length();
                              const auto slices = static_cast<double>((L + task.slice_length - 1) /
                                                                      task.slice_length);
                              for (double& x : result.gradient.values()) x /= slices;
                            }),
                 {"with two slices or more", "a constant times the right answer"},
                 true});
  all.push_back({model_with("gradient is doubled for several sequences",
                            [](const GradientTask<double>& task, GradientResult<double>& result) {
                              if (task.sequences.batch() == 1) return;
                              for (double& x : result.gradient.values()) x *= 2.0;
                            }),
                 {"with two sequences or more", "a constant times the right answer (2"},
                 true});
  all.push_back({model_with("loss is off with a mask",
                            [](const GradientTask<double>& task, GradientResult<double>& result) {
                              if (task.sequences.has_mask()) result.loss *= 1.5;
                            }),
                 {"with a mask of targets", "wrong: loss"},
                 true});
  return all;
}

/// The reports on a subject.
struct Reported {
  bool flagged = false;
  std::vector<std::string> lines;
  std::vector<std::string> names;
};

Reported reported(const Described& of) {
  RunPlan plan{.laws = {}, .subjects = {&of.subject}, .scalars = of.scalars, .cases = 20};
  const std::vector<const char*> names =
      of.is_model ? std::vector{"gradient-agrees", "slice-length-does-not-matter"}
                  : std::vector{"attention-agrees", "pullback-agrees", "masked-keys-absent",
                                "attention-resumes", "averages"};
  plan.covers_sizes = of.is_of_wide_arrays;
  for (const char* name : names) plan.laws.push_back(&laws::find_law(name));
  const RunResult result = run(plan);
  Reported outcome;
  outcome.flagged = !result.counterexamples.empty();
  std::vector<Scalar> failed_in;
  for (const Verdict& verdict : result.verdicts) {
    if (verdict.tally.wrong > 0 &&
        std::ranges::find(failed_in, verdict.scalar) == failed_in.end()) {
      failed_in.push_back(verdict.scalar);
    }
  }
  static Diagnostician diagnostician;
  std::vector<Look> looks;
  for (const Counterexample& found : result.counterexamples) {
    const Diagnosis diagnosis =
        diagnostician.diagnose(of.subject, found, failed_in, result.counterexamples);
    looks.push_back(look_of(diagnosis));
    if (!diagnosis.names().empty()) outcome.names.push_back(diagnosis.names());
  }
  for (const FailureGroup& group : failure_groups(result.counterexamples, looks)) {
    const Counterexample& found = result.counterexamples[group.shown];
    outcome.lines.push_back(fmt::format("[{} {} {} +{}]", found.law, name(found.scalar),
                                        found.readable, group.others.size()));
    for (const std::string& line : looks[group.shown].lines) outcome.lines.push_back(line);
  }
  return outcome;
}

/// The mutants that have the same fault.
const std::map<std::string, std::string> rightly_named = {
    {"library whose start gradient is summed over the batch",
     "mutant/start-gradient-summed-over-batch"},
    {"library whose output is laid out as BLHD", "mutant/output-heads-and-rows-swapped"},
    {"library whose mask is ignored if there is a start state", "mutant/mask-ignored-with-start"},
    {"library whose start state is ignored if there is one slice",
     "mutant/start-ignored-in-one-slice"},
    {"library whose start state is ignored if there is one row", "mutant/start-ignored-in-one-row"},
    {"model whose gradient is divided by the number of slices",
     "mutant/gradient-divided-by-slices"},
};

void expect_described(const std::vector<Described>& faults) {
  for (const Described& of : faults) {
    const Reported reports = reported(of);
    std::string text;
    for (const std::string& line : reports.lines) text += "\n  " + line;
    EXPECT_TRUE(reports.flagged) << of.subject.name;
    const auto right = rightly_named.find(of.subject.name);
    for (const std::string& name : reports.names) {
      EXPECT_TRUE(right != rightly_named.end() && name.find(right->second) != std::string::npos)
          << of.subject.name << " has a wrong name, " << name << text;
    }
    if (!reports.names.empty()) continue;
    for (const std::string& words : of.words) {
      EXPECT_NE(text.find(words), std::string::npos)
          << of.subject.name << ": no '" << words << "'" << text;
    }
  }
}

TEST(DescribedFaults, HaveTheirCondition) {
  expect_described(faults_of_conditions());
}
TEST(DescribedFaults, HaveTheirPattern) {
  expect_described(faults_of_patterns());
}
TEST(DescribedFaults, HaveTheirPrecision) {
  expect_described(faults_of_precision());
}
TEST(DescribedFaults, HaveTheirConditionInModels) {
  expect_described(faults_of_models());
}

}  // namespace
}  // namespace slim::properties
