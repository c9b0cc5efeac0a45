#pragma once

#include "properties/diagnosis/diagnosis.hpp"
#include "properties/diagnosis/earlier_calls.hpp"
#include "properties/diagnosis/first_question.hpp"
#include "properties/diagnosis/panel.hpp"
#include "properties/diagnosis/suspects.hpp"
#include "properties/engine/shrink.hpp"

#include <map>
#include <optional>
#include <tuple>

namespace slim::properties {

/// Compares failing subjects with the catalogue of mutants and of conventions.
///
/// Both the subject and every suspect are interviewed: a law is checked, and all answers are
/// written down, whether the law looks at them or not. A suspect is a candidate if it breaks the
/// law on the failing case, too, and all its answers are the subject's to within rounding
/// (Yardstick). A small case cannot tell much apart, so every candidate is then compared on the
/// further cases of a panel, of all laws: it is named only when it is the subject's like in each of
/// them, in those of the other hardware scalar, where the subject failed in that, too, and explains
/// every failure that was recorded of it. Of who
/// wrote no pullback but derives it from the forward pass, a fault there is one of the pullback,
/// too, but another one than the mutant's: where nobody is alike, suspects that are wrong in the
/// forward pass are compared in that alone, and the subject's pullback with its slopes. Where
/// nobody is, constants of conventions (every ε, the positions' base) are solved for on the failing
/// case, as the number of at most three digits that comes nearest, and confirmed likewise. Where
/// the reference breaks the law, too, under the conventions that the subject declares, and answers
/// the same, these are to blame, and nobody is compared. Where answers are right, what else a law
/// looks at is compared: how the bytes of the ledger grow, which projections are drawn, what a task
/// gets that does not fit together. Used by one thread at a time.
class Diagnostician {
 public:
  /// By the catalogue's laws.
  Diagnostician();
  /// By laws that are adapted to the claims of one subject, of the names in the catalogue. If it
  /// runs in a process of its own, `restart` ends that.
  explicit Diagnostician(std::vector<Law> laws, Restart restart = {})
      : panel_(std::move(laws)), restart_(std::move(restart)) {}

  /// Any subject, also one that crashes, and a case file as a counterexample has it, with metadata
  /// `law`. `failed_in`: in which scalars it is known to break laws, whichever; float32 and float64
  /// of these have to be accounted for. Throws ContractError when the file is no case of its law,
  /// or the law is unknown.
  Diagnosis diagnose(const Subject& subject, Scalar scalar, const CaseFile& file,
                     std::span<const Scalar> failed_in = {},
                     std::span<const Counterexample> recorded = {});

  /// The same of a failure as the engine found it. Empty, nothing compared, where there is nothing
  /// to compare: a crash, a hang, a law that no mutant is asked. `recorded`: all failures of the
  /// subject, each of which whatever is named has to explain.
  Diagnosis diagnose(const Subject& subject, const Counterexample& found,
                     std::span<const Scalar> failed_in = {},
                     std::span<const Counterexample> recorded = {});

 private:
  [[nodiscard]] bool can_compare(const Counterexample& found) const;

  struct Examination;
  /// How alike a suspect is on the failing case and in the panel; nothing where it is not on the
  /// case. `compared` counts who answers the case at all.
  std::optional<Likeness> likeness(Examination& of, const Suspect& suspect, int& compared);
  void compare(Examination& of, std::span<const Suspect> suspects, int& compared,
               std::vector<Likeness>& alike);
  /// Keeps whose forward pass is the subject's on the failing case.
  static void compare_in_forward(Examination& of, const Suspect& suspect,
                                 const Interview& of_suspect);
  /// Whose forward passes are the subject's elsewhere, too, and wrong, and what its pullback is to
  /// them. Where one is right on the failing case, the subject's pullback has to be its slope
  /// there.
  void confirm_in_forward(Examination& of);
  /// The same of a convention with this constant, rounded to few digits. `parted_in` becomes the
  /// panel's case in which the last one that is alike on the failing case was not.
  std::optional<Likeness> likeness_with(Examination& of, const ConstantConvention& convention,
                                        double exact, int& parted_in);
  /// Mutants of slices in blocks of their own, of the lengths at which the failing case can show
  /// them.
  void search_blocks(Examination& of);
  /// Conventions with a constant of somebody's own, solved for on the failing case; where that does
  /// not depend on the constant, on the first further one that does.
  void search_constants(Examination& of);
  /// A candidate's likeness to the subject in the cases of the panel.
  void confirm(Examination& of, const Suspect& suspect, Likeness& likeness);
  /// The same in one scalar, until they part; of the forward pass, if `found` is of that alone.
  void confirm_in(Examination& of, Scalar in, const Suspect& suspect, Likeness& found);
  /// The same of one case, if they do not part there.
  void confirm_forward(Examination& of, Panel::Case& c, Scalar in, const Subject& clothed,
                       const Interview& of_suspect, const Interview& of_subject, Likeness& found);

  Recollection recollection_on(const Subject& subject, Scalar scalar, Panel::Case& c);
  bool recollects(const Subject& subject, Scalar scalar, Topic topic, Recollection wanted);
  /// Whether answers depend on earlier calls, and whose else do so in the same way.
  void look_for_earlier_calls(const Subject& subject, Scalar scalar, Diagnosis& diagnosis);
  /// Whether answers to this case depend on whether it is a process's first question. Looked for in
  /// a few failures of a subject, since each takes two starts of its process.
  void look_for_first_question(Examination& of, const Law& law);

  /// Of the subject that was asked last, by topic, scalar, and the case's place in the panel.
  const Interview& on_panel(const Subject& subject, Scalar scalar, Topic topic, std::size_t place,
                            Panel::Case& c);

  Panel panel_;
  Restart restart_;
  std::string asked_last_;
  std::map<std::tuple<Topic, Scalar, std::size_t>, Interview> of_asked_last_;
  std::map<std::string, Diagnosis, std::less<>> by_earlier_calls_;  ///< by subject, scalar, topic
  std::map<std::string, int, std::less<>> restarted_;               ///< by subject: how often
  std::map<std::string, Likeness, std::less<>> confirmed_;  ///< by subject, topic, scalars, suspect
};

}  // namespace slim::properties
