#pragma once

namespace slim::reference {

/// The active mutation of a program of proofs: its number in spoilings.json.
struct Spoiling {
  int number = -1;   ///< −1: none
  bool met = false;  ///< whether the mutated line has run
};
inline Spoiling spoiling;

/// Called by mutated copies of the reference to select a line or its replacement.
inline bool spoiled(int number) {
  if (number != spoiling.number) return false;
  spoiling.met = true;
  return true;
}

}  // namespace slim::reference
