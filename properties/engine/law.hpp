#pragma once

#include "properties/engine/failure.hpp"
#include "properties/engine/finding.hpp"
#include "reference/vocabulary/case_file.hpp"
#include "reference/vocabulary/subject.hpp"

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
  [[nodiscard]] virtual std::unique_ptr<Trial> trial() const = 0;
  /// Smaller descriptions to try instead, boldest first; made one by one, null after the last.
  using Shrinks = std::function<std::unique_ptr<Draw>()>;
  [[nodiscard]] virtual Shrinks shrinks() const = 0;
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
  bool asks_features = false;  ///< of a case of attention, the task features and not attention
  /// Whether it holds answers to a task against anything; not the law of the protocol, or of costs.
  bool judges_answers = true;

  /// How many cases are asked for in `scalar`, in a run of `cases` cases a law.
  [[nodiscard]] int cases_of(int cases, Scalar scalar) const {
    const int all = cases * share;
    return scalar == Scalar::digits50 ? (all + one_in_digits50 - 1) / one_in_digits50 : all;
  }
  /// Whether the case of this number is one of those asked for in `scalar`.
  [[nodiscard]] bool asks(int number, Scalar scalar) const {
    return scalar != Scalar::digits50 || number % one_in_digits50 == 0;
  }

  /// A pure function of its arguments; size from 1 to 100, dealt (dealt_size.hpp).
  std::function<std::unique_ptr<Draw>(std::uint64_t seed, int attempt, int size)> draw;
  /// Throws ContractError when the file is not a case of this law.
  std::function<std::unique_ptr<Trial>(const CaseFile& file)> load;
};

}  // namespace slim::properties
