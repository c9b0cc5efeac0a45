// SPDX-License-Identifier: Apache-2.0
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

/// One materialised case of a law, with its truth and tolerance. These are most of the cost, so
/// they are computed on first use and shared by all subjects and scalars. Used by one thread at a
/// time.
class Trial {
 public:
  Trial() = default;
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  virtual ~Trial() = default;

  /// Why no subject can be judged on this case in `scalar`, so that it is redrawn; empty if usable.
  virtual std::string unusable(Scalar scalar) = 0;
  /// What the case needs and the subject does not claim, found without running it; empty if
  /// nothing.
  virtual std::string unclaimed_by(const Subject& /*subject*/, Scalar /*scalar*/) { return {}; }
  /// Runs and judges the subject. Throws SubjectError when there is no answer to judge.
  virtual Finding check(const Subject& subject, Scalar scalar) = 0;
  /// The case as a file that Law::load reads back.
  [[nodiscard]] virtual CaseFile file() const = 0;
};

/// A small description from which a case is made, with smaller ones to shrink to.
class Draw {
 public:
  Draw() = default;
  Draw(const Draw&) = delete;
  Draw& operator=(const Draw&) = delete;
  virtual ~Draw() = default;

  /// A readable line.
  [[nodiscard]] virtual std::string readable() const = 0;
  /// How large the case is; all 0 if the law does not vary sizes.
  [[nodiscard]] virtual Extents extents() const { return {}; }
  [[nodiscard]] virtual std::unique_ptr<Trial> trial() const = 0;
  /// Smaller descriptions to try instead, largest reduction first; null after the last.
  using Shrinks = std::function<std::unique_ptr<Draw>()>;
  [[nodiscard]] virtual Shrinks shrinks() const = 0;
};

/// Which case a law has to draw.
struct CaseShape {
  // NOLINTNEXTLINE(google-explicit-constructor): a size is a shape
  CaseShape(int stratum) : size(stratum) {}
  CaseShape(int of_design, std::uint64_t of_run) : row(of_design), turn(of_run) {}

  int size = 0;            ///< from 1 to 100, stratified (stratified_size.hpp)
  int row = -1;            ///< of the law's design; −1 for a drawn case
  std::uint64_t turn = 0;  ///< selects the sizes of the row within their classes
};

/// A property that every correct implementation has. make_law.hpp builds one.
struct Law {
  std::string name;
  std::string statement;           ///< in mathematics
  std::string source;              ///< paper or argument that it comes from
  std::string generator;           ///< what is drawn
  std::string tolerance;           ///< the bound and its reason
  std::vector<std::string> kills;  ///< mutants that it must kill
  int share = 1;                   ///< a cheap law runs `share` times as many cases
  /// In 50 digits an expensive law runs one case in so many. Not a divisor of 20, the cycle of
  /// sizes.
  int one_in_digits50 = 1;
  std::string task{};          ///< "attention", "features" or "gradient"; empty for other cases
  bool asks_features = false;  ///< of a case of attention, it runs the features task only
  /// Whether it judges answers to a task; false for the laws of the protocol and of costs.
  bool judges_answers = true;

  /// How many drawn cases are run in `scalar`, in a run of `cases` cases per law.
  [[nodiscard]] int cases_of(int cases, Scalar scalar) const {
    const int all = cases * share;
    return scalar == Scalar::digits50 ? (all + one_in_digits50 - 1) / one_in_digits50 : all;
  }
  /// Whether the drawn case of this number is run in `scalar`.
  [[nodiscard]] bool asks(int number, Scalar scalar) const {
    return scalar != Scalar::digits50 || number % one_in_digits50 == 0;
  }

  /// A pure function of its arguments.
  std::function<std::unique_ptr<Draw>(std::uint64_t seed, int attempt, const CaseShape& shape)>
      draw;
  /// Throws ContractError when the file is not a case of this law.
  std::function<std::unique_ptr<Trial>(const CaseFile& file)> load;
  /// The number of designed cases, rows of a covering array (attention_design.hpp). Empty: none.
  /// Cost: a tenth of a second on first use.
  std::function<int()> designed{};
  /// Whether a run in float32 and float64 runs each designed case in only one of the two, since
  /// built-in subjects are one template for both.
  bool alternates_scalars = false;
  /// Whether designed cases are run in narrow scalars if the subject has no wider one. Whole models
  /// of many rows come too close to kinks there to be judged.
  bool is_designed_for_narrow = true;
  /// The sizes that the designed cases and the drawn cases of all laws of the task have to cover.
  std::function<const SizeGoal&()> size_goal{};
  /// The same law with designed cases that fit these claims; empty if it has none.
  std::function<Law(const Capabilities& claimed, const ExtraSizes& extra)> fitted{};
};

}  // namespace slim::properties
