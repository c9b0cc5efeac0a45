#include "properties/laws/catalogue.hpp"

#include "properties/laws/attention_agrees.hpp"
#include "properties/laws/attention_averages.hpp"
#include "properties/laws/attention_calls_are_independent.hpp"
#include "properties/laws/attention_future_does_not_leak.hpp"
#include "properties/laws/attention_heads_are_independent.hpp"
#include "properties/laws/attention_ignores_key_scale.hpp"
#include "properties/laws/attention_integers_are_exact.hpp"
#include "properties/laws/attention_is_linear_in_values.hpp"
#include "properties/laws/attention_isolates_non_finite.hpp"
#include "properties/laws/attention_layouts_agree.hpp"
#include "properties/laws/attention_masks_keys.hpp"
#include "properties/laws/attention_permutes.hpp"
#include "properties/laws/attention_refuses_bad_tasks.hpp"
#include "properties/laws/attention_resumes.hpp"
#include "properties/laws/attention_stays_finite.hpp"
#include "properties/laws/attention_stays_in_hull.hpp"
#include "properties/laws/batches_add.hpp"
#include "properties/laws/bytes_are_as_claimed.hpp"
#include "properties/laws/features_agree.hpp"
#include "properties/laws/features_are_unbiased.hpp"
#include "properties/laws/features_converge.hpp"
#include "properties/laws/future_does_not_matter.hpp"
#include "properties/laws/gradient_agrees.hpp"
#include "properties/laws/gradient_calls_are_independent.hpp"
#include "properties/laws/projection_is_as_declared.hpp"
#include "properties/laws/pullback_agrees.hpp"
#include "properties/laws/pullback_is_adjoint.hpp"
#include "properties/laws/slice_length_does_not_matter.hpp"
#include "properties/laws/split_and_resume.hpp"
#include "properties/suggestion.hpp"
#include "reference/vocabulary/contract.hpp"

namespace slim::properties::laws {

std::span<const Law> catalogue() {
  static const std::vector<Law> all = {
      gradient_agrees(),
      slice_length_does_not_matter(),
      future_does_not_matter(),
      split_and_resume(),
      batches_add(),
      gradient_calls_are_independent(),
      bytes_are_as_claimed(),
      attention_agrees(),
      pullback_agrees(),
      attention_future_does_not_leak(),
      attention_averages(),
      attention_stays_in_hull(),
      attention_is_linear_in_values(),
      attention_ignores_key_scale(),
      attention_heads_are_independent(),
      attention_permutes(),
      attention_resumes(),
      attention_masks_keys(),
      attention_layouts_agree(),
      attention_calls_are_independent(),
      attention_integers_are_exact(),
      pullback_is_adjoint(),
      attention_stays_finite(),
      attention_isolates_non_finite(),
      attention_refuses_bad_tasks(),
      features_agree(),
      features_are_unbiased(),
      features_converge(),
      projection_is_as_declared(),
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
