// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"

#include <array>
#include <optional>
#include <vector>

namespace slim::properties {

/// The drawn case `number` of a law, or row `number` of its design.
struct CaseId {
  // NOLINTNEXTLINE(google-explicit-constructor): a number is a drawn case's
  CaseId(int of, bool is_designed = false) : number(of), designed(is_designed) {}

  int number;
  bool designed;
};

/// A case of a law: a pure function of the law's name, the seed and the number, so that different
/// laws and seeds draw different cases. A draw that cannot be judged in a scalar is redrawn; each
/// scalar takes its first usable draw, independently of the others.
class NumberedCase {
 public:
  NumberedCase(const Law& law, std::uint64_t seed, CaseId id);

  struct Usable {
    Trial* trial = nullptr;  ///< null when no draw was usable
    int attempt = 0;         ///< draws rejected before it
    std::string reason;      ///< why the last of them was rejected
    Trial* last = nullptr;   ///< the last rejected draw; null when one was usable
    std::shared_ptr<const Extents> extents{};
  };
  /// The first draw that can be judged in `scalar`. Exceptions of the generator or the truth are
  /// rethrown.
  Usable usable(Scalar scalar);
  [[nodiscard]] std::unique_ptr<Draw> draw(int attempt) const;

 private:
  const Law& law_;
  std::uint64_t seed_;
  CaseId id_;
  struct Attempt {
    std::unique_ptr<Trial> trial;  ///< null while no scalar uses it
    std::shared_ptr<const Extents> extents;
    std::array<std::optional<std::string>, 5> unusable{};  ///< by Scalar; empty: it is usable
  };
  void make(Attempt& at, int attempt) const;
  std::vector<Attempt> attempts_;
};

}  // namespace slim::properties
