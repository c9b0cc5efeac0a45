# SPDX-License-Identifier: Apache-2.0
"""Causal attention that recovers its sums by subtraction, for tests: python3 subtracting_subject.py FAULT [silent].

FAULT: none, coarse-exp, coarse-exp-in-later-slices, coarse-exp-in-earlier-rows, float32-constant, large-constant; with the
prefix "adds:" all sums are stored instead. It declares `subtracting` unless `silent` is given."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import serve, subject  # noqa: E402

FAULT = sys.argv[1].removeprefix("adds:")
SUBTRACTS = not sys.argv[1].startswith("adds:")


def coarse(exact, rows):
    """exp in float32 with the relative error 1e-5 of a coarse table, in the given rows."""
    if exact.dtype != np.float32:
        return exact
    ripple = np.sin(exact.astype(np.float64) * 1e4) * 1e-5
    return np.where(rows, (exact * (1 + ripple)).astype(exact.dtype), exact)


def exponential(x, chunk):
    exact = np.exp(x)
    row = np.arange(x.shape[2])[:, None]
    if FAULT == "coarse-exp":
        return coarse(exact, row >= 0)
    if FAULT == "coarse-exp-in-later-slices":
        return coarse(exact, row >= chunk)
    if FAULT == "coarse-exp-in-earlier-rows":
        return coarse(exact, row < x.shape[2] - 1)
    return exact


def scale_of(x):
    scale = x.shape[-1] ** -0.25
    if FAULT == "float32-constant":
        return x.dtype.type(np.float32(scale))
    return x.dtype.type(scale * (1 + 1e-5 if FAULT == "large-constant" else 1))


class Side:
    def __init__(self, x, kind, projection, chunk, part):
        self.kind, self.projection, self.part = kind, projection, part
        if kind == "favor+":
            self.scale = scale_of(x)
            self.x = x * self.scale
            self.g = exponential(self.x @ projection - (self.x * self.x).sum(-1, keepdims=True) / 2, chunk)
        elif kind == "elu+1":
            self.x, self.g = x, np.where(x > 0, x + 1, exponential(np.minimum(x, 0), chunk))
        else:
            self.x, self.g = x, x
        self.g = self.g * part

    def pull_back(self, dg):
        if self.kind == "favor+":
            p = dg * self.g
            return self.scale * (p @ self.projection.swapaxes(-1, -2) - self.x * p.sum(-1, keepdims=True))
        return self.part * dg * np.where(self.x > 0, 1, self.g).astype(dg.dtype) if self.kind == "elu+1" else self.part * dg


@subject(features=["favor+", "elu+1", "given"], resumable=True, key_masks=True, sliced=True, pullback=True, name="subtracting",
         subtracting=sys.argv[2:] == [], conventions={"elu_cancellation": 0})
def attention(q, k, v, feature_map, projection, key_mask, initial, chunk, pullback, cotangent, **options):
    part = np.ones((*k.shape[:3], 1), k.dtype)
    if key_mask is not None:
        part = part * key_mask[:, None, :, None].astype(k.dtype)
    queries, keys = Side(q, feature_map, projection, chunk, np.ones_like(part)), Side(k, feature_map, projection, chunk, part)
    gq, gk, v = queries.g, keys.g, v * part
    B, H, L, M = gq.shape
    R0, S0 = initial if initial is not None else (np.zeros((B, H, v.shape[-1], M), q.dtype), np.zeros((B, H, M), q.dtype))
    R, S, kept = R0.copy(), S0.copy(), []
    epsilon = q.dtype.type(1e-16)
    out = np.zeros_like(v)
    for l in range(L):
        R = R + v[:, :, l, :, None] * gk[:, :, l, None, :]
        S = S + gk[:, :, l]
        kept.append((R, S))
        out[:, :, l] = (R @ gq[:, :, l, :, None])[..., 0] / ((S * gq[:, :, l]).sum(-1, keepdims=True) + epsilon)
    answer = {"out": out, "R": R, "S": S}
    if not pullback:
        return answer
    dY = cotangent.get("out", np.zeros_like(v))
    dR, dS = cotangent.get("R", np.zeros_like(R0)), cotangent.get("S", np.zeros_like(S0))
    dgq, dgk, dv = np.zeros_like(gq), np.zeros_like(gk), np.zeros_like(v)
    for l in reversed(range(L)):
        if not SUBTRACTS:
            R, S = kept[l]
        g = gq[:, :, l]
        D = (S * g).sum(-1, keepdims=True) + epsilon
        Y = (R @ g[..., None])[..., 0] / D
        dA = dY[:, :, l] / D
        dD = -(Y * dA).sum(-1, keepdims=True)
        dgq[:, :, l] = (dA[:, :, None] @ R)[:, :, 0] + S * dD
        dR = dR + dA[..., None] * g[:, :, None]
        dS = dS + dD * g
        dgk[:, :, l] = (v[:, :, l, None] @ dR)[:, :, 0] + dS
        dv[:, :, l] = (dR @ gk[:, :, l, :, None])[..., 0]
        R = R - v[:, :, l, :, None] * gk[:, :, l, None, :]
        S = S - gk[:, :, l]
    answer.update({"d.q": queries.pull_back(dgq), "d.k": keys.pull_back(dgk), "d.v": dv * part, "d.initial.R": dR, "d.initial.S": dS})
    return answer


serve()
