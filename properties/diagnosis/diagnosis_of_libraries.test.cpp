// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/test_subjects.hpp"
#include "properties/mutants/attention_in_model.hpp"
#include "properties/mutants/catalogue.hpp"
#include "properties/mutants/whole_models.hpp"
#include "reference/performer/gradient.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

TEST(Diagnosis, NamesTheSameFaultInOtherCode) {
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    const auto named = [&](const Subject& subject) {
      const Diagnosis diagnosis = diagnosis_of(subject, scalar);
      return diagnosis.named().empty() ? words_of(diagnosis) : diagnosis.named();
    };
    EXPECT_EQ(named(mutated([](auto& task) { task.key_mask = {}; }, unchanged)),
              "mutant/mask-ignored");
    EXPECT_EQ(named(mutated([](auto& task) { task.causal = false; }, unchanged)),
              "mutant/causal-flag-dropped");
    EXPECT_EQ(named(mutated([](auto& task) { task.start = {}; }, unchanged)),
              "mutant/start-ignored");
    EXPECT_EQ(named(mutated([](auto& task) { task.end_cotangent = {}; }, unchanged)),
              "mutant/end-cotangent-ignored");
    EXPECT_EQ(named(mutated(unchanged,
                            [](auto& result) {
                              for (auto& x : result.start_gradient.values()) x *= 0;
                            })),
              "mutant/start-gradient-missing");
  }
}

TEST(Diagnosis, NamesNoMutantThatExplainsOnlyOneScalar) {
  Subject subject = find_subject("mutant/own-key-unseen");
  subject.name = "library of two faults";
  const Subject right_in_float32 = [&] {
    Subject other = subject;
    other.name = "library right in float32";
    other.attention.in<float>() = find_subject("stored/blocked").attention.in<float>();
    return other;
  }();
  subject.attention.in<float>() = [inner = subject.attention.in<float>()](
                                      const AttentionTask<float>& task,
                                      AttentionResult<float>& result) {
    AttentionTask<float> other = task;
    if (other.conventions.epsilons == AttentionConventions().epsilons) {
      other.conventions.epsilons[EpsilonPlace::denominator] = 1e-12;
    }
    inner(other, result);
  };
  Failures failures;
  Diagnostician diagnostician;
  const std::optional<Counterexample> found = failures.first_of(subject, Scalar::float64);
  ASSERT_TRUE(found);
  const Diagnosis of_both = diagnostician.diagnose(subject, *found, hardware);
  EXPECT_EQ(of_both.named(), "") << words_of(of_both);
  EXPECT_TRUE(of_both.like.empty() && of_both.fits.empty()) << words_of(of_both);
  const auto refuted =
      std::ranges::find(of_both.only_here, "mutant/own-key-unseen", &Likeness::name);
  ASSERT_NE(refuted, of_both.only_here.end());
  EXPECT_TRUE(refuted->unlike.starts_with("float32, ")) << refuted->unlike;
  EXPECT_EQ(words_of(of_both).find("mutant/own-key-unseen"), std::string::npos)
      << "a refuted suspect is no hint" << words_of(of_both);
  const Diagnosis of_float64 = diagnostician.diagnose(subject, *found, std::array{Scalar::float64});
  EXPECT_EQ(of_float64.named(), "mutant/own-key-unseen")
      << "float32 is not listed as failed" << words_of(of_float64);
  const Diagnosis of_one =
      diagnostician.diagnose(right_in_float32, *found, std::array{Scalar::float64});
  EXPECT_EQ(of_one.named(), "mutant/own-key-unseen") << words_of(of_one);
}

TEST(Diagnosis, NamesAFaultThatShowsInBothScalars) {
  Failures failures;
  Diagnostician diagnostician;
  for (const char* name : {"mutant/own-key-unseen", "mutant/tail-zero", "mutant/norm-left-out",
                           "mutant/gelu-slope-without-density"}) {
    const Subject subject = under_another_name(find_subject(name));
    const std::optional<Counterexample> found = failures.first_of(subject, Scalar::float64);
    ASSERT_TRUE(found) << name;
    const Diagnosis diagnosis = diagnostician.diagnose(subject, *found, hardware);
    EXPECT_EQ(diagnosis.named(), name) << words_of(diagnosis);
    EXPECT_NE(words_of(diagnosis).find("further cases, also in float32; "), std::string::npos)
        << words_of(diagnosis);
  }
}

/// Doubles the start state of a task.
const auto with_twice_the_start = []<class T>(AttentionTask<T>& task) {
  if (task.start.empty()) return;
  thread_local Heads<T> twice;
  twice = Heads<T>(task.start.sizes, MemoryTag::parameters);
  for (Index b = 0; b < task.start.sizes.batch; ++b) {
    for (Index h = 0; h < task.start.sizes.heads; ++h) twice(b, h) = T(2) * task.start(b, h);
  }
  task.start = twice.view();
};

/// The mutants with these names have other pullbacks.
TEST(Diagnosis, NamesTheFaultOfAForwardPassWhosePullbackIsItsDerivative) {
  const std::map<std::string, Subject> subjects = {
      {"mutant/start-added-twice", mutated(with_twice_the_start,
                                           [](auto& result) {
                                             for (auto& x : result.start_gradient.values()) x *= 2;
                                           })},
      {"mutant/start-ignored", mutated([](auto& task) { task.start = {}; },
                                       [](auto& result) {
                                         for (auto& x : result.start_gradient.values()) x *= 0;
                                       })},
  };
  for (const auto& [name, subject] : subjects) {
    const Diagnosis diagnosis = diagnosis_of(subject, Scalar::float64);
    EXPECT_EQ(diagnosis.named(), name) << words_of(diagnosis);
    ASSERT_FALSE(diagnosis.like.empty()) << words_of(diagnosis);
    EXPECT_TRUE(diagnosis.like.front().in_forward_alone) << words_of(diagnosis);
    const std::vector<std::string> words = in_words(diagnosis);
    EXPECT_EQ(words.front().find("behaves like: " + name + " in its forward pass ("), 0U)
        << words_of(diagnosis);
    EXPECT_NE(words_of(diagnosis).find(
                  "its pullback, unlike the mutant's, is the derivative of that pass"),
              std::string::npos)
        << words_of(diagnosis);
  }
}

TEST(Diagnosis, NamesNoMutantIfThePullbackIsNotTheDerivativeOfTheForwardPass) {
  const auto with = [](Subject subject, const auto& mutate) {
    subject.name = "library " + std::to_string(++libraries());
    subject.attention.in<double>() = [mutate, inner = subject.attention.in<double>()](
                                         const AttentionTask<double>& task,
                                         AttentionResult<double>& result) {
      inner(task, result);
      mutate(result);
    };
    return subject;
  };
  using enum mutants::Fault;
  const Subject derived = with_faults(not_normalised, denominator_detached);
  const auto larger = [](Heads<double>& gradient) {
    for (double& x : gradient.values()) x *= 1.0 + 1e-6;
  };
  const std::vector<Subject> subjects = {
      with(derived, [larger](AttentionResult<double>& result) { larger(result.dk); }),
      with(derived, [larger](AttentionResult<double>& result) { larger(result.start_gradient); }),
      with(derived,
           [](AttentionResult<double>& result) {
             if (!result.dv.values().empty()) result.dv.values().back() *= 1.0 + 1e-6;
           }),
      with_faults(not_normalised, end_cotangent_ignored),
      with_faults(normalised_by_count, slope_of_map_left_out),
  };
  for (const Subject& subject : subjects) {
    const Diagnosis diagnosis = diagnosis_of(subject, Scalar::float64);
    EXPECT_EQ(diagnosis.named(), "") << words_of(diagnosis);
    EXPECT_TRUE(diagnosis.like.empty()) << words_of(diagnosis);
    ASSERT_EQ(diagnosis.forward_like.size(), 1U) << words_of(diagnosis);
    EXPECT_TRUE(in_words(diagnosis).front().starts_with("its forward pass behaves like: mutant/"))
        << words_of(diagnosis);
    EXPECT_NE(words_of(diagnosis).find("nor the derivative of that pass: "), std::string::npos)
        << words_of(diagnosis);
  }
}

TEST(Diagnosis, NamesNoMutantByACorrectForwardPass) {
  const Diagnosis diagnosis = diagnosis_of(mutated(unchanged,
                                                   [](auto& result) {
                                                     for (auto& x : result.dv.values()) x += x / 7;
                                                   }),
                                           Scalar::float64);
  EXPECT_TRUE(diagnosis.like.empty() && diagnosis.forward_like.empty()) << words_of(diagnosis);
}

TEST(Diagnosis, ReportsThatNoKnownFaultMatchesIfTheFaultIsNotInTheCatalogue) {
  const Diagnosis larger = diagnosis_of(mutated(unchanged,
                                                [](auto& result) {
                                                  for (auto& x : result.out.values()) x += x / 100;
                                                }),
                                        Scalar::float64);
  EXPECT_TRUE(larger.like.empty() && larger.fits.empty());
  const auto of_attention = std::ranges::count_if(
      mutant_suspects(), [](const Suspect& suspect) { return suspect.attention.offers_any(); });
  EXPECT_EQ(larger.mutants, of_attention);
  EXPECT_NE(in_words(larger).front().find("no known fault matches: compared with " +
                                          std::to_string(of_attention) + " mutants"),
            std::string::npos);
  EXPECT_EQ(larger.precision.type, "");
  const Diagnosis throwing =
      diagnosis_of(mutated([](auto&) { throw std::runtime_error("out of memory"); }, unchanged),
                   Scalar::float64);
  EXPECT_TRUE(throwing.like.empty() && throwing.fits.empty() && throwing.only_here.empty());
  const Diagnosis chance =
      diagnosis_of(mutated(unchanged,
                           [calls = std::make_shared<int>(0)](auto& result) {
                             for (auto& x : result.out.values()) {
                               x = static_cast<std::decay_t<decltype(x)>>(++*calls % 101);
                             }
                           }),
                   Scalar::float64);
  EXPECT_EQ(chance.named(), "");
}

TEST(Diagnosis, FindsThatAnswersDependOnEarlierCalls) {
  const Diagnosis cached =
      diagnosis_of(under_another_name(find_subject("mutant/cached-by-pointer")), Scalar::float64);
  const std::string words = words_of(cached);
  EXPECT_NE(
      words.find("depend on earlier calls: it returns the result of an earlier call for other "
                 "inputs at the same addresses (calls-independent, "),
      std::string::npos)
      << words;
  EXPECT_EQ(cached.like_in_that.size(), 1U) << words;
  EXPECT_NE(words.find("the same happens with mutant/cached-by-pointer (a second call"),
            std::string::npos)
      << words;
  const Diagnosis counting = diagnosis_of(mutated(unchanged,
                                                  [calls = std::make_shared<int>(0)](auto& result) {
                                                    result.out.values()[0] +=
                                                        static_cast<float>(++*calls);
                                                  }),
                                          Scalar::float64);
  EXPECT_NE(words_of(counting).find("for the same inputs from call to call"), std::string::npos)
      << words_of(counting);
  const Diagnosis steady = diagnosis_of(mutated(unchanged,
                                                [](auto& result) {
                                                  for (auto& x : result.out.values()) x += x / 100;
                                                }),
                                        Scalar::float64);
  EXPECT_EQ(steady.earlier_calls, "");
}

/// Memory growth is compared as strictly as answers are; messages of errors are not compared.
TEST(Diagnosis, NamesNoMutantWhoseMemoryGrowthDiffers) {
  Subject grows = find_subject("mutant/workspace-grows");
  grows.name = "library of bytes";
  const auto put = [&]<class T>() {
    grows.gradient.in<T>() = [inner = grows.gradient.in<T>()](const GradientTask<T>& task,
                                                              GradientResult<T>& result) {
      const Buffer<T> more(MemoryTag::tokens, 2 * task.sequences.length());
      inner(task, result);
    };
  };
  put.template operator()<float>();
  put.template operator()<double>();
  put.template operator()<Digits50>();
  const Diagnosis of_bytes = diagnosis_of(grows, Scalar::float64);
  EXPECT_EQ(of_bytes.topic, Topic::bytes);
  EXPECT_TRUE(of_bytes.like.empty()) << words_of(of_bytes);
  EXPECT_EQ(in_words(of_bytes).front().find("no known fault matches"), 0U) << words_of(of_bytes);

  const Diagnosis of_words = diagnosis_of(mutated(
                                              [](auto& task) {
                                                try {
                                                  require_valid(task);
                                                } catch (const ContractError&) {
                                                  throw std::runtime_error("assertion failed");
                                                }
                                              },
                                              unchanged),
                                          Scalar::float64);
  EXPECT_EQ(of_words.named(), "mutant/refusal-without-a-name")
      << "although its message differs" << words_of(of_words);
}

TEST(Diagnosis, NamesTheFaultOfASubjectWithoutPullbackAndState) {
  Subject subject = mutated([](auto& task) { task.causal = false; }, unchanged);
  subject.capabilities.pullback = subject.capabilities.resumable = false;
  const Diagnosis diagnosis = diagnosis_of(subject, Scalar::float64);
  EXPECT_EQ(diagnosis.named(), "mutant/causal-flag-dropped") << words_of(diagnosis);
  EXPECT_EQ(in_words(diagnosis).front().find("behaves like: "), 0U) << words_of(diagnosis);
}

TEST(Diagnosis, FindsArithmeticInANarrowerScalar) {
  const Diagnosis diagnosis =
      diagnosis_of(mutated(unchanged,
                           []<class T>(AttentionResult<T>& result) {
                             if constexpr (std::is_same_v<T, double>) {
                               for (double& x : result.out.values()) {
                                 x = static_cast<double>(static_cast<float>(x));
                               }
                             }
                           }),
                   Scalar::float64);
  EXPECT_TRUE(diagnosis.like.empty() && diagnosis.fits.empty());
  EXPECT_EQ(diagnosis.precision.type, "float32");
}

TEST(Diagnosis, IgnoresConventionsOfGradientsForASubjectWithoutGradients) {
  Subject subject = mutated(
      [](auto& task) {
        if (task.features_given || task.feature_map.kind != FeatureKind::favor_plus) return;
        task.conventions.key_stabiliser = Stabiliser::over_length;
      },
      unchanged, "reference");
  subject.gradient = {};
  subject.capabilities.pullback = subject.capabilities.resumable = false;
  const Diagnosis diagnosis = diagnosis_of(subject, Scalar::float64);
  ASSERT_FALSE(diagnosis.fits.empty()) << words_of(diagnosis);
  EXPECT_EQ(diagnosis.fits.front().name, "stabiliser of queries none, of keys over-length");
  for (const Likeness& found : diagnosis.fits) {
    EXPECT_EQ(found.name.find("its gradient kept"), std::string::npos) << words_of(diagnosis);
  }
}

/// The reference under other conventions than the task requests, if it has a normaliser.
Subject under(const std::function<void(AttentionConventions&)>& change) {
  const auto put = [change](auto& task) {
    if (task.conventions.normaliser == Normaliser::none) return;
    const Scaling declared = task.conventions.scaling;
    change(task.conventions);
    if (task.features_given) task.conventions.scaling = declared;
  };
  Subject subject = mutated(put, unchanged, "reference");
  subject.capabilities.any_attention_conventions = false;  // it has one of its own
  return subject;
}

TEST(Diagnosis, NamesAFaultOfAttentionInAWholeModel) {
  const std::map<mutants::Fault, std::string> faults = {
      {mutants::Fault::next_key_seen, "mutant/next-key-seen"},
      {mutants::Fault::not_normalised, "mutant/not-normalised"},
      {mutants::Fault::no_denominator_gradient_for_keys,
       "mutant/no-denominator-gradient-for-keys"}};
  for (const auto& [fault, name] : faults) {
    Subject subject = find_subject("stored/blocked");
    subject.name = "whole model " + std::to_string(++libraries());
    subject.gradient = mutants::in_a_model(mutants::faulty_attention(fault));
    subject.attention = {};
    subject.features = {};
    const Diagnosis diagnosis = diagnosis_of(subject, Scalar::float64);
    EXPECT_EQ(diagnosis.named(), name) << words_of(diagnosis);
  }
}

TEST(Diagnosis, NamesTheConventionThatWasNotDeclared) {
  const auto convention = [](const std::function<void(AttentionConventions&)>& change) {
    const Diagnosis diagnosis = diagnosis_of(under(change), Scalar::float64);
    return diagnosis.fits.size() == 1 ? diagnosis.fits.front().name : words_of(diagnosis);
  };
  EXPECT_EQ(
      convention([](AttentionConventions& c) { c.epsilons[EpsilonPlace::denominator] = 1e-6; }),
      "epsilon 1e-06 added to the denominator");
  EXPECT_EQ(convention([](AttentionConventions& c) {
              c.epsilons = {EpsilonPlace::sums, 1e-8};
            }),
            "epsilon 1e-08 added to the sums of keys");
  EXPECT_EQ(convention([](AttentionConventions& c) { c.scaling = Scaling::queries; }),
            "scaling of scores by 1/sqrt(d): queries");
  EXPECT_EQ(convention([](AttentionConventions& c) { c.relu_slope_at_zero = 0.5; }),
            "slope 0.5 of max(x, 0) at 0");
  EXPECT_EQ(
      convention([](AttentionConventions& c) { c.epsilons[EpsilonPlace::denominator] = 5e-6; }),
      "epsilon 5e-06 added to the denominator")
      << "a constant that is not among the usual ones";
}

/// The reference for whole models with other constants than the task requests.
Subject whole_model_under(const std::function<void(slim::Conventions&)>& change) {
  Subject subject = find_subject("reference");
  subject.name = "whole model " + std::to_string(++libraries());
  subject.attention = {};
  subject.features = {};
  subject.gradient = {};
  subject.gradient.in<double>() = [change](const GradientTask<double>& task,
                                           GradientResult<double>& result) {
    Model model = task.model;
    change(model.conventions);
    reference::gradient(mutants::with_inputs(task, {.model = &model}), result);
  };
  return subject;
}

TEST(Diagnosis, SolvesForUnusualConstantsOfWholeModels) {
  const auto convention = [](const std::function<void(slim::Conventions&)>& change) {
    const Diagnosis diagnosis = diagnosis_of(whole_model_under(change), Scalar::float64);
    return diagnosis.fits.size() == 1 ? diagnosis.fits.front().name : words_of(diagnosis);
  };
  EXPECT_EQ(convention([](slim::Conventions& c) { c.position_base = 2e4; }),
            "lowest frequency of positions 1/20000");
  EXPECT_EQ(convention([](slim::Conventions& c) { c.layer_norm_epsilon = 3e-6; }),
            "epsilon 3e-06 in LayerNorm");
  EXPECT_EQ(convention([](slim::Conventions& c) { c.denominator_epsilon = 4.2e-5; }),
            "epsilon 4.2e-05 added to the denominator");
}

}  // namespace
}  // namespace slim::properties
