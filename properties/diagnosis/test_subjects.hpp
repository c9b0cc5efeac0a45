// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/catalogue.hpp"
#include "properties/diagnosis/diagnostician.hpp"
#include "properties/engine/numbered_case.hpp"
#include "properties/engine/shrink.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/mutants/faulty_attention.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

/// Subjects for tests of the diagnosis, and the cases on which they fail.
namespace slim::properties {

/// Cases on which subjects fail, cached with their true values.
class Failures {
 public:
  /// The shrunk case of the first law that the subject breaks. Laws about refusals, memory and
  /// numbers at the edge of the scalar's range, which distinguish few suspects, come last.
  std::optional<Counterexample> first_of(const Subject& subject, Scalar scalar) {
    std::optional<Counterexample> found = first_of(subject, scalar, false);
    return found ? found : first_of(subject, scalar, true);
  }

 private:
  std::optional<Counterexample> first_of(const Subject& subject, Scalar scalar, bool at_the_edge) {
    for (int number = 0; number < 40; ++number) {
      for (const Law& law : laws::catalogue()) {
        const bool is_at_the_edge =
            law.name == "stays-finite" || law.name == "isolates-non-finite" ||
            law.name == "refuses-bad-tasks" || law.name == "bytes-as-claimed";
        if (is_at_the_edge != at_the_edge) continue;
        NumberedCase& numbered = at(law, number);
        const NumberedCase::Usable usable = numbered.usable(scalar);
        if (usable.trial == nullptr) continue;
        if (check_safely(*usable.trial, subject, scalar).outcome != Outcome::wrong) continue;
        return shrunk(law, subject, scalar, numbered.draw(usable.attempt));
      }
    }
    return std::nullopt;
  }

  NumberedCase& at(const Law& law, int number) {
    std::unique_ptr<NumberedCase>& kept = kept_[{law.name, number}];
    if (!kept) kept = std::make_unique<NumberedCase>(law, 1, number);
    return *kept;
  }
  std::map<std::pair<std::string, int>, std::unique_ptr<NumberedCase>> kept_;
};

inline Subject under_another_name(const Subject& subject) {
  Subject renamed = subject;
  renamed.name = "third-party library " + subject.name;
  renamed.summary = "a Performer";
  return renamed;
}

inline std::string words_of(const Diagnosis& diagnosis) {
  std::string text;
  for (const std::string& line : in_words(diagnosis)) text += "\n  " + line;
  return text;
}

/// Attention with two faults at once.
inline Subject with_faults(mutants::Fault one, mutants::Fault other) {
  Subject subject = find_subject("mutant/own-key-unseen");
  subject.name = "faults " + std::to_string(static_cast<int>(one)) + " and " +
                 std::to_string(static_cast<int>(other));
  subject.attention = mutants::faulty_attention({one, other});
  subject.features = mutants::faulty_features({one, other});
  return subject;
}

/// The number of subjects made, which gives each a unique name.
inline int& libraries() {
  static int count = 0;
  return count;
}

/// A correct subject that shares no code with the mutants, with `alter` applied to each task of
/// attention and `mutate` to each result.
template <class Alter, class Mutate>
Subject mutated(const Alter& alter, const Mutate& mutate, const char* correct = "stored/blocked") {
  Subject subject = find_subject(correct);
  subject.features = {};
  subject.name = "library " + std::to_string(++libraries());
  subject.capabilities.deterministic = false;
  const auto put = [&]<class T>() {
    subject.attention.in<T>() = [alter, mutate, inner = subject.attention.in<T>()](
                                    const AttentionTask<T>& task, AttentionResult<T>& result) {
      AttentionTask<T> other = task;
      alter(other);
      inner(other, result);
      mutate(result);
    };
  };
  put.template operator()<float>();
  put.template operator()<double>();
  put.template operator()<Digits50>();
  return subject;
}

inline constexpr auto unchanged = [](auto&) {};

inline constexpr std::array hardware = {Scalar::float32, Scalar::float64};

inline Diagnosis diagnosis_of(const Subject& subject, Scalar scalar) {
  static Failures failures;
  static Diagnostician diagnostician;
  const std::optional<Counterexample> found = failures.first_of(subject, scalar);
  if (!found) throw std::logic_error("the subject breaks no law");
  return diagnostician.diagnose(subject, *found);
}

}  // namespace slim::properties
