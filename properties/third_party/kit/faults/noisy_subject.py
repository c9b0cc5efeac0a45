# SPDX-License-Identifier: Apache-2.0
"""Attention over given features whose last bits change from call to call, for tests: python3 noisy_subject.py ERROR."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import serve, subject  # noqa: E402

ERROR = float(sys.argv[1])  # relative, in addition to the noise
calls = 0


@subject(features=["given"], causal=True, bidirectional=True, name="noisy", dtypes=["float64"])
def attention(q, k, v, causal, **options):
    global calls
    calls += 1
    weights = np.einsum("bhlm,bhjm->bhlj", q, k)
    weights = np.tril(weights) if causal else weights
    return weights @ v / (weights.sum(-1, keepdims=True) + 1e-16) * (1 + calls % 3 % 2 * 1e-15) * (1 + ERROR)


serve()
