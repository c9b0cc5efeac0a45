// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/gate.hpp"

#include "properties/catalogue.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string_view>

namespace slim::experiments {
namespace {

const Subject& reference() {
  return properties::find_subject("reference");
}

Setting setting(const char* map, Norm norm, Scalar scalar) {
  Setting setting;
  setting.scalar = scalar;
  setting.model.feature_map = parse_feature_map(map);
  setting.model.norm = norm;
  setting.model.heads = 8;
  return setting;
}

TEST(Gate, AcceptsEveryCorrectSubject) {
  for (const Subject& subject : properties::catalogue()) {
    if (properties::is_mutant(subject)) continue;
    EXPECT_NO_THROW(
        require_lawful(subject, reference(), setting("sqr", Norm::branch_output, Scalar::float32)))
        << subject.name;
  }
}

TEST(Gate, AcceptsMeasuredSubjectsWithEveryMapNormAndScalar) {
  for (const char* name : {"recovered/iterative", "stored/iterative"}) {
    for (const char* map : {"sqr", "relu", "elu+1", "abs", "favor+_2"}) {
      for (const Norm norm : {Norm::branch_output, Norm::branch_input}) {
        for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
          EXPECT_NO_THROW(require_lawful(properties::find_subject(name), reference(),
                                         setting(map, norm, scalar)))
              << name << " " << map;
        }
      }
    }
  }
}

TEST(Gate, ComputesOnceWhatSettingsShareAndOnlyThat) {
  const Subject& right = properties::find_subject("recovered/iterative");
  const Subject& wrong = properties::find_subject("mutant/last-row-dropped");
  Subject two_faced = right;
  const auto give = [&]<class T>() {
    two_faced.gradient.in<T>() = [&](const GradientTask<T>& task, GradientResult<T>& result) {
      const bool honest = task.model.feature_map.kind == FeatureKind::square;
      (honest ? right : wrong).gradient.in<T>()(task, result);
    };
  };
  give.template operator()<float>();
  give.template operator()<double>();
  give.template operator()<Digits50>();
  Gate gate(reference());
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    EXPECT_NO_THROW(gate.require_lawful(two_faced, setting("sqr", Norm::branch_output, scalar)));
    EXPECT_NO_THROW(gate.require_lawful(right, setting("elu+1", Norm::branch_output, scalar)));
    EXPECT_THROW(gate.require_lawful(two_faced, setting("elu+1", Norm::branch_output, scalar)),
                 RefusedSubject);
    EXPECT_THROW(gate.require_lawful(wrong, setting("sqr", Norm::branch_output, scalar)),
                 RefusedSubject);
  }
}

TEST(Gate, AcceptsNarrowScalarsAndRejectsMutantsInThem) {
  for (const Scalar scalar : {Scalar::float16, Scalar::bfloat16}) {
    for (const char* name : {"recovered/blocked", "exact/iterative", "stored/tree"}) {
      for (const char* map : {"sqr", "relu", "elu+1", "favor+_2"}) {
        EXPECT_NO_THROW(require_lawful(properties::find_subject(name), reference(),
                                       setting(map, Norm::branch_output, scalar)))
            << name << " " << map;
      }
    }
  }
  Subject wrong = properties::find_subject("mutant/last-row-dropped");
  wrong.gradient.in<Float16>() = properties::find_subject("stored/tree").gradient.in<Float16>();
  EXPECT_THROW(
      require_lawful(wrong, reference(), setting("sqr", Norm::branch_output, Scalar::float16)),
      RefusedSubject)
      << "wrong in 50 digits";
  Subject idle = properties::find_subject("stored/tree");
  const auto right = idle.gradient.in<Float16>();
  idle.gradient.in<Float16>() = [right](const GradientTask<Float16>& task,
                                        GradientResult<Float16>& result) {
    right(task, result);
    for (Float16& entry : result.gradient.values()) entry = entry * Float16(1.25F);
  };
  EXPECT_THROW(
      require_lawful(idle, reference(), setting("sqr", Norm::branch_output, Scalar::float16)),
      RefusedSubject)
      << "wrong by a quarter in float16 only";
}

/// Mutants of segments, padding, learned positions and of FAVOR+, which a whole gradient with
/// square features does not exercise, and mutants of memory, which compute the correct result:
/// their cost is what is measured.
bool is_asked(const Subject& subject) {
  const std::set<std::string_view> not_asked = {"mutant/counted-targets-ignored",
                                                "mutant/model-end-cotangent-ignored",
                                                "mutant/model-projection-redrawn",
                                                "mutant/model-start-ignored",
                                                "mutant/position-restarted",
                                                "mutant/position-in-half",
                                                "mutant/start-on-first-of-3-ranks",
                                                "mutant/start-of-first-layer-only",
                                                "mutant/padding-enters-sums",
                                                "mutant/padding-shifts-positions",
                                                "mutant/position-gradient-overwritten",
                                                "mutant/position-gradient-in-next-row"};
  const bool of_memory = subject.capabilities.memory != MemoryGrowth::unclaimed;
  return properties::is_mutant(subject) && !of_memory && subject.gradient.offers(Scalar::float32) &&
         !not_asked.contains(subject.name);
}

TEST(Gate, RejectsEveryMutantInItsHardwareScalarAlone) {
  int refused = 0;
  for (Subject subject : properties::catalogue()) {
    if (!is_asked(subject)) continue;
    EXPECT_THROW(
        require_lawful(subject, reference(), setting("sqr", Norm::branch_output, Scalar::float32)),
        RefusedSubject)
        << subject.name;
    subject.gradient.in<Digits50>() = nullptr;
    // An error of 1e-6 is below the bound in float32.
    const bool slight = subject.name == "mutant/layer-norm-epsilon-of-a-millionth" ||
                        subject.name == "mutant/layer-norm-epsilon-outside-root";
    const Scalar scalar = slight ? Scalar::float64 : Scalar::float32;
    EXPECT_THROW(require_lawful(subject, reference(), setting("sqr", Norm::branch_output, scalar)),
                 RefusedSubject)
        << subject.name;
    ++refused;
  }
  EXPECT_GT(refused, 5);
}

/// A subject with one wrong entry in its float32 gradient.
Subject with_last_entry(const std::function<float(float)>& change) {
  Subject subject = properties::find_subject("stored/iterative");
  const GradientFunction<float> right = subject.gradient.in<float>();
  subject.gradient.in<float>() = [right, change](const GradientTask<float>& task,
                                                 GradientResult<float>& result) {
    right(task, result);
    float& last = result.gradient.values().back();
    last = change(last);
  };
  return subject;
}

TEST(Gate, DetectsASingleWrongEntryAndNaN) {
  const Setting small = setting("sqr", Norm::branch_output, Scalar::float32);
  EXPECT_NO_THROW(require_lawful(with_last_entry([](float x) { return x; }), reference(), small));
  EXPECT_THROW(
      require_lawful(with_last_entry([](float x) { return x + 1e-3F; }), reference(), small),
      RefusedSubject);
  EXPECT_THROW(
      require_lawful(with_last_entry([](float) { return std::nanf(""); }), reference(), small),
      RefusedSubject);
}

}  // namespace
}  // namespace slim::experiments
