#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> program_mutants() {
  return mutants_of({
      {"projection-redrawn-at-each-call", Fault::projection_redrawn_at_each_call,
       "the projection changes from call to call", "features redrawn in evaluation, too"},
      {"projection-seeded-from-data", Fault::projection_seeded_from_data,
       "the projection depends on the last key",
       "a generator seeded from the data, so that the future leaks in"},
      {"input-written-in-place", Fault::input_written_in_place, "keys are scaled where they lie",
       "in-place operators"},
      {"cached-by-pointer", Fault::cached_by_pointer,
       "a second call with the same addresses gets the answer to the first",
       "results cached by pointer"},
      {"order-changes-from-call-to-call", Fault::order_changes_from_call_to_call,
       "keys are added up in an order that changes from call to call", "atomic additions"},
      {"overflow-answered-with-zero", Fault::overflow_answered_with_zero,
       "exp(x·ω) and exp(−|x|²/2) are formed apart, and what is no number in the answer is set to "
       "0",
       "nan_to_num over the result"},
      {"bad-task-answered-with-nothing", Fault::bad_task_answered_with_nothing,
       "a task that does not fit together is answered with what was there before",
       "return codes that nobody reads"},
      {"refusal-without-a-name", Fault::refusal_without_a_name,
       "a refusal does not say which argument it is about", "an assertion's bare failure"},
  });
}

}  // namespace slim::properties::mutants
