# SPDX-License-Identifier: Apache-2.0
"""Attention with masks on one side: python3 padded_subject.py left|right attend|zero|any int64|bool|additive [FAULT]."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from plain_attention import attend, earlier  # noqa: E402
from slim_subject import serve, subject  # noqa: E402

PADDING, QUERIES, MASK, FAULT = *sys.argv[1:4], "".join(sys.argv[4:])


@subject(bidirectional=True, pullback=True, key_masks=True, padding=PADDING, masked_queries=QUERIES, mask=MASK, name="padded")
def attention(q, k, v, causal, key_mask, cotangent, **options):
    keeps = np.ones((q.shape[0], q.shape[2]), bool)
    if key_mask is not None:
        assert key_mask.dtype == {"int64": np.int64, "bool": np.bool_, "additive": q.dtype}[MASK]
        keeps = key_mask == 0 if MASK == "additive" else key_mask != 0
    if FAULT == "side-ignored":  # as many keys, at the other end
        keeps = keeps[:, ::-1]
    if FAULT == "inverted" and key_mask is not None:
        keeps = ~keeps
    seen = (earlier(q.shape[2]) if causal else True) & keeps[:, None, None, :]
    hidden, gives_zero = ~keeps[:, None, :, None], QUERIES == "zero" and FAULT != "attends"
    if gives_zero and cotangent:
        cotangent = {**cotangent, "out": np.where(hidden, 0, cotangent["out"]).astype(q.dtype)}
    result = attend(q, k, v, seen, None, cotangent)
    if FAULT == "denominator":  # masked keys count in the denominator
        whole = np.where(earlier(q.shape[2]) if causal else True, q @ k.swapaxes(-1, -2), 0).sum(-1, keepdims=True)
        own = np.where(seen, q @ k.swapaxes(-1, -2), 0).sum(-1, keepdims=True)
        result["out"] = (result["out"] * own / (whole + 1e-16)).astype(q.dtype)
    if gives_zero or QUERIES == "any":
        result["out"] = np.where(hidden, 0 if gives_zero else np.nan, result["out"]).astype(q.dtype)
    return result


serve()
