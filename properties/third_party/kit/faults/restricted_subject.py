# SPDX-License-Identifier: Apache-2.0
"""Correct attention that insists on its declared restrictions, for tests: python3 restricted_subject.py RESTRICTIONS."""
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import serve, subject  # noqa: E402

LIMITS = json.loads(sys.argv[1])


def insist(name, size, multiple=1, least=1, exact=None):
    if size % multiple or size < least or exact not in (None, size):
        raise ValueError(f"{name} = {size} is not supported")


@subject(features=["favor+", "relu"], bidirectional=True, resumable=True, key_masks=True, restrictions=LIMITS, name="restricted")
def attention(q, k, v, feature_map, projection, causal, key_mask, initial, **options):
    insist("H", q.shape[1], exact=LIMITS.get("heads"))
    insist("L", q.shape[2], LIMITS.get("length_multiple", 1))
    insist("D", q.shape[3], LIMITS.get("width_multiple", 1), LIMITS.get("least_width", 1), LIMITS.get("width"))
    width = LIMITS.get("value_width", "any")
    insist("D_v", v.shape[3], exact={"any": None, "key": q.shape[3], "features": None}.get(width, width))

    def features(x):
        if feature_map == "relu":
            return np.maximum(x, 0)
        x = x * np.array(x.shape[-1] ** -0.25, x.dtype)
        insist("axes of the projection", projection.ndim, exact=2 if LIMITS.get("shared_projection") else 3)
        return np.exp(x @ projection - (x * x).sum(-1, keepdims=True) / 2)

    D = q.shape[3]
    q, k = features(q), features(k)
    number = LIMITS.get("features")
    insist("M", q.shape[3], LIMITS.get("feature_multiple", 1), exact=D if number == "key" else number)
    insist("D_v", v.shape[3], exact=q.shape[3] if width == "features" else None)
    if key_mask is not None:
        k = k * key_mask[:, None, :, None].astype(k.dtype)
    weights = np.einsum("bhlm,bhjm->bhlj", q, k)
    weights = np.tril(weights) if causal else weights
    numerator, denominator = weights @ v, weights.sum(-1, keepdims=True)
    R, S = np.einsum("bhlm,bhld->bhdm", k, v), k.sum(2)
    if initial is not None:
        numerator = numerator + np.einsum("bhlm,bhdm->bhld", q, initial[0])
        denominator = denominator + np.einsum("bhlm,bhm->bhl", q, initial[1])[..., None]
        R, S = R + initial[0], S + initial[1]
    return numerator / (denominator + np.array(1e-16, q.dtype)), R, S


serve()
