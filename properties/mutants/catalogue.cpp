#include "properties/mutants/catalogue.hpp"

#include "properties/mutants/last_row_dropped.hpp"

#include <vector>

namespace slim::properties::mutants {

std::span<const Mutant> catalogue() {
  static const std::vector<Mutant> all = {
      last_row_dropped(),
  };
  return all;
}

}  // namespace slim::properties::mutants
