#include "properties/laws/catalogue.hpp"

#include "properties/laws/attention_agrees.hpp"
#include "properties/laws/future_does_not_matter.hpp"
#include "properties/laws/gradient_agrees.hpp"
#include "properties/laws/pullback_agrees.hpp"
#include "properties/laws/split_and_resume.hpp"
#include "properties/suggestion.hpp"
#include "reference/vocabulary/contract.hpp"

namespace slim::properties::laws {

std::span<const Law> catalogue() {
  static const std::vector<Law> all = {
      gradient_agrees(),  future_does_not_matter(), split_and_resume(),
      attention_agrees(), pullback_agrees(),
  };
  return all;
}

const Law& find_law(std::string_view name) {
  std::vector<std::string> names;
  for (const Law& law : catalogue()) {
    if (law.name == name) return law;
    names.push_back(law.name);
  }
  throw ContractError(unknown_name("law", name, names));
}

}  // namespace slim::properties::laws
