// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/fences.hpp"

#include "properties/altered_reference.hpp"
#include "properties/engine/cases/attention_spec.hpp"
#include "properties/engine/cases/gradient_spec.hpp"
#include "properties/tolerance/answer.hpp"
#include "properties/tolerance/attention_answer.hpp"

#include <gtest/gtest.h>

namespace slim::properties {
namespace {

/// The failure and its message; empty if there is none.
template <class Ask>
std::string failure_of(const Ask& ask) {
  try {
    ask();
  } catch (const SubjectError& error) {
    return std::string(name(error.failure())) + ": " + error.what();
  }
  return {};
}

template <class T>
unsigned char* byte_of(std::span<const T> values, std::ptrdiff_t distance) {
  return const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(values.data())) +
         distance;  // NOLINT(cppcoreguidelines-pro-type-const-cast): not const where it lies
}

/// The failure of a subject that runs `alter(task, result)` after a correct gradient.
template <class Alter>
std::string gradient_failure(const Alter& alter) {
  const GradientCase c = materialise({.length = 3, .mask = MaskKind::scattered});
  const Subject subject = altered_reference("altered", alter);
  return failure_of([&] { ask(subject, Scalar::float64, c); });
}

TEST(Fences, SurroundTheGradientAndItsInputs) {
  EXPECT_EQ(gradient_failure([](const auto&, auto&) {}), "");
  EXPECT_EQ(gradient_failure([]<class T>(const GradientTask<T>&, GradientResult<T>& result) {
              const std::span<const T> values = result.gradient.values();
              *byte_of(values, static_cast<std::ptrdiff_t>(values.size_bytes())) = 0;
            }),
            "OUT-OF-BOUNDS: wrote past the end of its output gradient");
  EXPECT_EQ(gradient_failure([]<class T>(const GradientTask<T>& task, GradientResult<T>&) {
              *byte_of(task.theta.values(), -1) = 0;
            }),
            "OUT-OF-BOUNDS: wrote before the beginning of its input parameters");
  EXPECT_EQ(gradient_failure([]<class T>(const GradientTask<T>& task, GradientResult<T>&) {
              const std::span<const std::uint8_t> mask = task.sequences.mask(0);
              *byte_of(mask, static_cast<std::ptrdiff_t>(mask.size())) = 1;
            }),
            "OUT-OF-BOUNDS: wrote past the end of its input mask");
}

TEST(Fences, SeparateTheTensorsOfAGradient) {
  EXPECT_EQ(gradient_failure([]<class T>(const GradientTask<T>&, GradientResult<T>& result) {
              const ParameterSlot& slot = result.gradient.slots()[2];
              result.gradient.values()[static_cast<std::size_t>(slot.offset + slot.size())] =
                  std::numeric_limits<T>::quiet_NaN();
            }),
            "OUT-OF-BOUNDS: wrote past the end of its output grad.output_logit_map.bias");
}

TEST(Fences, SurroundWorkspaceThatIsFreedBeforeTheCallReturns) {
  EXPECT_EQ(gradient_failure([]<class T>(const GradientTask<T>&, GradientResult<T>&) {
              const Buffer<float> rows(MemoryTag::slice, 5);
              *byte_of(rows.span(), 20) = 0;
            }),
            "OUT-OF-BOUNDS: wrote past the end of a block of 20 bytes of its own (slice)");
}

TEST(Answers, AreRejectedFromASubjectThatWritesIntoTokensOrMask) {
  EXPECT_EQ(gradient_failure([]<class T>(const GradientTask<T>& task, GradientResult<T>&) {
              *byte_of(task.sequences.mask(0), 0) ^= 1;
            }),
            "INPUT-MODIFIED: wrote into its input mask");
  EXPECT_EQ(gradient_failure([]<class T>(const GradientTask<T>& task, GradientResult<T>&) {
              *byte_of(task.sequences.tokens(0), 0) ^= 1;
            }),
            "INPUT-MODIFIED: wrote into its input tokens");
}

TEST(Answers, AreRejectedFromASubjectThatWritesIntoStates) {
  const GradientCase c = materialise(GradientSpec{.length = 3});
  const GradientAnswer of_reference =
      ask(reference_subject(), Scalar::float64, c, {.wants_state = true});
  const auto failure = [&](const auto& state_of) {
    const Subject subject =
        altered_reference("altered", [&]<class T>(const GradientTask<T>& task, GradientResult<T>&) {
          *byte_of(std::span<const T>(state_of(task)->values()), 0) ^= 1;
        });
    const Segment segment{.start = &of_reference.end,
                          .end_cotangent = &of_reference.start_cotangent};
    return failure_of([&] { ask(subject, Scalar::float64, c, segment); });
  };
  EXPECT_EQ(failure([](const auto& task) { return task.start; }),
            "INPUT-MODIFIED: wrote into its input start state");
  EXPECT_EQ(failure([](const auto& task) { return task.end_cotangent; }),
            "INPUT-MODIFIED: wrote into its input end cotangent");
}

/// The failure of a subject that runs `alter(task, result)` after correct attention.
template <class Alter>
std::string attention_failure(const Alter& alter, Layout layout = Layout::contiguous) {
  Subject subject = reference_subject();
  const AttentionFunction<double> correct = subject.attention.in<double>();
  subject.attention.in<double>() = [&](const AttentionTask<double>& task,
                                       AttentionResult<double>& result) {
    correct(task, result);
    alter(task, result);
  };
  const AttentionInputs<double> inputs =
      materialise(AttentionSpec{.length = 3, .mask = KeyMask::scattered});
  return failure_of([&] { ask(subject, Scalar::float64, inputs, layout); });
}

using Task = const AttentionTask<double>&;
using Result = AttentionResult<double>&;

TEST(Fences, SurroundTheArraysOfAttention) {
  EXPECT_EQ(attention_failure([](Task, Result) {}), "");
  EXPECT_EQ(attention_failure([](Task, Result result) {
              const std::span<const double> dv = result.dv.values();
              *byte_of(dv, static_cast<std::ptrdiff_t>(dv.size_bytes())) = 0;
            }),
            "OUT-OF-BOUNDS: wrote past the end of its output d.v");
  EXPECT_EQ(attention_failure([](Task task, Result) {
              *byte_of(std::span<const double>(task.k.data, 1), -8) = 0;
            }),
            "OUT-OF-BOUNDS: wrote before the beginning of its input k");
  EXPECT_EQ(attention_failure([](Task task, Result) { *byte_of(task.key_mask, -1) = 0; }),
            "OUT-OF-BOUNDS: wrote before the beginning of its input key_mask");
  EXPECT_EQ(attention_failure([](Task task, Result) { *byte_of(task.key_mask, 0) ^= 1; }),
            "INPUT-MODIFIED: wrote into its input key_mask");
}

TEST(Fences, MakeReadsOutsideOfAnArrayVisibleAsNaN) {
  const auto reads_on = [](Task task, Result result) {
    result.out(0, 0)(0, 0) += 0.0 * *(task.v.data + task.v.sizes.entries());
  };
  Subject subject = reference_subject();
  const AttentionFunction<double> correct = subject.attention.in<double>();
  subject.attention.in<double>() = [&](Task task, Result result) {
    correct(task, result);
    reads_on(task, result);
  };
  const AttentionInputs<double> inputs = materialise(AttentionSpec{.length = 3});
  EXPECT_TRUE(isnan(ask(subject, Scalar::float64, inputs).out(0, 0)(0, 0)));
}

}  // namespace
}  // namespace slim::properties
