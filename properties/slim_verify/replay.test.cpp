// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/replay.hpp"

#include "properties/catalogue.hpp"
#include "properties/engine/cases/gradient_spec.hpp"
#include "properties/engine/parallel.hpp"
#include "properties/engine/shrink.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/slim_verify/replay_fixture.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace slim::properties {
namespace {

TEST_F(Replay, OfTheReferenceAgreesWithAllGoldenVectors) {
  const std::vector<fs::path> paths = golden_vectors();
  ASSERT_EQ(paths.size(), 10U);
  for (const fs::path& path : paths) {
    const std::vector<Replayed> lines = replayed(for_the_reference(read_case_file(path)));
    ASSERT_EQ(lines.size(), 1U) << path;
    EXPECT_EQ(lines.front().compared.with, "expected");
    EXPECT_EQ(lines.front().finding.outcome, Outcome::pass) << path;
  }
}

// Three of the golden vectors: all of them on every subject take half a minute. To do that, use
// slim-verify replay, as experiments/reproduce does.
TEST_F(Replay, OfEverySubjectAgreesWithGoldenVectors) {
  const fs::path golden = fs::path(SLIM_SOURCE_DIR) / "reference/golden";
  const std::vector<fs::path> paths = {golden / "favor_two.safetensors",
                                       golden / "relu_masked_batch.safetensors",
                                       golden / "square_post.safetensors"};
  std::vector<std::vector<Replayed>> replayed(paths.size());
  in_parallel(static_cast<int>(paths.size()), 2, [&](int i) {
    replayed[static_cast<std::size_t>(i)] = replay(paths[static_cast<std::size_t>(i)]);
  });
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const fs::path& path = paths[i];
    const std::vector<Replayed>& lines = replayed[i];
    EXPECT_EQ(count(lines, Outcome::wrong), 0) << path;
    EXPECT_GE(count(lines, Outcome::pass), 4) << path;
    for (const Replayed& line : lines) {
      EXPECT_EQ(line.compared.with, "expected");
      const bool may_skip = find_subject(line.subject).capabilities.subtracting;
      EXPECT_TRUE(line.finding.outcome == Outcome::pass || may_skip) << path << line.subject;
    }
  }
}

TEST_F(Replay, FailsIfAnExpectedEntryIsOffByOneInAMillion) {
  for (const fs::path& path : golden_vectors()) {
    const CaseFile golden = for_the_reference(read_case_file(path));
    int number = 0;
    for_each_large_gradient(golden, [&](const std::string& name, double of_tensor) {
      if (number++ % 7 != 0) return;  // a few tensors of each vector
      const std::vector<double> values = values_of(golden.tensor(name));
      const std::size_t entry = static_cast<std::size_t>(number) % values.size();
      CaseFile changed = golden;
      replace(changed, name, entry, values[entry] + 1e-6 * of_tensor);
      const std::vector<Replayed> lines = replayed(changed);
      ASSERT_EQ(lines.size(), 1U);
      EXPECT_EQ(lines[0].finding.outcome, Outcome::wrong) << path << " " << name;
      EXPECT_EQ("expected." + lines[0].finding.worst.tensor, name);
    });
    EXPECT_GT(number, 7);
  }
}

TEST_F(Replay, AllowsExpectedTensorsTheRoundingOfANarrowScalar) {
  const fs::path golden = fs::path(SLIM_SOURCE_DIR) / "reference/golden";
  int tried = 0;
  for (const char* name : {"favor_one.safetensors", "square_post.safetensors"}) {
    CaseFile file = for_the_reference(read_case_file(golden / name));
    for (const Scalar scalar : {Scalar::float32, Scalar::float16, Scalar::bfloat16}) {
      file.metadata["dtype"] = slim::name(scalar);
      const std::vector<Replayed> lines = replayed(file);
      EXPECT_EQ(count(lines, Outcome::pass), 1) << name << " " << slim::name(scalar);
      EXPECT_EQ(lines[0].compared.with, "expected");
      CaseFile changed = file;
      const double loss = file.tensor("expected.loss").real(0);
      replace(changed, "expected.loss", 0, loss * (1.0 + 100.0 * unit_roundoff(scalar)));
      EXPECT_EQ(count(replayed(changed), Outcome::wrong), 1) << name << " " << slim::name(scalar);
      int number = 0;
      for_each_large_gradient(file, [&](const std::string& tensor, double) {
        if (number++ % 7 != 0) return;  // a few tensors of each vector
        ++tried;
        CaseFile zeros = file;
        const std::vector<double> none(file.tensor(tensor).size(), 0.0);
        zeros.tensors[tensor] =
            make_tensor(file.tensor(tensor).shape, std::span<const double>(none));
        EXPECT_EQ(count(replayed(zeros), Outcome::wrong), 1)
            << name << " " << slim::name(scalar) << " " << tensor;
      });
    }
  }
  EXPECT_GT(tried, 7);
}

TEST_F(Replay, NamesTheComparedTensorsThatAreNotJudged) {
  const std::string words = "not judged, since rounding errors may exceed the largest entry: ";
  const auto note_of = [&](std::uint64_t seed, const char* dtype) {
    const GradientSpec spec{.length = 8, .slice_length = 4, .seed = seed};
    CaseFile file = for_the_reference(to_case_file(materialise(spec)));
    file.metadata["dtype"] = dtype;
    const std::vector<Replayed> lines = replayed(file);
    return lines.front().finding.note;
  };
  int named = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(note_of(seed, "float64"), "");
    const std::string note = note_of(seed, "bfloat16");
    if (note.empty()) continue;
    EXPECT_TRUE(note.starts_with(words + "grad.")) << note;
    ++named;
  }
  EXPECT_GT(named, 0);
  EXPECT_LT(named, 20);
}

TEST_F(Replay, AllowsExpectedTensorsTheRoundingOfTheirStorage) {
  CaseFile file = for_the_reference(read_case_file(golden_vectors()[8]));
  for (auto& [name, tensor] : file.tensors) {
    if (!name.starts_with("expected.")) continue;
    std::vector<float> values;
    for (const double value : values_of(tensor)) values.push_back(static_cast<float>(value));
    tensor = make_tensor(tensor.shape, std::span<const float>(values));
  }
  for (const char* dtype : {"float32", "float64", "digits50"}) {
    file.metadata["dtype"] = dtype;
    EXPECT_EQ(count(replayed(file), Outcome::pass), 1) << dtype;
  }
  int visited = 0;
  for_each_large_gradient(file, [&](const std::string& name, double of_tensor) {
    ++visited;
    std::vector<double> values = values_of(file.tensor(name));
    const auto at = std::ranges::max_element(values, {}, [](double x) { return std::abs(x); });
    *at += 4.0 * unit_roundoff(Scalar::float32) * of_tensor;
    CaseFile changed = file;
    std::vector<float> narrow;
    for (const double value : values) narrow.push_back(static_cast<float>(value));
    changed.tensors[name] = make_tensor(file.tensor(name).shape, std::span<const float>(narrow));
    EXPECT_EQ(count(replayed(changed), Outcome::wrong), 1) << name;
  });
  EXPECT_GT(visited, 7);
}

TEST_F(Replay, FailsIfAnyExpectedTensorHasANaN) {
  const CaseFile golden = for_the_reference(read_case_file(golden_vectors()[8]));
  for (const auto& [name, tensor] : golden.tensors) {
    if (!name.starts_with("expected.")) continue;
    CaseFile changed = golden;
    replace(changed, name, tensor.size() - 1, std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(count(replayed(changed), Outcome::wrong), 1) << name;
  }
}

TEST_F(Replay, FailsIfAnExpectedEntryIsInfinite) {
  const CaseFile golden = for_the_reference(read_case_file(golden_vectors()[8]));
  for (const char* name : {"expected.loss", "expected.logits", "expected.grad.input_map.weight"}) {
    for (const double sign : {1.0, -1.0}) {
      CaseFile changed = golden;
      replace(changed, name, 0, sign * std::numeric_limits<double>::infinity());
      for (const char* dtype : {"float32", "float64", "digits50"}) {
        changed.metadata["dtype"] = dtype;
        const std::vector<Replayed> lines = replayed(changed);
        EXPECT_EQ(count(lines, Outcome::wrong), 1) << name << " " << dtype;
        EXPECT_EQ("expected." + lines[0].finding.worst.tensor, name) << dtype;
        EXPECT_TRUE(std::isfinite(lines[0].finding.worst.bound)) << name << " " << dtype;
      }
    }
  }
}

TEST_F(Replay, DetectsWrongGradientsWhenAnotherEntryIsInfinite) {
  CaseFile wrong = for_the_reference(read_case_file(golden_vectors()[8]));
  int changed = 0;
  for (auto& [name, tensor] : wrong.tensors) {
    if (!name.starts_with("expected.grad.")) continue;
    std::vector<double> values(tensor.size(), 7.0);
    if (changed++ == 0) values[0] = std::numeric_limits<double>::infinity();
    tensor = make_tensor(tensor.shape, std::span<const double>(values));
  }
  const std::vector<Replayed> lines = replayed(wrong);
  EXPECT_EQ(count(lines, Outcome::wrong), 1);
  const double bound = lines[0].finding.worst.bound;
  EXPECT_TRUE(std::isfinite(bound)) << bound;
}

TEST_F(Replay, SkipsACaseWhoseReferenceIsNotFinite) {
  CaseFile file = for_the_reference(to_case_file(materialise(GradientSpec{.length = 5})));
  replace(file, "param.input_map.weight", 0, std::numeric_limits<double>::quiet_NaN());
  const Tensor& tokens = file.tensor("tokens");
  const std::vector<std::int64_t> first(tokens.size(), 0);
  file.tensors["tokens"] = make_tensor(tokens.shape, std::span<const std::int64_t>(first));
  for (const char* law : {"", "gradient-agrees"}) {
    if (*law != '\0') file.metadata["law"] = law;
    for (const char* dtype : {"float32", "float64", "digits50"}) {
      file.metadata["dtype"] = dtype;
      const std::vector<Replayed> lines = replayed(file);
      EXPECT_EQ(count(lines, Outcome::skipped), 1) << law << " " << dtype;
      EXPECT_FALSE(lines[0].compares_something()) << law << " " << dtype;
    }
  }
}

TEST_F(Replay, RejectsATensorWithAnUnknownNameAndSuggestsTheClosest) {
  const CaseFile golden = for_the_reference(read_case_file(golden_vectors()[8]));
  const std::map<std::string, std::string> closest = {
      {"expected.grad.input_map.weigth", "expected.grad.input_map.weight"},
      {"expected.gradient.output_logit_map.bias", "expected.grad.output_logit_map.bias"},
      {"expected.grad.param.output_logit_map.bias", "expected.grad.output_logit_map.bias"},
      {"expect.loss", "expected.loss"},
      {"maks", "mask"}};
  for (const auto& [given, known] : closest) {
    CaseFile changed = golden;
    changed.tensors[given] = changed.tensors.at("expected.loss");
    const std::string message = refusal(changed);
    EXPECT_NE(message.find("tensor '" + given + "' is unknown: the closest known name is '" +
                           known + "'"),
              std::string::npos)
        << message;
  }
}

TEST_F(Replay, RejectsTensorsThatALawWouldNotCompare) {
  CaseFile whole = for_the_reference(read_case_file(golden_vectors()[8]));
  whole.metadata["law"] = "gradient-agrees";
  EXPECT_NE(refusal(whole).find("'expected.grad."), std::string::npos);
  const Law& law = laws::find_law("attention-agrees");
  CaseFile attention = law.draw(1, 0, 50)->trial()->file();
  attention.metadata["law"] = law.name;
  attention.metadata["subject"] = "reference";
  EXPECT_EQ(count(replayed(attention), Outcome::pass), 1);
  CaseFile expecting = attention;
  expecting.tensors["expected.out"] = attention.tensors.at("v");
  EXPECT_NE(refusal(expecting).find("'expected.out' would not be compared"), std::string::npos);
  CaseFile misspelt = attention;
  misspelt.tensors["keymask"] = attention.tensors.at("v");
  EXPECT_NE(refusal(misspelt).find("closest known name is 'key_mask'"), std::string::npos);
  attention.metadata.erase("law");
  EXPECT_NE(refusal(attention).find("metadata 'law' is missing"), std::string::npos);
}

TEST_F(Replay, SaysWhatItCompared) {
  CaseFile golden = for_the_reference(read_case_file(golden_vectors()[8]));
  const auto words = [&] { return in_words(replayed(golden).front().compared); };
  const auto& whole = golden;
  const int all = static_cast<int>(std::ranges::count_if(whole.tensors, [](const auto& tensor) {
    return tensor.first.starts_with("expected.grad.");
  }));
  const std::string of_all = " of " + std::to_string(all) + " gradients";
  EXPECT_EQ(words(), "compared: loss, logits, " + std::to_string(all) + of_all);
  golden.tensors.erase("expected.grad.output_logit_map.bias");
  EXPECT_EQ(words(), "compared: loss, logits, " + std::to_string(all - 1) + of_all +
                         " (without output_logit_map.bias)");
  golden.tensors.erase("expected.loss");
  golden.tensors.erase("expected.logits");
  EXPECT_EQ(words(),
            "compared: " + std::to_string(all - 1) + of_all + " (without output_logit_map.bias)");
  std::erase_if(golden.tensors,
                [](const auto& tensor) { return tensor.first.starts_with("expected."); });
  EXPECT_EQ(words(), "compared: loss, logits, " + std::to_string(all) + of_all);
  EXPECT_EQ(replayed(golden).front().compared.with, "reference in 50 digits");
}

TEST_F(Replay, ComparesNothingWithoutATensorOrWhenSkipped) {
  Replayed line{.subject = "x", .compared = {.with = "some-law"}, .finding = {}};
  EXPECT_FALSE(line.compares_something()) << "no tensor was compared";
  line.finding.worst.tensor = "out";
  EXPECT_TRUE(line.compares_something());
  line.compared = {.with = "expected", .gradients_in_all = 28};
  EXPECT_FALSE(line.compares_something());
  line.compared.loss = true;
  EXPECT_TRUE(line.compares_something());
  line.finding.outcome = Outcome::skipped;
  EXPECT_FALSE(line.compares_something());
}

TEST_F(Replay, SkipsASubtractingSubjectAtAZeroDenominatorUnlessTheFileNamesIt) {
  CaseFile relu =
      read_case_file(fs::path(SLIM_SOURCE_DIR) / "reference/golden/relu_masked_batch.safetensors");
  for (const Replayed& line : replayed(relu)) {
    const bool subtracts = find_subject(line.subject).capabilities.subtracting;
    EXPECT_EQ(line.finding.outcome, subtracts ? Outcome::skipped : Outcome::pass);
  }
  relu.metadata["subject"] = "recovered/iterative";
  const std::vector<Replayed> named = replayed(relu);
  ASSERT_EQ(named.size(), 1U);
  EXPECT_NE(named[0].finding.outcome, Outcome::skipped);
}

TEST_F(Replay, ComparesACaseWithoutExpectedTensorsWithTheReference) {
  GradientSpec spec{.length = 5, .slice_length = 2, .batch = 2, .seed = 3};
  CaseFile file = to_case_file(materialise(spec));
  for (const char* dtype : {"float32", "float64", "digits50"}) {
    file.metadata["dtype"] = dtype;
    const std::vector<Replayed> lines = replayed(file);
    EXPECT_EQ(count(lines, Outcome::pass), static_cast<int>(lines.size())) << dtype;
    EXPECT_EQ(lines[0].compared.with, "reference in 50 digits");
  }
  file.metadata["subject"] = "mutant/last-row-dropped";
  file.metadata["dtype"] = "float32";
  EXPECT_EQ(count(replayed(file), Outcome::wrong), 1);
}

TEST_F(Replay, ReproducesAMutantsCounterexampleWithItsLawAndScalar) {
  const Subject& mutant = find_subject("mutant/last-row-dropped");
  for (const char* law_name : {"gradient-agrees", "split-and-resume"}) {
    const Law& law = laws::find_law(law_name);
    for (const Scalar scalar : {Scalar::float32, Scalar::float64, Scalar::digits50}) {
      Counterexample found;
      for (std::uint64_t seed = 0; found.finding.outcome != Outcome::wrong; ++seed) {
        found = shrunk(law, mutant, scalar, law.draw(seed, 0, 50));
      }
      const std::vector<Replayed> lines = replayed(found.file);
      ASSERT_EQ(lines.size(), 1U);
      EXPECT_EQ(lines[0].subject, mutant.name);
      EXPECT_EQ(lines[0].scalar, scalar);
      EXPECT_EQ(lines[0].compared.with, law_name);
      EXPECT_EQ(lines[0].finding.outcome, Outcome::wrong);
      EXPECT_EQ(lines[0].finding.worst.error, found.finding.worst.error);
      EXPECT_EQ(lines[0].finding.worst.bound, found.finding.worst.bound);
    }
  }
}

TEST_F(Replay, PassesTheReferenceOnAMutantsCounterexample) {
  const Law& law = laws::find_law("split-and-resume");
  CaseFile file =
      shrunk(law, find_subject("mutant/last-row-dropped"), Scalar::digits50, law.draw(1, 0, 50))
          .file;
  file.metadata.erase("subject");
  const std::vector<Replayed> lines = replayed(file);
  EXPECT_EQ(count(lines, Outcome::pass), static_cast<int>(lines.size()));
  EXPECT_GE(lines.size(), 3U);
}

TEST_F(Replay, RejectsFilesThatItCannotUse) {
  EXPECT_THROW(replay(folder_ / "missing.safetensors"), ContractError);
  CaseFile file = to_case_file(materialise(GradientSpec{.length = 3}));
  const auto refused = [&](const char* key, const char* value) {
    CaseFile changed = file;
    changed.metadata[key] = value;
    EXPECT_THROW(replayed(changed), ContractError) << key << " " << value;
  };
  refused("subject", "recoverd/iterative");
  refused("law", "gravity");
  refused("dtype", "float128");
  refused("chunk", "0");
  file.metadata["law"] = "split-and-resume";
  EXPECT_THROW(replayed(file), ContractError) << "a cut is missing";
  refused("cut", "0");
  refused("cut", "3");
}

}  // namespace
}  // namespace slim::properties
