// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/proofs/proof.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"

#include <filesystem>

namespace slim::reference::proofs {

/// Loss, logits and gradient agree with the authors' code, within 1e-11 of the tensor's largest
/// entry plus 1e-13 of the largest gradient entry.
inline double golden_vectors() {
  Worst worst;
  int cases = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(SLIM_SOURCE_DIR "/reference/golden")) {
    if (entry.path().extension() != ".safetensors") continue;
    ++cases;
    const CaseFile file = read_case_file(entry.path());
    const GradientCase c = to_gradient_case(file);
    const ExpectedGradient expected = to_expected_gradient(file, c);
    const auto theta = converted<Real>(c.theta, c.model, MemoryTag::parameters);
    const auto omega = converted<Real>(c.omega, c.model);
    const GradientResult<Real> answer = answer_to({.model = c.model,
                                                   .theta = theta,
                                                   .omega = omega,
                                                   .sequences = c.sequences,
                                                   .slice_length = 1,
                                                   .wants_logits = true});
    Real largest_gradient = 0;
    for (const auto& [name, values] : expected.gradient) {
      largest_gradient = std::max<Real>(largest_gradient, values.cwiseAbs().maxCoeff());
    }
    const auto agree = [&](std::span<const Real> values, const Matrix<double>& truth) {
      const Matrix<Real> exact = truth.cast<Real>();
      compare(worst, values, entries(exact),
              1e-11L * largest(entries(exact)) + 1e-13L * largest_gradient);
    };
    agree({&answer.loss, 1}, Matrix<double>::Constant(1, 1, expected.loss.value()));
    agree(entries(answer.logits), expected.logits);
    for (const ParameterSlot& slot : theta.slots()) {
      agree(answer.gradient.values(slot), expected.gradient.at(slot.name));
    }
  }
  worst.require(cases == 10);
  return worst.multiple();
}

}  // namespace slim::reference::proofs
