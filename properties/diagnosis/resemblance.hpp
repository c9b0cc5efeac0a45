#pragma once

#include "properties/diagnosis/interview.hpp"

namespace slim::properties {

/// How far two programs that do the same may be apart on one case: for each array of an answer.
///
/// Attention: twice the largest PASS band of the array's entries (AttentionEvidence), since each
/// program may be off by it; of the array, since a fault moves large numbers to other entries; and
/// 64 u of the largest entry that the suspect answers there, 16 u of the largest in all its arrays,
/// or 1e5 u of it where the reference's array is 0. Where numbers underflow (stays-finite asks such
/// cases), twice the band that allows for it; where they come near overflow, or in a narrow scalar,
/// any two numbers are alike.
/// Features: 8 (D + 12) u |g| (1 + |ln g|), the roundings of an exponential. Projections: 1e3
/// roundings of double, in which all are drawn. Gradients of whole models: 1e5 u of the tensor's
/// largest entry and 1e3 u of the largest of all, since some vanish.
class Yardstick {
 public:
  /// What is alike where the scalar does not bear the numbers.
  enum class WhereUnborne {
    at_the_edge,  ///< what is left of them by underflow in whatever order of operations
    as_borne,     ///< what rounding allows, as if nothing underflowed
  };
  /// From what the reference answered to the same law on the same case; or somebody else who is
  /// right under the conventions of what was asked.
  Yardstick(const Interview& reference, Scalar scalar,
            WhereUnborne unborne = WhereUnborne::at_the_edge);

  /// Whether the scalar bears the numbers of every question, so that answers can be compared by
  /// size.
  [[nodiscard]] bool bears_all() const { return bears_all_; }

  /// The entry at which two interviews stand worst, error over what is allowed there. Where the
  /// array of `wanted` is larger than the reference's, so are its roundings. Two entries that are
  /// not numbers are alike. Another number of answers, or only one that failed, or two that failed
  /// otherwise than by one misdeed that the harness saw, whatever they said about it, are
  /// infinitely far apart.
  [[nodiscard]] Discrepancy apart(const Interview& one, const Interview& wanted) const;
  /// The same of two answers, one of each, to question `answer`.
  [[nodiscard]] Discrepancy apart(std::size_t answer, const Answered& one,
                                  const Answered& wanted) const;

  /// The same of what is answered on the way forward alone: outputs, end states, losses, features,
  /// projections; no gradients.
  [[nodiscard]] Discrepancy apart_in_forward(const Interview& one, const Interview& wanted) const;
  /// The same of one array of an answer, given the largest number in all of the wanted answer.
  [[nodiscard]] Discrepancy array_apart(std::size_t answer, std::size_t array,
                                        const AnsweredArray& one, const AnsweredArray& wanted,
                                        double largest_of_all) const;
  /// What is allowed there of an array with such a largest number.
  [[nodiscard]] double bound_of(std::size_t answer, std::size_t array, double largest,
                                double largest_of_all) const;
  /// Whether the scalar bears the numbers of this question.
  [[nodiscard]] bool bears(std::size_t answer) const { return bears_.at(answer); }

  /// As `apart`, but of an answer that changes from one asking to the next in both, the arrays that
  /// change in either are left out. `left_out` counts these.
  [[nodiscard]] Discrepancy apart_but_for_what_varies(const Interview& one, const Interview& wanted,
                                                      int& left_out) const;

 private:
  enum class Part { whole, forward };
  struct Allowed {
    std::size_t entries = 0;
    double bound = 0.0;
    double largest = 0.0;  ///< |entry| of the reference's array
  };
  [[nodiscard]] Discrepancy apart(const Interview& one, const Interview& wanted, Part part) const;
  [[nodiscard]] Discrepancy apart(std::size_t answer, const Answered& one, const Answered& wanted,
                                  Part part) const;
  [[nodiscard]] bool varies(const Interview& of, std::size_t answer, std::size_t array) const;

  Scalar scalar_;
  bool bears_all_ = true;
  std::vector<bool> bears_;                    ///< by answer
  std::vector<std::vector<Allowed>> allowed_;  ///< by answer, then array
};

/// How far two programs are apart in the bytes that each question takes more than the first one:
/// nothing is allowed.
Discrepancy growth_apart(const Interview& one, const Interview& wanted);

}  // namespace slim::properties
