# SPDX-License-Identifier: Apache-2.0
"""FAVOR+ whose factor d^(-1/4) is computed in the first call and reused, for tests: python3 kept_scale_subject.py."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import serve, subject  # noqa: E402

scale = None


def favor(x, projection):
    x = x * np.array(scale, x.dtype)
    return np.exp(x @ projection - (x * x).sum(-1, keepdims=True) / 2)


@subject(features=["favor+"], name="kept-scale")
def attention(q, k, v, projection, **options):
    global scale
    scale = q.shape[-1] ** -0.25 if scale is None else scale
    weights = np.tril(favor(q, projection) @ favor(k, projection).swapaxes(-1, -2))
    return weights @ v / (weights.sum(-1, keepdims=True) + np.array(1e-16, v.dtype))


serve()
