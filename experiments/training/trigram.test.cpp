// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/trigram.hpp"

#include "experiments/slim_measure/temporary_folder.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace slim::experiments {
namespace {

TEST(Trigrams, PredictRepeatedTextAndNothingElse) {
  const TemporaryFolder folder;
  const auto loss = [&](const std::string& text) {
    Setting setting;
    setting.length = setting.slice = 31;
    setting.corpus = folder.write("text", text);
    setting.training.steps = 60;
    setting.training.final_checks = 2;
    return trigram_loss(*training_data(setting), setting);
  };
  std::string repeated;
  std::string random;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    repeated += "abcb"[i % 4];  // b is followed by a or c, as two bytes tell
    random += static_cast<char>('a' + Random(1).below(4, i));
  }
  EXPECT_LT(loss(repeated), 0.05);
  EXPECT_NEAR(loss(random), std::log(4.0), 0.05);
}

}  // namespace
}  // namespace slim::experiments
