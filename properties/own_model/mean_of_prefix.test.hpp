// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/third_party_runs.hpp"

#include <string>

namespace slim::properties::own_model {

/// Lines of Python that make the gradient of MeanOfPrefix wrong.
struct WrongLines {
  std::string logits{};   ///< before the loss is computed: changes logits or mask
  std::string carried{};  ///< before the rows' gradients are summed: changes `carried`
  std::string sums{};     ///< after that: changes dU, dW or loss
};

/// Logits W[x_l] + mean over j ≤ l of U[x_j], with its own pullback.
/// `initial`: the initial values of W and U.
inline foreign::ForeignSubject mean_of_prefix(
    const std::string& declared, const WrongLines& lines = {},
    const std::string& initial = "rng.standard_normal((5, 5))") {
  const auto line = [](const std::string& code) { return "    " + code + "\n"; };
  const std::string program =
      "import numpy as np\nfrom slim_subject import own_function, serve\n"
      "rng = np.random.default_rng(0)\n"
      "P = {k: " +
      initial +
      " for k in (\"W\", \"U\")}\n"
      "@own_function(P, 5, " +
      declared +
      ", name=\"mean\", sliced=True, logits=True)\n"
      "def model(p, tokens, mask, chunk):\n"
      "    W, U = p[\"W\"], p[\"U\"]\n"
      "    x, y = tokens[:, :-1], tokens[:, 1:]\n"
      "    L = x.shape[1]\n"
      "    rows = np.arange(1, L + 1, dtype=W.dtype)[None, :, None]\n"
      "    logits = W[x] + np.cumsum(U[x], 1) / rows\n" +
      line(lines.logits.empty() ? "pass" : lines.logits) +
      "    s = logits - logits.max(-1, keepdims=True)\n"
      "    log_p = s - np.log(np.exp(s).sum(-1, keepdims=True))\n"
      "    part = mask / mask.sum()\n"
      "    loss = -(np.take_along_axis(log_p, y[..., None], -1)[..., 0] * part).sum()\n"
      "    d = (np.exp(log_p) - np.eye(5, dtype=W.dtype)[y]) * part[..., None]\n"
      "    carried = d / rows\n" +
      line(lines.carried.empty() ? "pass" : lines.carried) +
      "    dU, dW = np.zeros_like(U), np.zeros_like(W)\n"
      "    np.add.at(dU, x, np.cumsum(carried[:, ::-1], 1)[:, ::-1])\n"
      "    np.add.at(dW, x, d)\n" +
      line(lines.sums.empty() ? "pass" : lines.sums) +
      "    return loss, {\"W\": dW, \"U\": dU}, logits\nserve()\n";
  return foreign::open_subject(foreign::program_door("PYTHONPATH=" + foreign::folder +
                                                     " exec " SLIM_PYTHON " -c '" + program + "'"),
                               {.deadline_s = 60.0});
}

}  // namespace slim::properties::own_model
