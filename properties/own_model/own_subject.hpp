// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/foreign_subject.hpp"

#include <mutex>

namespace slim::properties::own_model {

/// One array per parameter, row-major, in the order of the declaration.
using Values = std::vector<std::vector<double>>;

/// Sequences on which a model of its own architecture is run.
struct OwnSequences {
  Index batch = 1;                   ///< B
  Index length = 1;                  ///< L, the number of targets
  std::vector<std::int64_t> tokens;  ///< [B, L + 1]: token l + 1 is the target of row l
  std::vector<std::int64_t> mask;    ///< [B, L]: 1 where a target counts, else 0

  [[nodiscard]] std::int64_t counted() const;
};

/// What one call of the subject has to compute, for each of several copies of the parameters.
struct Request {
  const OwnSequences& sequences;
  std::vector<const Values*> copies;  ///< at least one
  Index slice_length = 0;             ///< C; 0: the full pass
  std::uint64_t seed = 0;             ///< of the subject's own random numbers, such as dropout
  std::vector<Index> cuts{};          ///< logits in pieces that end before these rows
  bool wants_loss = true;
  bool wants_gradient = false;
  bool wants_logits = false;
};

/// The answers for one copy of the parameters; empty where nothing was requested.
struct Answer {
  double loss = 0.0;
  Values gradient;
  std::vector<double> logits;  ///< [B, L, V]
};

/// A third-party model of its own architecture. Thread-safe.
class OwnSubject {
 public:
  /// Requires that the task own_model is declared.
  explicit OwnSubject(const foreign::ForeignSubject& foreign);

  [[nodiscard]] const foreign::OwnModel& declared() const { return declared_; }
  [[nodiscard]] const foreign::Declaration& declaration() const { return declaration_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool offers(Scalar scalar) const;
  /// The subject's own initial values; asked for once. Throws SubjectError.
  const Values& initial();
  /// Throws SubjectError.
  std::vector<Answer> ask(const Request& request, Scalar scalar);
  Answer ask_once(const Request& request, Scalar scalar) {
    return std::move(ask(request, scalar).front());
  }
  /// Ends its processes, so that the next call is the first one of a new process.
  void restart() { foreign::end_processes(*pool_); }

 private:
  std::vector<Answer> ask_some(const Request& request, Scalar scalar);

  std::string name_;
  foreign::Declaration declaration_;
  foreign::OwnModel declared_;
  std::shared_ptr<foreign::SessionPool> pool_;
  std::mutex mutex_;
  Values initial_;
};

}  // namespace slim::properties::own_model
