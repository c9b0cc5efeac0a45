# SPDX-License-Identifier: Apache-2.0
"""A gradient that returns the expected values of a case file, for tests: python3 recorded_subject.py FILE [altered | forgets]."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import gradient, read_case, serve  # noqa: E402

recorded, _ = read_case(sys.argv[1])
fault = sys.argv[2] if sys.argv[2:] else ""


@gradient(features=["sqr"], framework="numpy", name="recorded", conventions={"gelu_cancellation": 0})
def answer(parameters, tokens, mask, **options):
    gradients = {name: recorded["expected.grad." + name] for name in parameters}
    if fault == "altered":
        gradients["layers.0.V_map.bias"] = gradients["layers.0.V_map.bias"] * (1 + 1e-6)
    if fault == "forgets":
        del gradients["layers.0.V_map.bias"]
    return float(recorded["expected.loss"]), gradients, recorded["expected.logits"]


serve()
