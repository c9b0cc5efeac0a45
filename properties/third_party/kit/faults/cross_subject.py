# SPDX-License-Identifier: Apache-2.0
"""Attention with other numbers of queries than keys: python3 cross_subject.py masks|plain [FAULT]."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from plain_attention import attend  # noqa: E402
from slim_subject import serve, subject  # noqa: E402

MASKS, FAULT = sys.argv[1] == "masks", "".join(sys.argv[2:])


@subject(causal=False, bidirectional=True, pullback=True, key_masks=MASKS, lengths="cross", name="cross")
def attention(q, k, v, key_mask, cotangent, **options):
    L_q, L_k = q.shape[2], k.shape[2]
    seen = True if key_mask is None else key_mask[:, None, None, :] != 0
    if FAULT == "query-length":
        seen = seen & (np.arange(L_k) < L_q)
    if FAULT == "causal":
        seen = seen & np.tri(L_q, L_k, dtype=bool)
    result = attend(q, k, v, seen, None, cotangent)
    if FAULT == "scaled":
        result["out"] = result["out"] * np.array(L_q / L_k, q.dtype)
    return result


serve()
