# SPDX-License-Identifier: Apache-2.0
"""Correct attention over given features in NumPy with its pullback, for the subjects that take other forms of arrays."""
import numpy as np


def attend(q, k, v, seen=True, initial=None, cotangent=None):
    """q [..., L_q, M], k [..., L_k, M], v [..., L_k, D], R [..., D, M], S [..., M]; seen [..., L_q, L_k]: which keys a query sees."""
    R, S = initial or (np.zeros((v.shape[-1], k.shape[-1]), k.dtype), np.zeros(k.shape[-1], k.dtype))
    weights = np.where(seen, q @ k.swapaxes(-1, -2), 0).astype(q.dtype)
    D = weights.sum(-1, keepdims=True) + q @ S[..., None] + np.array(1e-16, q.dtype)
    out = (weights @ v + q @ R.swapaxes(-1, -2)) / D
    result = {"out": out, "R": v.swapaxes(-1, -2) @ k + R, "S": k.sum(-2) + S}
    if not cotangent:
        return result
    dR, dS = cotangent.get("R", np.zeros_like(result["R"])), cotangent.get("S", np.zeros_like(result["S"]))
    dA = cotangent["out"] / D
    dD = -(out * dA).sum(-1, keepdims=True)
    dW = np.where(seen, dA @ v.swapaxes(-1, -2) + dD, 0).astype(q.dtype)
    return {**result, "d.q": dW @ k + dA @ R + dD * S[..., None, :],
            "d.k": dW.swapaxes(-1, -2) @ q + v @ dR + dS[..., None, :],
            "d.v": weights.swapaxes(-1, -2) @ dA + k @ dR.swapaxes(-1, -2),
            "d.initial.R": dA.swapaxes(-1, -2) @ q + dR, "d.initial.S": (dD * q).sum(-2) + dS}


def earlier(rows):
    """A causal row sees itself and earlier ones."""
    return np.tri(rows, dtype=bool)
