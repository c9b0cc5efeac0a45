// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace slim::reference {

/// The active mutation of a program of proofs: its number in mutations.json.
struct Mutation {
  int number = -1;   ///< −1: none
  bool met = false;  ///< whether the mutated line has run
};
inline Mutation mutation;

/// Called by mutated copies of the reference to select a line or its replacement.
inline bool mutated(int number) {
  if (number != mutation.number) return false;
  mutation.met = true;
  return true;
}

}  // namespace slim::reference
