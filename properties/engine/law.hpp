#pragma once

#include "properties/engine/cases/size_goal.hpp"
#include "properties/engine/failure.hpp"
#include "properties/engine/finding.hpp"
#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slim::properties {

/// One materialised case of a law, with what is known about it. Truth and tolerance are computed on
/// first need and then shared by all subjects and scalars judged on it, since they are most of the
/// cost. Used by one thread at a time.
class Trial {
 public:
  Trial() = default;
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  virtual ~Trial() = default;

  /// Why nobody can be judged on this case in `scalar`, so that another is drawn; else empty.
  virtual std::string unusable(Scalar scalar) = 0;
  /// What the case asks for and the subject does not claim, known without asking it; empty:
  /// nothing.
  virtual std::string unclaimed_by(const Subject& /*subject*/, Scalar /*scalar*/) { return {}; }
  /// Asks and judges the subject. Throws SubjectError when there is no answer to judge.
  virtual Finding check(const Subject& subject, Scalar scalar) = 0;
  /// The case as a file that Law::load reads back.
  [[nodiscard]] virtual CaseFile file() const = 0;
};

/// A small description from which a case is made, and its place in the tree of smaller ones.
class Draw {
 public:
  Draw() = default;
  Draw(const Draw&) = delete;
  Draw& operator=(const Draw&) = delete;
  virtual ~Draw() = default;

  /// One line that a person can read.
  [[nodiscard]] virtual std::string readable() const = 0;
  /// How large the case is; all 0 where that is not what the law varies.
  [[nodiscard]] virtual Extents extents() const { return {}; }
  [[nodiscard]] virtual std::unique_ptr<Trial> trial() const = 0;
  /// Smaller descriptions to try instead, boldest first; made one by one, null after the last.
  using Shrinks = std::function<std::unique_ptr<Draw>()>;
  [[nodiscard]] virtual Shrinks shrinks() const = 0;
};

/// What kind of case a law is to draw.
struct CaseShape {
  // NOLINTNEXTLINE(google-explicit-constructor): a size is a shape
  CaseShape(int stratum) : size(stratum) {}
  CaseShape(int of_design, std::uint64_t of_run) : row(of_design), turn(of_run) {}

  int size = 0;            ///< from 1 to 100, stratified (dealt_size.hpp)
  int row = -1;            ///< of the law's design; −1: of no row
  std::uint64_t turn = 0;  ///< which sizes of its classes a row has
};

/// A property that every correct implementation has. A value; make_law.hpp builds one.
struct Law {
  std::string name;
  std::string statement;           ///< in mathematics
  std::string source;              ///< where it comes from
  std::string generator;           ///< what is drawn
  std::string tolerance;           ///< the bound and why
  std::vector<std::string> kills;  ///< mutants that it must kill
  int share = 1;                   ///< of the cases: a cheap law runs `share` times as many
  /// In 50 digits a dear law asks for one case in so many. No divisor of 20, the cycle of sizes.
  int one_in_digits50 = 1;
  std::string task{};          ///< "attention", "features" or "gradient", where cases are of one
  bool asks_features = false;  ///< of a case of attention, the task features and not attention
  /// Whether it holds answers to a task against anything; not the law of the protocol, or of costs.
  bool judges_answers = true;

  /// How many drawn cases are run in `scalar`, in a run of `cases` cases a law.
  [[nodiscard]] int cases_of(int cases, Scalar scalar) const {
    const int all = cases * share;
    return scalar == Scalar::digits50 ? (all + one_in_digits50 - 1) / one_in_digits50 : all;
  }
  /// Whether the drawn case of this number is one of those run in `scalar`.
  [[nodiscard]] bool asks(int number, Scalar scalar) const {
    return scalar != Scalar::digits50 || number % one_in_digits50 == 0;
  }

  /// A pure function of its arguments.
  std::function<std::unique_ptr<Draw>(std::uint64_t seed, int attempt, const CaseShape& shape)>
      draw;
  /// Throws ContractError when the file is not a case of this law.
  std::function<std::unique_ptr<Trial>(const CaseFile& file)> load;
  /// Cases of designed sizes, rows of a covering array (attention_design.hpp): how many. Empty:
  /// none. Computed on first need, which takes a tenth of a second.
  std::function<int()> designed{};
  /// Whether of a run in float32 and float64 each of these cases is run in one of the two only:
  /// where subjects are one program for both.
  bool alternates_scalars = false;
  /// Whether these cases are run in narrow scalars of a subject that has no wider one. In them
  /// whole models of many rows come too near to kinks to be judged.
  bool is_designed_for_narrow = true;
  /// The sizes that these cases, with the drawn ones of all laws of the task, have to cover.
  std::function<const SizeGoal&()> size_goal{};
  /// The same law with designed cases that fit these claims; empty: it has none.
  std::function<Law(const Capabilities& claimed, const ExtraSizes& extra)> fitted{};
};

}  // namespace slim::properties
