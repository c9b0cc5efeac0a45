#pragma once

#include "properties/engine/law.hpp"

#include <vector>

namespace slim::properties {

/// Case `number` of a law under a seed: a pure function of the law's name, the seed and the number,
/// so that laws draw cases of their own, and seeds others. Where a scalar cannot judge what was
/// drawn, it is drawn again; each scalar takes the first draw that suits it, so that none depends
/// on which others are judged.
class NumberedCase {
 public:
  NumberedCase(const Law& law, std::uint64_t seed, int number);

  struct Usable {
    Trial* trial = nullptr;  ///< null when no draw was usable
    int attempt = 0;         ///< draws rejected before it
    std::string reason;      ///< why the last of them was rejected
    Trial* last = nullptr;   ///< that draw; null when one was usable
  };
  /// The first draw that `scalar` can judge. Throws what the generator or the truth throws.
  Usable usable(Scalar scalar);
  [[nodiscard]] std::unique_ptr<Draw> draw(int attempt) const;

 private:
  const Law& law_;
  std::uint64_t seed_;
  int number_;
  std::vector<std::unique_ptr<Trial>> trials_;
};

}  // namespace slim::properties
