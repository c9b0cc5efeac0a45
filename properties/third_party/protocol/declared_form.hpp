// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/restrictions.hpp"
#include "properties/third_party/protocol/declared_fields.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::properties::foreign {

/// In which form a subject takes the arrays of attention. Cases have all heads, and sequences of
/// one length with masks; formed_task.hpp sends them in this form.
struct DeclaredForm {
  enum class KeyHeads { all, grouped, one };
  enum class Padding { any, left, right };
  enum class MaskedQueries { attend, zero, any };
  enum class Mask { integers, booleans, additive };

  KeyHeads key_heads = KeyHeads::all;  ///< of k and v
  bool more_values = false;            ///< v and the output have a multiple of the heads of q and k
  bool packed = false;                 ///< all sequences in one row axis, with cu_seqlens
  bool cross = false;                  ///< other numbers of queries than keys
  bool key_masks = false;              ///< a mask of keys is given
  Padding padding = Padding::any;      ///< which masks may be given
  MaskedQueries masked_queries = MaskedQueries::attend;  ///< what the output is at masked rows
  Mask mask = Mask::integers;

  [[nodiscard]] bool shares_heads() const { return key_heads != KeyHeads::all || more_values; }
};

/// Reads the fields of "capabilities" that are about forms. `key_masks` is read by the caller.
/// Throws ContractError.
DeclaredForm read_form(DeclaredFields& fields, bool key_masks);
/// Throws ContractError for a form that contradicts other declared fields.
void require_possible(const DeclaredForm& form, const Capabilities& can,
                      const Restrictions& limits);

/// What makes a drawn task one of this form: heads share arrays, rows are absent. Which ones
/// follows from the sizes and the mask of the task.
std::vector<InputForm> forms_of(const DeclaredForm& form, const Restrictions& limits);

/// What of the form makes laws weaker, in words.
std::vector<std::string> weakening_of(const DeclaredForm& form);

}  // namespace slim::properties::foreign
