// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> program_mutants() {
  return mutants_of({
      {"projection-redrawn-at-each-call", Fault::projection_redrawn_at_each_call,
       "the projection changes from call to call", "features that are redrawn in evaluation, too"},
      {"projection-seeded-from-data", Fault::projection_seeded_from_data,
       "the projection depends on the last key",
       "a generator seeded from the data, which leaks the future"},
      {"input-written-in-place", Fault::input_written_in_place,
       "keys are changed in the caller's array", "in-place operators"},
      {"cached-by-pointer", Fault::cached_by_pointer,
       "a second call with the same addresses returns the result of the first",
       "results cached by pointer"},
      {"order-changes-from-call-to-call", Fault::order_changes_from_call_to_call,
       "keys are added up in an order that changes from call to call", "atomic additions"},
      {"updates-lost", Fault::updates_lost, "in some calls a key is missing from all sums",
       "threads that add to the same sum without synchronisation"},
      {"overflow-answered-with-zero", Fault::overflow_answered_with_zero,
       "exp(x·ω) and exp(−|x|²/2) are computed separately, and non-finite results are set to 0",
       "nan_to_num applied to the result"},
      {"bad-task-answered-with-nothing", Fault::bad_task_answered_with_nothing,
       "an inconsistent task returns without an error and leaves the result unchanged",
       "return codes that the caller does not check"},
      {"refusal-without-a-name", Fault::refusal_without_a_name,
       "the error for an inconsistent task does not name the argument",
       "the message of a bare assertion"},
  });
}

}  // namespace slim::properties::mutants
