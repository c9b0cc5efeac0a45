// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/catalogue.hpp"

#include "properties/command_line/suggestion.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

namespace slim::properties::laws {

std::span<const Law> catalogue() {
  static const std::vector<Law> all = {
      gradient_agrees(),
      slice_length_does_not_matter(),
      future_does_not_matter(),
      split_and_resume(),
      batches_add(),
      gradient_calls_independent(),
      bytes_as_claimed(),
      attention_agrees(),
      pullback_agrees(),
      future_does_not_leak(),
      averages(),
      stays_in_hull(),
      linear_in_values(),
      linear_in_queries(),
      key_scale_cancels(),
      heads_independent(),
      permutation_equivariant(),
      attention_resumes(),
      masked_keys_absent(),
      layouts_agree(),
      calls_independent(),
      integers_exact(),
      pullback_adjoint(),
      stays_finite(),
      isolates_non_finite(),
      refuses_bad_tasks(),
      features_agree(),
      features_unbiased(),
      features_converge(),
      projection_as_declared(),
      // The diagnosis numbers its cases by these places: new laws come last.
      decoding_agrees(),
      declared_parts_agree(),
      conventions_agree(),
  };
  return all;
}

const Law& find_law(std::string_view name) {
  std::vector<std::string> names;
  for (const Law& law : catalogue()) {
    if (law.name == name) return law;
    names.push_back(law.name);
  }
  throw ContractError(command_line::unknown_name("law", name, names, "slim-verify laws"));
}

}  // namespace slim::properties::laws
