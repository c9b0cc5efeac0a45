#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A task that does not fit together is refused, in words that name what is wrong with it.
///
/// Statement: asked with one argument spoiled (k or v of another length, a batch more, a cotangent
/// or a start state of another size, a mask too short, no rows in a slice, no thread, an ε that is
/// no number), a subject throws, its message names the argument, and the task as it was gets its
/// answer afterwards, to the bit as before. Source: the contract of AttentionTask. Generator:
/// attention_specs, every spoiled argument in turn. Tolerance: none. Asked only of subjects of this
/// process: a guest's requests are refused by refuses-bad-requests. Kills: who answers with
/// nothing, or with something.
Law attention_refuses_bad_tasks();

}  // namespace slim::properties::laws
