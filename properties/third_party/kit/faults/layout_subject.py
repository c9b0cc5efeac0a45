# SPDX-License-Identifier: Apache-2.0
"""Correct attention over ReLU features in any layout, with conventions, for tests: python3 layout_subject.py LAYOUT STATE [undeclared]."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import features, serve, subject  # noqa: E402

LAYOUT, STATE = sys.argv[1], sys.argv[2]
TO_BHLD = {"BHLD": (0, 1, 2, 3), "BLHD": (0, 2, 1, 3), "LBHD": (1, 2, 0, 3)}[LAYOUT.replace("(", "").replace(")", "")]
FROM_BHLD = tuple(np.argsort(TO_BHLD))
CONVENTIONS = {"epsilon": 1e-3, "scaling": "queries"}


@features
def relu(x, role="query", **options):
    return np.maximum(x * np.array(x.shape[-1] ** -0.5, x.dtype) if role == "query" else x, 0)


@subject(features=["relu"], bidirectional=True, resumable=True, key_masks=True, name="layout", layout=LAYOUT, state=STATE,
         conventions=None if sys.argv[3:] else CONVENTIONS)
def attention(q, k, v, heads, causal, key_mask, initial, **options):
    if "(" in LAYOUT:
        q, k, v = (x.reshape(*x.shape[:2], heads, -1) for x in (q, k, v))
    q, k, v = (x.transpose(TO_BHLD) for x in (q, k, v))
    q, k = relu(q), relu(k, role="key")
    if key_mask is not None:
        k = k * key_mask[:, None, :, None].astype(k.dtype)
    R0, S0 = initial if initial is not None else (np.zeros((1, 1, 1, 1), q.dtype), np.zeros((1, 1, 1), q.dtype))
    R0 = R0.swapaxes(-1, -2) if STATE == "MD" else R0
    weights = np.einsum("bhlm,bhjm->bhlj", q, k)
    weights = np.tril(weights) if causal else weights
    numerator = weights @ v + np.einsum("bhlm,bhdm->bhld", q, np.broadcast_to(R0, (*q.shape[:2], v.shape[-1], q.shape[-1])))
    denominator = weights.sum(-1, keepdims=True) + np.einsum("bhlm,bhm->bhl", q, np.broadcast_to(S0, (*q.shape[:2], q.shape[-1])))[..., None]
    R = np.einsum("bhlm,bhld->bhdm", k, v) + R0
    out = numerator / (denominator + np.array(1e-3, q.dtype))
    out = out.transpose(FROM_BHLD)
    return out.reshape(*out.shape[:2], -1) if "(" in LAYOUT else out, R.swapaxes(-1, -2) if STATE == "MD" else R, k.sum(2) + S0


serve()
