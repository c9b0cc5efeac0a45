# SPDX-License-Identifier: Apache-2.0
"""Correct attention with its pullback under any declared conventions, for tests.

    python3 every_convention.py CONVENTIONS MAP,MAP [CAPABILITIES]

Written from the definition; shares nothing with the harness's reference. CAPABILITIES adds to or overrides the declaration."""
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import serve, subject  # noqa: E402

CONVENTIONS, MAPS = json.loads(sys.argv[1]), sys.argv[2].split(",")
CAPABILITIES = json.loads(sys.argv[3]) if sys.argv[3:] else {}
EPSILON = CONVENTIONS.get("epsilon", 1e-16)
PLACE = CONVENTIONS.get("epsilon_place", "denominator")
AXES = {"per-row": (-1,), "over-length": (-1, -2), "over-all": (-1, -2, -3, -4)}


def scale_of(side, kind, width):
    scaling = CONVENTIONS.get("scaling", "by-feature-map")
    if scaling == "by-feature-map":
        scaling = "both" if kind == "favor+" else "none"
    if scaling == "both":
        return width**-0.25
    return width**-0.5 if scaling == {"query": "queries", "key": "keys"}[side] else 1.0


class Side:
    """Features g of queries or keys, and their pullback. `part` is 0 where a key is masked."""

    def __init__(self, x, kind, projection, side, part):
        number = x.dtype.type
        self.kind, self.projection, self.part = kind, projection, part
        if kind == "given":
            self.g = x * part
            return
        self.scale = number(scale_of(side, kind, x.shape[-1]))
        self.x = x * self.scale
        self.stabilised = None
        with np.errstate(all="ignore"):
            if kind == "favor+":
                scores = self.x @ projection
                lower = (self.x * self.x).sum(-1, keepdims=True) / 2
                stabiliser = CONVENTIONS.get(side + "_stabiliser", "none")
                if stabiliser != "none":
                    among = np.where(part > 0, scores, -np.inf)
                    peak = among.max(AXES[stabiliser], keepdims=True)
                    lower = lower + np.where(np.isfinite(peak), peak, 0)
                    self.stabilised = AXES[stabiliser], among == peak
                if PLACE == "exponent":
                    lower = lower - number(EPSILON)
                self.map = np.exp(scores - lower)
            elif kind == "sqr":
                self.map = self.x * self.x
            elif kind == "relu":
                self.map = np.maximum(self.x, 0)
            elif kind == "abs":
                self.map = np.abs(self.x)
            else:
                self.map = np.where(self.x > 0, self.x, np.exp(np.minimum(self.x, 0)) - 1) + 1
        g = self.map + number(EPSILON) if PLACE == "feature" else self.map
        self.factor = number(self.map.shape[-1] ** -0.5 if CONVENTIONS.get("divides_by_root_features") else 1)
        self.g = np.where(part > 0, g * self.factor, x.dtype.type(0))  # a masked key may overflow

    def pull_back(self, dg):
        if self.kind == "given":
            return dg * self.part
        dg = dg * self.factor
        if self.kind == "favor+":
            p = np.where(self.part > 0, dg * self.map, 0)
            dscores = p
            if self.stabilised and not CONVENTIONS.get("stabiliser_detached", True):
                axes, is_peak = self.stabilised
                first = is_peak.reshape(*is_peak.shape[: 4 - len(axes)], -1)
                first = first & (first.cumsum(-1) == 1)
                dscores = p - first.reshape(p.shape) * p.sum(axes, keepdims=True)
            return self.part * self.scale * (dscores @ self.projection.swapaxes(-1, -2) - self.x * p.sum(-1, keepdims=True))
        if self.kind == "sqr":
            slope = 2 * self.x
        elif self.kind == "relu":
            slope = np.where(self.x == 0, self.x.dtype.type(CONVENTIONS.get("relu_slope_at_zero", 0)), self.x > 0)
        elif self.kind == "abs":
            slope = np.where(self.x == 0, self.x.dtype.type(CONVENTIONS.get("absolute_slope_at_zero", 0)), np.sign(self.x))
        else:
            slope = np.where(self.x > 0, 1, np.exp(np.minimum(self.x, 0)))
        return self.part * self.scale * dg * slope.astype(self.x.dtype)


def divided_by(total, of_queries):
    """The denominator, and its derivative with respect to `total`."""
    epsilon = total.dtype.type(EPSILON)
    if PLACE == "denominator":
        return total + epsilon, np.ones_like(total)
    if PLACE == "sums":
        return total + epsilon * of_queries.sum(-1, keepdims=True), np.ones_like(total)
    if PLACE == "when-small":
        return np.where(np.abs(total) <= epsilon, total + 2 * epsilon, total), np.ones_like(total)
    if PLACE == "clamped":
        return np.maximum(total, epsilon), np.where(total <= epsilon, 0, 1).astype(total.dtype)
    return total, np.ones_like(total)


DECLARED = dict(features=MAPS, causal=True, bidirectional=True, resumable=True, key_masks=True, pullback=True, name="every-convention",
                conventions=CONVENTIONS)


@subject(**{**DECLARED, **CAPABILITIES})
def attention(q, k, v, feature_map, projection, causal, key_mask, initial, pullback, cotangent, **options):
    part = np.ones((*k.shape[:3], 1), k.dtype)
    if key_mask is not None:
        part = part * key_mask[:, None, :, None].astype(k.dtype)
    queries, keys = Side(q, feature_map, projection, "query", np.ones_like(part)), Side(k, feature_map, projection, "key", part)
    gq, gk = queries.g, keys.g
    R0, S0 = initial if initial is not None else (np.zeros((*q.shape[:2], v.shape[-1], gq.shape[-1]), q.dtype),
                                                  np.zeros((*q.shape[:2], gq.shape[-1]), q.dtype))
    seen = np.tril(np.ones((q.shape[2], q.shape[2]), q.dtype)) if causal else np.ones((q.shape[2], q.shape[2]), q.dtype)
    with np.errstate(all="ignore"):
        W = np.where(seen > 0, gq @ gk.swapaxes(-1, -2), 0)
        total = W.sum(-1, keepdims=True) + (gq * S0[:, :, None]).sum(-1, keepdims=True)
        D, slope_of_D = divided_by(total, gq)
        out = (W @ v + gq @ R0.swapaxes(-1, -2)) / D
        answer = {"out": out, "R": R0 + (v * part).swapaxes(-1, -2) @ gk, "S": S0 + gk.sum(2)}
        if not pullback:
            return answer
        dY = cotangent.get("out", np.zeros_like(v))
        dR, dS = cotangent.get("R", np.zeros_like(R0)), cotangent.get("S", np.zeros_like(S0))
        dA = dY / D
        dD = -(out * dA).sum(-1, keepdims=True) * slope_of_D
        dW = np.where(seen > 0, dA @ v.swapaxes(-1, -2) + dD, 0)
        sums = S0 + (S0.dtype.type(EPSILON) if PLACE == "sums" else 0)
        answer["d.q"] = queries.pull_back(dW @ gk + dA @ R0 + dD * sums[:, :, None])
        answer["d.k"] = keys.pull_back(dW.swapaxes(-1, -2) @ gq + v @ dR + dS[:, :, None])
        answer["d.v"] = part * (W.swapaxes(-1, -2) @ dA + gk @ dR.swapaxes(-1, -2))
        answer["d.initial.R"] = dR + dA.swapaxes(-1, -2) @ gq
        answer["d.initial.S"] = dS + (dD * gq).sum(2)
        return answer


serve()
