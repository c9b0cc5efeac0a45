#pragma once

namespace slim::reference {

/// Which line of the reference is wrong in a program of proofs: its number in spoilings.json.
struct Spoiling {
  int number = -1;   ///< −1 for none
  bool met = false;  ///< whether the line has run
};
inline Spoiling spoiling;

/// Asked in spoiled copies of the reference, where a line and its replacement part.
inline bool spoiled(int number) {
  if (number != spoiling.number) return false;
  spoiling.met = true;
  return true;
}

}  // namespace slim::reference
