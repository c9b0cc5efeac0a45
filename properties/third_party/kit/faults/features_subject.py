# SPDX-License-Identifier: Apache-2.0
"""The feature maps FAVOR+ and x² without attention, for tests: python3 features_subject.py [constant]; constant returns 7."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import features, serve  # noqa: E402


@features(maps=["favor+", "sqr"])
def of_rows(x, projection, **options):
    if sys.argv[1:]:
        return np.full((*x.shape[:-1], x.shape[-1] if projection is None else projection.shape[-1]), 7, x.dtype)
    if projection is None:
        return x * x
    scaled = x * np.array(x.shape[-1] ** -0.25, x.dtype)
    scores = np.einsum("bhld,hdm->bhlm", scaled, projection)
    return np.exp(scores - (scaled * scaled).sum(-1, keepdims=True) / 2)


serve()
