// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace slim {

/// Throws std::logic_error unless an error message is short and on one line.
inline void require_one_line(std::string_view message) {
  const bool control = std::ranges::any_of(
      message, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control || message.empty() || message.size() > 700) {
    throw std::logic_error("an error message is not one short line");
  }
}

inline bool same_bits(std::span<const double> a, std::span<const double> b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

/// Throws std::logic_error unless writing the case and reading it back returns the same case.
inline void require_round_trip(const CaseFile& file, const GradientCase& c) {
  const ExpectedGradient expected = to_expected_gradient(file, c);
  CaseFile again = to_case_file(c);
  add_expected(again, expected, c);
  const GradientCase back = to_gradient_case(again);
  bool same = back.model == c.model && back.slice_length == c.slice_length &&
              same_bits(back.theta.values(), c.theta.values()) &&
              same_bits(back.omega.values(), c.omega.values()) &&
              back.sequences.batch() == c.sequences.batch() &&
              back.sequences.has_mask() == c.sequences.has_mask();
  for (Index b = 0; same && b < c.sequences.batch(); ++b) {
    same = std::ranges::equal(back.sequences.tokens(b), c.sequences.tokens(b)) &&
           (!c.sequences.has_mask() ||
            std::ranges::equal(back.sequences.mask(b), c.sequences.mask(b)));
  }
  if (!same) throw std::logic_error("writing and reading a case back changed it");
}

/// Reads bytes as a case file, with every element, and converts it to a case. For any bytes it
/// either returns or throws std::logic_error that describes the violation.
inline void read_hostile_bytes(std::span<const std::byte> bytes) {
  try {
    const CaseFile file = parse_case_file(bytes, nullptr);
    double total = 0.0;
    for (const auto& [name, tensor] : file.tensors) {
      for (std::size_t i = 0; i < tensor.size(); ++i) total += tensor.real(i);
    }
    static_cast<void>(total);
    require_round_trip(file, to_gradient_case(file));
  } catch (const ContractError& refusal) {
    require_one_line(refusal.what());
  }
}

}  // namespace slim
