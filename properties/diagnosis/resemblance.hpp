// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/recorded_answers.hpp"

namespace slim::properties {

/// The largest difference on one case between two programs that compute the same: one bound for
/// each array of an answer.
///
/// Attention: twice the largest PASS band of the array's entries (AttentionEvidence), since the
/// error of each program may be that large, and since a fault moves large numbers to other entries;
/// plus 64 u times the largest entry of the suspect's array and 16 u times the largest entry of all
/// its arrays; plus 1e5 u times the latter if the reference's array is 0. Where numbers underflow
/// (as in cases of stays-finite): twice the band that allows for underflow. Near overflow, in a
/// narrow scalar, or where features of elu+1 may cancel, any two numbers match.
/// Features: 8 (D + 12) u |g| (1 + |ln g|), the roundings of an exponential. Projections: 1e3
/// roundings of double, the scalar of all projections. Gradients of whole models: 1e5 u times the
/// tensor's largest entry plus 1e3 u times the largest of all, since some tensors vanish.
class ErrorScale {
 public:
  /// The bound for numbers outside of the scalar's range.
  enum class WhereUnborne {
    at_the_edge,  ///< allows for underflow in any order of operations
    as_borne,     ///< the rounding bound, as if nothing underflowed
  };
  /// `reference`: the answers of the reference to the same law on the same case, or of another
  /// program that is correct under the conventions of the case.
  ErrorScale(const RecordedAnswers& reference, Scalar scalar,
             WhereUnborne unborne = WhereUnborne::at_the_edge);

  /// Whether all numbers of every task are within the scalar's range, so that answers can be
  /// compared by size.
  [[nodiscard]] bool bears_all() const { return bears_all_; }

  /// The entry with the largest difference relative to its bound. Where the array of `wanted` is
  /// larger than the reference's, the bound grows with it. Two NaN entries match. The difference is
  /// infinite if the numbers of answers differ, if only one of the two failed, or if both failed
  /// without committing the same violation as observed by the harness (their own messages are not
  /// compared).
  [[nodiscard]] Discrepancy apart(const RecordedAnswers& one, const RecordedAnswers& wanted) const;
  /// The same for two answers to task number `answer`.
  [[nodiscard]] Discrepancy apart(std::size_t answer, const Answered& one,
                                  const Answered& wanted) const;

  /// The same for forward results alone: outputs, end states, losses, features, projections; no
  /// gradients.
  [[nodiscard]] Discrepancy apart_in_forward(const RecordedAnswers& one,
                                             const RecordedAnswers& wanted) const;
  /// The same for one array of an answer, given the largest number of the whole wanted answer.
  [[nodiscard]] Discrepancy array_apart(std::size_t answer, std::size_t array,
                                        const AnsweredArray& one, const AnsweredArray& wanted,
                                        double largest_of_all) const;
  /// The bound of one array, given the largest number of the array and of the whole answer.
  [[nodiscard]] double bound_of(std::size_t answer, std::size_t array, double largest,
                                double largest_of_all) const;
  /// Whether all numbers of task number `answer` are within the scalar's range.
  [[nodiscard]] bool bears(std::size_t answer) const { return bears_.at(answer); }

  /// Like `apart`, but if an answer of each program changes from call to call, the arrays that
  /// change in either are left out. `left_out` counts them.
  [[nodiscard]] Discrepancy apart_but_for_what_varies(const RecordedAnswers& one,
                                                      const RecordedAnswers& wanted,
                                                      int& left_out) const;

 private:
  enum class Part { whole, forward };
  struct Allowed {
    std::size_t entries = 0;
    double bound = 0.0;
    double largest = 0.0;  ///< |entry| of the reference's array
  };
  [[nodiscard]] Discrepancy apart(const RecordedAnswers& one, const RecordedAnswers& wanted,
                                  Part part) const;
  [[nodiscard]] Discrepancy apart(std::size_t answer, const Answered& one, const Answered& wanted,
                                  Part part) const;
  [[nodiscard]] bool varies(const RecordedAnswers& of, std::size_t answer, std::size_t array) const;

  Scalar scalar_;
  bool bears_all_ = true;
  std::vector<bool> bears_;                    ///< by answer
  std::vector<std::vector<Allowed>> allowed_;  ///< by answer, then array
};

/// The difference of two programs in memory growth: the bytes of each gradient less those of the
/// first one. The bound is 0.
Discrepancy growth_apart(const RecordedAnswers& one, const RecordedAnswers& wanted);

}  // namespace slim::properties
