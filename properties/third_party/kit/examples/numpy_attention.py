# SPDX-License-Identifier: Apache-2.0
"""FAVOR+ attention in NumPy, with its state: slim-verify run --subject-command 'python3 numpy_attention.py'"""
import numpy as np

from slim_subject import features, serve, subject


@features
def favor(x, projection, **options):
    x = x * np.array(x.shape[-1] ** -0.25, x.dtype)
    return np.exp(x @ projection - (x * x).sum(-1, keepdims=True) / 2)


@subject(features=["favor+", "given"], causal=True, bidirectional=True, key_masks=True, resumable=True, name="numpy-favor")
def attention(q, k, v, feature_map, projection, causal, key_mask, initial, **options):
    if feature_map != "given":
        q, k = favor(q, projection), favor(k, projection)
    if key_mask is not None:
        k = k * key_mask[:, None, :, None].astype(k.dtype)
    R0, S0 = initial or (np.zeros((1, 1, 1, 1), q.dtype), np.zeros((1, 1, 1), q.dtype))
    KV = np.einsum("bhlm,bhld->bhldm", k, v)
    S = np.cumsum(k, axis=2) if causal else k.sum(2, keepdims=True)
    R = np.cumsum(KV, axis=2) if causal else KV.sum(2, keepdims=True)
    S, R = S + S0[:, :, None], R + R0[:, :, None]
    numerator = np.einsum("bhldm,bhlm->bhld", np.broadcast_to(R, KV.shape), q)
    denominator = (S * q).sum(-1, keepdims=True) + np.array(1e-16, q.dtype)
    return numerator / denominator, R[:, :, -1], S[:, :, -1]


serve()
