// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/described_faults.hpp"

#include "properties/diagnosis/diagnostician.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/mutants/faulty_attention.hpp"
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
  add("output alone sees the next key",
      [](const auto& inner, const auto& task, auto& result) {
        inner(task, result);
        auto other = result;
        using T = std::decay_t<decltype(result.out.values()[0])>;
        if constexpr (!std::is_same_v<T, Digits50>) {
          mutants::faulty_attention(mutants::Fault::next_key_seen).template in<T>()(task, other);
        }
        result.out = other.out;
      },
      {"its forward pass behaves like: mutant/next-key-seen"});
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
    {"library whose output alone sees the next key", "forward pass of mutant/next-key-seen"},
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
