# SPDX-License-Identifier: Apache-2.0
"""A model that only costs memory and time, for tests: python3 cost_subject.py in-slices | all-rows | remembers.

remembers: takes time proportional to L² for inputs that it has not seen, and none for others.
"""
import os
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import gradient, serve  # noqa: E402


seen = set()


@gradient(features=["favor+"], framework="numpy", name="costs", sliced=True)
def zeros(parameters, tokens, mask, chunk, hidden_dim, **options):
    if sys.argv[1] == "remembers":
        key = tokens.tobytes()
        time.sleep(0.0 if key in seen else 4e-7 * tokens.shape[1] ** 2)
        seen.add(key)
    rows = chunk if sys.argv[1] != "all-rows" else tokens.shape[1]
    for _ in range(0, tokens.shape[1], rows):
        np.ones((rows, 64, hidden_dim), np.float32).sum()
    return 0.0, {name: np.zeros_like(value) for name, value in parameters.items()}


serve()
