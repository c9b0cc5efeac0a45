// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/byte_count.hpp"
#include "experiments/measures/fake_subject.hpp"
#include "experiments/measures/gradient_digest.hpp"
#include "experiments/measures/gradient_error.hpp"
#include "experiments/measures/key_spread.hpp"
#include "experiments/measures/longest_length.hpp"
#include "experiments/measures/operation_count.hpp"
#include "experiments/measures/process_peak.hpp"
#include "experiments/measures/stopwatch.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "experiments/workload/workload.hpp"
#include "properties/catalogue.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace slim::experiments {
namespace {

class Measures : public testing::Test {
 protected:
  Measures() {
    setting_.model = {.hidden_dim = 8, .layers = 1, .ffn_dim = 8, .heads = 1};
    setting_.length = 100;
    setting_.slice = 10;
    setting_.corpus = folder_.write("text", std::string(1000, 'x'));
  }
  TemporaryFolder folder_;
  Setting setting_;
};

TEST_F(Measures, BytesEqualTheBuffersOfTheSubject) {
  const Bytes bytes = count_bytes(fake_subject(), setting_);
  EXPECT_EQ(bytes.state, 8);
  EXPECT_EQ(bytes.slice, 160);
  EXPECT_EQ(bytes.result, 0);
  EXPECT_EQ(bytes.tokens, 4 * 101);
  EXPECT_EQ(bytes.peak, 8 + 160 + 4 * 101);
  EXPECT_EQ(bytes.loss, 0.5);
}

TEST_F(Measures, ParametersAndGradientAreCountedSeparately) {
  const Bytes bytes = count_bytes(fake_subject(), setting_);
  const Parameters<float> theta(setting_.model, MemoryTag::result);
  const auto size = static_cast<std::int64_t>(theta.values().size_bytes());
  EXPECT_EQ(bytes.parameters, size);
  EXPECT_EQ(bytes.gradient, size);
}

TEST_F(Measures, OtherBuffersAreNotCounted) {
  const Buffer<double> other(MemoryTag::slice, 1'000'000);
  const Bytes bytes = count_bytes(fake_subject(), setting_);
  EXPECT_EQ(bytes.slice, 160);
  EXPECT_EQ(bytes.peak, 8 + 160 + 4 * 101);
}

TEST_F(Measures, ScratchIsUnknownWithoutAHeapCounter) {
  EXPECT_FALSE(count_bytes(fake_subject(), setting_).scratch.has_value());
}

TEST_F(Measures, OperationsEqualThoseOfTheSubject) {
  Counted::operations().additions = 1000;  // left over from an earlier count
  const Operations operations = count_operations(fake_subject(), setting_);
  EXPECT_EQ(operations.multiplications, 3);
  EXPECT_EQ(operations.additions, 2);
  EXPECT_EQ(operations.divisions, 1);
  EXPECT_EQ(operations.elementary, 0);
}

TEST_F(Measures, GradientErrorIsRelativeToTheLargestEntryOfItsTensor) {
  // The last tensor is a thousandth of the others, and 60 % wrong.
  setting_.scalar = Scalar::float64;
  const Sequences tokens = draw_sequences(1, setting_.length, 256, 1);
  Parameters<Digits50> truth = true_gradient(fake_subject(), {}, setting_, tokens);
  const ParameterSlot last = truth.slots().back();
  const auto gradient = [&](double last_entry) {
    Subject subject = fake_subject();
    subject.gradient.in<double>() = [&, last_entry](const GradientTask<double>& task,
                                                    GradientResult<double>& result) {
      result.gradient = task.theta;
      for (double& x : result.gradient.values(last)) x = last_entry;
    };
    return measure_gradient_error(subject, truth, setting_, tokens);
  };
  for (Digits50& x : truth.values(last)) x = Digits50(1e-3);
  EXPECT_NEAR(gradient(1e-3).relative, 0.0, 1e-12);
  EXPECT_NEAR(gradient(1.6e-3).relative, 0.6, 1e-12);
  EXPECT_EQ(gradient(1.6e-3).tensor, last.name);
  EXPECT_EQ(gradient(1e-3).zero_tensors.find(last.name), std::string::npos);
  for (Digits50& x : truth.values(last)) x = 0;
  EXPECT_NE(gradient(1e-3).zero_tensors.find(last.name), std::string::npos);
  EXPECT_GT(gradient(1e-3).relative, 1e-5) << "relative to the largest entry of all tensors";
}

TEST_F(Measures, GradientErrorOfNaNIsNaN) {
  Subject broken = fake_subject();
  broken.gradient.in<double>() = [](const GradientTask<double>& task,
                                    GradientResult<double>& result) {
    result.gradient = task.theta;
    result.gradient.values().back() = std::nan("");
  };
  setting_.scalar = Scalar::float64;
  const Sequences tokens = draw_sequences(1, setting_.length, 256, 1);
  const Parameters<Digits50> truth = true_gradient(fake_subject(), {}, setting_, tokens);
  EXPECT_TRUE(std::isnan(measure_gradient_error(broken, truth, setting_, tokens).relative));
}

TEST_F(Measures, TheMessageOfARefusalIsKept) {
  Subject refusing = fake_subject();
  refusing.gradient.in<double>() = [](const GradientTask<double>&, GradientResult<double>&) {
    throw ContractError("too small a sum");
  };
  setting_.scalar = Scalar::float64;
  const Sequences tokens = draw_sequences(1, setting_.length, 256, 1);
  const Parameters<Digits50> truth = true_gradient(fake_subject(), {}, setting_, tokens);
  const GradientError error = measure_gradient_error(refusing, truth, setting_, tokens);
  EXPECT_TRUE(std::isnan(error.relative));
  EXPECT_EQ(error.refusal, "too small a sum");
}

TEST_F(Measures, KeysHaveTheRequestedScaleAndTheirSumsSpanMoreBits) {
  setting_.model.hidden_dim = 64;
  setting_.model.heads = 4;
  setting_.model.feature_map = parse_feature_map("favor+_1");
  const Sequences tokens = draw_sequences(1, 200, 256, 1);
  const KeySpread drawn = measure_key_spread(setting_, tokens);
  EXPECT_NEAR(drawn.key_deviation, 0.87, 0.05);
  EXPECT_GE(drawn.median_bits, std::log2(200.0) - 3.0);
  EXPECT_GE(drawn.largest_bits, drawn.median_bits);
  setting_.key_scale = 3.0;
  const KeySpread scaled = measure_key_spread(setting_, tokens);
  EXPECT_NEAR(scaled.key_deviation, 3.0 * drawn.key_deviation, 1e-6);
  EXPECT_GT(scaled.median_bits, drawn.median_bits + 5.0);
}

TEST_F(Measures, ThePlainFirstSweepNeedsASubjectThatSupportsIt) {
  setting_.first_sweep = FirstSweep::plain;
  EXPECT_THROW(count_bytes(fake_subject(), setting_), ContractError);
  Subject choosing = fake_subject();
  choosing.capabilities.chooses_first_sweep = true;
  EXPECT_NO_THROW(count_bytes(choosing, setting_));
}

TEST_F(Measures, ASubjectWithoutTheScalarOrTheFeatureMapIsRejected) {
  Subject narrow = fake_subject();
  narrow.gradient.in<float>() = nullptr;
  EXPECT_THROW(count_bytes(narrow, setting_), ContractError);
  narrow = fake_subject();
  narrow.capabilities.feature_maps = {FeatureKind::relu};
  EXPECT_THROW(count_bytes(narrow, setting_), ContractError);
}

TEST_F(Measures, AFreshProcessReportsItsPeak) {
  const ProcessPeak peak = process_peak_of_fresh_process(setting_, SLIM_MEASURE).memory;
  EXPECT_GT(peak.baseline, 0);
  EXPECT_GE(peak.peak, peak.baseline);
}

TEST_F(Measures, AFreshProcessThatFailsReportsWhy) {
  setting_.subject = "nobody";
  try {
    process_peak_of_fresh_process(setting_, SLIM_MEASURE);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("'nobody' is unknown"), std::string::npos)
        << error.what();
  }
}

TEST_F(Measures, AFreshProcessOutOfMemoryIsDistinguishedFromOtherFailures) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer maps more memory than any cap allows";
#endif
  setting_.subject = "recovered/blocked";
  setting_.memory_cap = 256 << 20;
  EXPECT_NO_THROW(process_peak_of_fresh_process(setting_, SLIM_MEASURE));
  setting_.model.ffn_dim = 1 << 22;
  EXPECT_THROW(process_peak_of_fresh_process(setting_, SLIM_MEASURE), NoMemory);
  setting_.model.ffn_dim = 8;
  EXPECT_EQ(measure_longest(setting_, nullptr, SLIM_MEASURE).length, setting_.length);
  setting_.subject = "nobody";
  EXPECT_THROW(measure_longest(setting_, nullptr, SLIM_MEASURE), std::runtime_error)
      << "another failure must not count as length 0";
}

TEST_F(Measures, DigestsDifferWhereAGradientLeavesOutTheEndOfASequence) {
  setting_.length = 64;
  const Subject& subject = properties::find_subject("recovered/blocked");
  const auto digest = [&](Index length) {
    Workload<float> workload(subject, setting_,
                             draw_sequences(1, length, setting_.model.vocab_size, 1));
    workload.run();
    return digest_of(workload.result());
  };
  EXPECT_LE(difference(digest(64), digest(64)), 1e-6);
  EXPECT_GT(difference(digest(16), digest(64)), 0.1) << "the gradient of a quarter of the tokens";
  GradientDigest invalid = digest(64);
  invalid.projections[1] = std::nan("");
  EXPECT_TRUE(std::isnan(difference(invalid, digest(64))));
}

TEST(LongestLength, IsFoundAtEveryPosition) {
  for (Index truth = 32; truth <= 4096; truth *= 2) {
    std::vector<Index> tried;
    const Index found = longest_of(4096, [&](Index length) {
      tried.push_back(length);
      return length <= truth;
    });
    EXPECT_EQ(found, truth < 64 ? 0 : truth);
    EXPECT_LE(tried.size(), 4U) << "of 7 lengths";
  }
  EXPECT_EQ(longest_of(32, [](Index) { return true; }), 0);
}

TEST(Stopwatch, ReturnsTheMeanOfItsIterations) {
  std::int64_t calls = 0;
  const Timing timing = time_call([&] { ++calls; }, 1e-6);
  EXPECT_GT(timing.median, 0.0);
  EXPECT_GE(timing.iterations, 1);
  EXPECT_LE(timing.iterations, calls);
  EXPECT_EQ(timing.samples, std::vector<double>{timing.median});
  EXPECT_EQ(timing.least, timing.median);
  EXPECT_EQ(timing.deviation, 0.0);
}

TEST(Stopwatch, SummarisesItsRepetitions) {
  const Timing timing = time_call([] {}, 1e-6, 4);
  std::vector<double> sorted = timing.samples;
  std::ranges::sort(sorted);
  ASSERT_EQ(sorted.size(), 4U);
  EXPECT_DOUBLE_EQ(timing.least, sorted.front());
  EXPECT_DOUBLE_EQ(timing.median, (sorted[1] + sorted[2]) / 2.0);
  EXPECT_GE(timing.deviation, 0.0);
  EXPECT_LE(timing.deviation, sorted.back() - sorted.front());
}

TEST(Stopwatch, RethrowsExceptionsOfItsBody) {
  int calls = 0;
  const auto throws = [&] {
    ++calls;
    throw ContractError("no");
  };
  EXPECT_THROW(time_call(throws, 1e-6, 3), ContractError);
  EXPECT_EQ(calls, 1) << "not called again after an exception";
  EXPECT_GT(time_call([] {}, 1e-6).median, 0.0) << "it must work after an exception";
}

}  // namespace
}  // namespace slim::experiments
