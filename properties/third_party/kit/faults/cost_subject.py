# SPDX-License-Identifier: Apache-2.0
"""A model that only costs memory and time, for tests: python3 cost_subject.py in-slices | all-rows."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import gradient, serve  # noqa: E402


@gradient(features=["favor+"], framework="numpy", name="costs", sliced=True)
def zeros(parameters, tokens, mask, chunk, hidden_dim, **options):
    rows = chunk if sys.argv[1] == "in-slices" else tokens.shape[1]
    for _ in range(0, tokens.shape[1], rows):
        np.ones((rows, 64, hidden_dim), np.float32).sum()
    return 0.0, {name: np.zeros_like(value) for name, value in parameters.items()}


serve()
