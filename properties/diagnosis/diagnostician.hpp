// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/diagnosis.hpp"
#include "properties/diagnosis/earlier_calls.hpp"
#include "properties/diagnosis/first_question.hpp"
#include "properties/diagnosis/probe_set.hpp"
#include "properties/diagnosis/suspects.hpp"
#include "properties/engine/shrink.hpp"

#include <map>
#include <optional>
#include <tuple>

namespace slim::properties {

/// Compares failing subjects with the catalogues of mutants and of conventions.
///
/// For the subject and for every suspect, a law is checked and all answers are recorded, including
/// those that the law does not use. A suspect is a candidate if it breaks the law on the failing
/// case, too, and all its answers equal the subject's to within rounding (ErrorScale). Since a
/// small case distinguishes few suspects, every candidate is then compared on further cases of all
/// laws (ProbeSet). It is named only if it matches on each of them, also in the other hardware
/// scalar if the subject failed there, and reproduces every recorded failure of the subject.
///
/// - A subject whose pullback is derived from a faulty forward pass (autograd) has another pullback
///   than the mutant. If no suspect matches, suspects with a faulty forward pass are compared in
///   forward results alone, and the subject's pullback with finite differences of that pass.
/// - If still none matches, constants of conventions (every ε, the base of the positions) are
///   solved for on the failing case, as the nearest number of at most three digits, and confirmed
///   in the same way.
/// - If the reference under the subject's declared conventions breaks the law, too, with the same
///   answers, these conventions are the cause, and no suspect is compared.
/// - If all answers are right, the other results that a law uses are compared: memory growth,
///   random projections, errors for inconsistent tasks.
///
/// Not thread-safe.
class Diagnostician {
 public:
  /// Uses the laws of the catalogue.
  Diagnostician();
  /// Uses laws that are adapted to the claims of one subject, with the names in the catalogue. If
  /// the subject runs in a process of its own, `restart` ends that process.
  explicit Diagnostician(std::vector<Law> laws, Restart restart = {})
      : probe_set_(std::move(laws)), restart_(std::move(restart)) {}

  /// Diagnoses any subject, also one that crashes, on a case file of a counterexample, with
  /// metadata `law`. `failed_in`: the scalars in which it is known to break laws; a diagnosis has
  /// to explain those in float32 and float64. `recorded`: see below. Throws ContractError if the
  /// file is not a case of its law, or if the law is unknown.
  Diagnosis diagnose(const Subject& subject, Scalar scalar, const CaseFile& file,
                     std::span<const Scalar> failed_in = {},
                     std::span<const Counterexample> recorded = {});

  /// Diagnoses a failure found by the engine. If nothing matches, also after a crash, the fault is
  /// described (description_of, precision_that_explains). `recorded`: all failures of the subject;
  /// a suspect is named only if it reproduces each of them.
  Diagnosis diagnose(const Subject& subject, const Counterexample& found,
                     std::span<const Scalar> failed_in = {},
                     std::span<const Counterexample> recorded = {});

 private:
  static constexpr int most_descriptions = 8;  ///< of a subject, since each takes many calls

  /// The rounding that explains all failures of a subject, cached.
  const NarrowPrecision& precision_of(const Subject& subject,
                                      std::span<const Counterexample> failures);
  /// The description of a fault, cached for failures of one kind on cases of one size.
  const FaultDescription& described(const Subject& subject, const Counterexample& found);
  [[nodiscard]] bool can_compare(const Counterexample& found) const;

  struct Examination;
  /// `by_chance`: the failure is known to be non-deterministic, so that no dependence on earlier
  /// calls can be concluded.
  Diagnosis diagnosed(const Subject& subject, Scalar scalar, const CaseFile& file,
                      std::span<const Scalar> failed_in, std::span<const Counterexample> recorded,
                      bool by_chance);
  /// Compares a suspect on the failing case and on the probe set; empty if it does not match on the
  /// failing case. `compared` counts the suspects that do not skip the case.
  std::optional<Likeness> likeness(Examination& of, const Suspect& suspect, int& compared);
  void compare(Examination& of, std::span<const Suspect> suspects, int& compared,
               std::vector<Likeness>& alike);
  /// Keeps a suspect whose forward pass matches on the failing case.
  static void compare_in_forward(Examination& of, const Suspect& suspect,
                                 const RecordedAnswers& of_suspect);
  /// Finds the suspects whose faulty forward pass matches on the probe set, too, and compares the
  /// subject's pullback with its derivative. If the forward pass is right on the failing case, the
  /// subject's pullback has to be the derivative there.
  void confirm_in_forward(Examination& of);
  /// Compares a convention with this constant, rounded to few digits. `parted_in` becomes the case
  /// of the probe set on which the last rounded constant that matched on the failing case does not
  /// match.
  std::optional<Likeness> likeness_with(Examination& of, const ConstantConvention& convention,
                                        double exact, int& parted_in);
  /// Compares mutants of slices with block lengths of their own that the failing case can expose.
  void search_blocks(Examination& of);
  /// Solves for unusual constants of conventions on the failing case or, if that does not depend on
  /// the constant, on the first case of the probe set that does.
  void search_constants(Examination& of);
  /// Compares a candidate with the subject on the cases of the probe set.
  void confirm(Examination& of, const Suspect& suspect, Likeness& likeness);
  /// The same in one scalar, up to the first difference; of the forward pass alone if `found` says
  /// so.
  void confirm_in(Examination& of, Scalar in, const Suspect& suspect, Likeness& found);
  /// Records one case of the probe set on which the forward results match.
  void confirm_forward(Examination& of, ProbeSet::Case& c, Scalar in, const Subject& substitute,
                       const RecordedAnswers& of_suspect, const RecordedAnswers& of_subject,
                       Likeness& found);

  Recollection recollection_on(const Subject& subject, Scalar scalar, ProbeSet::Case& c);
  bool is_repeatable(const Subject& subject, Scalar scalar, ProbeSet::Case& c);
  bool recollects(const Subject& subject, Scalar scalar, Topic topic, Recollection wanted);
  /// Checks whether answers depend on earlier calls, and finds the mutants that behave in the same
  /// way.
  void look_for_earlier_calls(const Subject& subject, Scalar scalar, Diagnosis& diagnosis);
  /// Checks whether the results of this case, or of other recorded failures, depend on whether it
  /// is the first call of a process. Done for a few failures of a subject only, since each needs
  /// two starts of its process; what is found holds for all of its failures that a first call does
  /// not have, or that came and went in the run (`by_chance`).
  void look_for_first_question(Examination& of, const Law& law, bool by_chance);
  /// Whether the first answer of a new process is right on this case. Restarts the process.
  [[nodiscard]] bool is_right_in_first_call(const Examination& of) const;

  /// The subject's recorded answers to a case of the probe set, cached for the last subject by
  /// topic, scalar, and index of the case.
  const RecordedAnswers& on_probe_set(const Subject& subject, Scalar scalar, Topic topic,
                                      std::size_t place, ProbeSet::Case& c);

  ProbeSet probe_set_;
  Restart restart_;
  std::string asked_last_;
  std::map<std::tuple<Topic, Scalar, std::size_t>, RecordedAnswers> of_asked_last_;
  std::map<std::string, Diagnosis, std::less<>> by_earlier_calls_;  ///< by subject, scalar, topic
  std::map<std::string, std::string, std::less<>> by_first_question_;  ///< by subject
  std::map<std::string, int, std::less<>> restarted_;                  ///< count by subject
  std::map<std::string, int, std::less<>> described_;                  ///< likewise
  std::map<std::string, NarrowPrecision, std::less<>> precisions_;     ///< by subject
  std::map<std::string, FaultDescription, std::less<>> descriptions_;
  std::map<std::string, Likeness, std::less<>> confirmed_;  ///< by subject, topic, scalars, suspect
};

}  // namespace slim::properties
