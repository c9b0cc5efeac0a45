# SPDX-License-Identifier: Apache-2.0
"""Attention whose heads share arrays: python3 grouped_subject.py keys|one|values [FAULT]."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from plain_attention import attend, earlier  # noqa: E402
from slim_subject import serve, subject  # noqa: E402

WHICH, FAULT = sys.argv[1], "".join(sys.argv[2:])
FORM = {"keys": {"key_heads": "grouped"}, "one": {"key_heads": "one"}, "values": {"value_heads": "more"}}[WHICH]
SHARED = ("d.q", "d.k") if WHICH == "values" else ("d.k", "d.v", "R", "S", "d.initial.R", "d.initial.S")


@subject(bidirectional=True, resumable=True, pullback=True, name="grouped-" + WHICH, **FORM)
def attention(q, k, v, causal, initial, cotangent, key_heads, **options):
    group = (heads := max(q.shape[1], v.shape[1])) // key_heads

    def repeated(x):  # [B, heads / group, ...] to [B, heads, ...]
        copies = heads // x.shape[1]
        return np.tile(x, (1, copies) + (1,) * (x.ndim - 2)) if FAULT == "modulo" else np.repeat(x, copies, 1)

    cotangent = dict(cotangent)
    if WHICH != "values":  # a state is shared, too: its cotangent is that of one head
        of_first = (np.arange(heads) % group == 0).astype(q.dtype)
        cotangent.update({x: repeated(cotangent[x]) * of_first.reshape(-1, *(1,) * (cotangent[x].ndim - 2))
                          for x in "RS" if x in cotangent})
    state = initial and tuple(repeated(x) for x in initial)
    result = attend(repeated(q), repeated(k), repeated(v), earlier(q.shape[2]) if causal else True, state, cotangent)
    for name in SHARED:
        if name in result:
            x = result[name].reshape(q.shape[0], key_heads, group, *result[name].shape[2:])
            of_one = name in ("R", "S") or FAULT == "one-gradient"
            result[name] = x[:, :, 0] if of_one else x.mean(2) if FAULT == "mean-gradient" else x.sum(2)
    return result


serve()
