# SPDX-License-Identifier: Apache-2.0
"""Causal attention on several processes, each with a part of the rows, in NumPy and mpi4py (Debian: python3-mpi4py).

A whole MPI program is one subject: rank 0 talks to the harness, and all ranks compute each of its tasks.

Run: slim-verify run --subject-command 'mpirun -n 3 python3 mpi_attention.py'
As root, mpirun needs --allow-run-as-root, and for more ranks than cores --oversubscribe.
"""
import numpy as np
from mpi4py import MPI

from slim_subject import serve, subject

EXCHANGES_COTANGENTS = True  # False: gradients are wrong on every rank but the last, while outputs are right

forward = MPI.COMM_WORLD
backward = forward.Split(0, key=-forward.rank)  # the same ranks in reverse order


def scanned(ranks, start, own):
    """The start, and the sums of all ranks before this one."""
    before = ranks.exscan(own)
    return start if before is None else start + before


def with_ones(v):
    return np.concatenate([v, np.ones_like(v[..., :1])], -1)


def outer_products(x, y):
    return x[..., :, None] * y[..., None, :]


def sums_until(products):
    return np.cumsum(products, 2)


def compute(task):
    """This rank's rows of all results; the states are right on the rank that returns them."""
    q, k, v, mask, start, pullback, dout, end = task
    part = np.array_split(np.arange(q.shape[2]), forward.size)[forward.rank]
    q, k, v, mask = q[:, :, part], k[:, :, part], with_ones(v[:, :, part]), mask[:, :, part]
    k = k * mask
    products = outer_products(v, k)  # [B, H, rows, d + 1, M]: R, and S as its last row
    own = products.sum(2)
    before = scanned(forward, start, own)
    RS = before[:, :, None] + sums_until(products)
    sums = (RS @ q[..., None])[..., 0]
    denominator = sums[..., -1:] + np.array(1e-16, q.dtype)
    out = sums[..., :-1] / denominator
    results = {"out": out}
    if pullback:
        dsums = dout[:, :, part] / denominator
        dsums = np.concatenate([dsums, -(dsums * out).sum(-1, keepdims=True)], -1)
        dproducts = outer_products(dsums, q)
        own_cotangent = dproducts.sum(2)
        is_last = forward.rank + 1 == forward.size
        after = scanned(backward, end, own_cotangent) if EXCHANGES_COTANGENTS else end * is_last
        dRS = after[:, :, None] + sums_until(dproducts[:, :, ::-1])[:, :, ::-1]
        results["d.q"] = (dsums[..., None, :] @ RS)[..., 0, :]
        results["d.k"] = (v[..., None, :] @ dRS)[..., 0, :] * mask
        results["d.v"] = (dRS @ k[..., None])[..., :-1, 0]
        results["d.start"] = after + own_cotangent
    results["end"] = before + own
    return results


def on_all_ranks(task):
    """Rank 0 gets the rows of all ranks, the first rank's cotangent of the start, and the last one's end state."""
    forward.bcast(task)
    parts = forward.gather(compute(task))
    results = {name: np.concatenate([part[name] for part in parts], 2) for name in parts[0] if name not in ("end", "d.start")}
    results.update({"R": parts[-1]["end"][:, :, :-1], "S": parts[-1]["end"][:, :, -1]})
    if "d.start" in parts[0]:
        results.update({"d.initial.R": parts[0]["d.start"][:, :, :-1], "d.initial.S": parts[0]["d.start"][:, :, -1]})
    return results


@subject(features=["given"], causal=True, resumable=True, pullback=True, key_masks=True, name="mpi-attention")
def attention(q, k, v, key_mask, initial, pullback, cotangent, **options):
    def state_of(R, S):
        shape = (*v.shape[:2], v.shape[-1] + 1, q.shape[-1])
        return np.zeros(shape, q.dtype) if R is None else np.concatenate([R, S[:, :, None]], 2)

    cotangent = cotangent or {}
    mask = np.ones(k.shape[:3], k.dtype) if key_mask is None else np.repeat(key_mask[:, None].astype(k.dtype), k.shape[1], 1)
    dout = cotangent.get("out")
    return on_all_ranks((q, k, v, mask[..., None], state_of(*(initial or (None, None))), pullback,
                         np.zeros_like(v) if dout is None else dout, state_of(cotangent.get("R"), cotangent.get("S"))))


if forward.rank == 0:
    serve()
    forward.bcast(None)
else:
    while (task := forward.bcast(None)) is not None:
        forward.gather(compute(task))
