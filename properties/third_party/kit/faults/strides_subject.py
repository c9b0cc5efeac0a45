# SPDX-License-Identifier: Apache-2.0
"""Attention that reads its projection or its start state as contiguous, for tests: python3 strides_subject.py [projection|state]."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import serve, subject  # noqa: E402

READ_AS_CONTIGUOUS = sys.argv[1:]


def read(x, name):
    """x, or the numbers at its address, in order; from the beginning again at the end of its memory."""
    if name not in READ_AS_CONTIGUOUS or x.flags.c_contiguous:
        return x
    span = 1 + sum((n - 1) * step for n, step in zip(x.shape, x.strides)) // x.itemsize
    memory = np.lib.stride_tricks.as_strided(x, (span,), (x.itemsize,))
    return np.nan_to_num(memory[np.arange(x.size) % span].reshape(x.shape))


def favor(x, projection):
    x = x * np.array(x.shape[-1] ** -0.25, x.dtype)
    return np.exp(x @ projection - (x * x).sum(-1, keepdims=True) / 2)


@subject(features=["favor+"], resumable=True, name="strides")
def attention(q, k, v, projection, initial, **options):
    projection = read(projection, "projection")
    q, k = favor(q, projection), favor(k, projection)
    R, S = np.cumsum(np.einsum("bhlm,bhld->bhldm", k, v), axis=2), np.cumsum(k, axis=2)
    if initial:
        R, S = R + read(initial[0], "state")[:, :, None], S + read(initial[1], "state")[:, :, None]
    out = np.einsum("bhldm,bhlm->bhld", R, q) / ((S * q).sum(-1, keepdims=True) + np.array(1e-16, q.dtype))
    return out, R[:, :, -1], S[:, :, -1]


serve()
