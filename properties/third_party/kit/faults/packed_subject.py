# SPDX-License-Identifier: Apache-2.0
"""Attention over packed sequences: python3 packed_subject.py same|cross [FAULT]."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from plain_attention import attend, earlier  # noqa: E402
from slim_subject import serve, subject  # noqa: E402

LENGTHS, FAULT = sys.argv[1], "".join(sys.argv[2:])


@subject(bidirectional=True, resumable=True, pullback=True, packed=True, lengths=LENGTHS, name="packed-" + LENGTHS)
def attention(q, k, v, causal, initial, cotangent, cu_seqlens, cu_seqlens_k=None, **options):
    starts_k = cu_seqlens if cu_seqlens_k is None or FAULT == "query-lengths" else cu_seqlens_k
    parts, state = [], None
    for i, (first, last) in enumerate(zip(cu_seqlens, cu_seqlens[1:])):
        queries, keys = slice(first, last), slice(starts_k[i], starts_k[i + 1])
        if FAULT == "first-key-lost" and i > 0:
            keys = slice(min(keys.start + 1, keys.stop), keys.stop)
        if FAULT != "carried" or i == 0:
            state = initial and tuple(x[0 if FAULT == "first-state" else i] for x in initial)
        of = {x: cotangent[x][0, :, queries] if x == "out" else cotangent[x][i] for x in cotangent}
        part = attend(q[0, :, queries], k[0, :, keys], v[0, :, keys], earlier(last - first) if causal else True, state, of)
        if FAULT == "empty-forgets" and keys.start == keys.stop:
            part.update(R=np.zeros_like(part["R"]), S=np.zeros_like(part["S"]))
        if FAULT == "last-gradient-lost" and cotangent and last > first:
            part["d.k"][:, -1] = 0
        if FAULT == "first-key-lost" and cotangent:
            lost = ((0, 0), (starts_k[i + 1] - starts_k[i] - part["d.k"].shape[1], 0), (0, 0))
            part.update({x: np.pad(part[x], lost) for x in ("d.k", "d.v")})
        state = part["R"], part["S"]
        parts.append(part)
    all_parts = {x: [part[x] for part in parts] for x in parts[0]}
    of_rows = ("out", "d.q", "d.k", "d.v")
    return {x: np.concatenate(of, 1)[None] if x in of_rows else np.stack(of) for x, of in all_parts.items()}


serve()
