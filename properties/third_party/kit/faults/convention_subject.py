# SPDX-License-Identifier: Apache-2.0
"""Correct attention under one convention, for tests: python3 convention_subject.py CONVENTION MAP [declared]."""
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import serve, subject  # noqa: E402

CONVENTION, MAP = json.loads(sys.argv[1]), sys.argv[2]
EPSILON, PLACE = CONVENTION.get("epsilon", 1e-16), CONVENTION.get("epsilon_place", "denominator")


def stabiliser(kind, projected):
    if kind == "none":
        return 0
    return projected.max({"per-row": -1, "over-length": (-1, -2)}[kind], keepdims=True)


def features(x, projection, side):
    d = x.shape[-1]
    if MAP == "favor+":
        scale = {"queries": d**-0.5 if side == "query" else 1}.get(CONVENTION.get("scaling"), d**-0.25)
        x = x * np.array(scale, x.dtype)
        projected = x @ projection
        lower = (x * x).sum(-1, keepdims=True) / 2 + stabiliser(CONVENTION.get(side + "_stabiliser", "none"), projected)
        g = np.exp(projected - lower)
    elif MAP == "elu+1":
        g = np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1) + 1
    else:
        g = np.maximum(x, 0)
    return g + np.array(EPSILON, g.dtype) if PLACE == "feature" else g


@subject(features=[MAP], causal=True, bidirectional="over-length" not in CONVENTION.values(), name="convention",
         conventions=CONVENTION if sys.argv[3:] else None)
def attention(q, k, v, projection, causal, **options):
    weights = np.einsum("bhlm,bhjm->bhlj", features(q, projection, "query"), features(k, projection, "key"))
    weights = np.tril(weights) if causal else weights
    epsilon = EPSILON if PLACE == "denominator" else 0
    return weights @ v / (weights.sum(-1, keepdims=True) + np.array(epsilon, v.dtype))


serve()
