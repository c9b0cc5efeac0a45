# SPDX-License-Identifier: Apache-2.0
"""Attention with feature maps of its own, in PyTorch, for tests: python3 own_map_subject.py NAME [FAULT].

Every map is correct. Faults of attention: next-key, no-epsilon, another-map, detached, half-gradient, far-tile (a wrong gradient
of rows from 64 on along columns from 16 on alone). Faults of the
task features: coupled, by-batch, not-finite, too-wide, narrow, changing, by-row, by-length."""
import os
import sys

import torch
from torch.nn.functional import elu

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import features, serve, subject  # noqa: E402

NAME, FAULT = sys.argv[1], (sys.argv[2:] + [""])[0]
calls = 0


def learned(x, seed, columns):
    D = x.shape[-1]
    return torch.randn(D, columns, generator=torch.Generator().manual_seed(100 * seed + D)).to(x) / D**0.5


def mlp(x, role):
    """A learned map with a gate, another one for queries and for keys."""
    u = x @ learned(x, 1 if role == "query" else 2, 2 * x.shape[-1])
    value, gate = u.chunk(2, -1)
    return elu(value) * gate.sigmoid() + 1.5


def dpfp(x, role):
    u = torch.cat((x, -x), -1).relu()
    return torch.cat([u * u.roll(shift, -1) for shift in (1, 2)], -1) + 0.01


def squared_product(x, role):
    """g(q) . g(k) = (q . k)^2"""
    return (x.unsqueeze(-1) * x.unsqueeze(-2)).flatten(-2)


def by_head(x, role):
    """Has another parameter in each head."""
    heads = x.shape[1]
    return elu(x * (1 + torch.arange(heads).to(x)[:, None, None] / heads)) + 1.5


def rotated(x, role):
    """Depends on the index of the row."""
    angle = torch.arange(x.shape[-2]).to(x).unsqueeze(-1) / 50
    return torch.cat((x.exp() * angle.cos(), x.exp() * angle.sin()), -1)


def reweighted(x, role):
    """Depends on the index and the number of the rows, as in cosFormer (Qin et al. 2022)."""
    L = x.shape[-2]
    angle = torch.pi / 2 * torch.arange(1, L + 1).to(x).unsqueeze(-1) / L
    return torch.cat((x.relu() * angle.cos(), x.relu() * angle.sin()), -1)


def projected(x, role, projection):
    return (x @ projection).tanh() + 1.25


# name: map, conventions, declarations
MAPS = {
    "mlp": (mlp, {"epsilon": 1e-3}, {"bidirectional": True}),
    "dpfp": (dpfp, {}, {"resumable": True, "key_masks": True}),
    "squared-product": (squared_product, {"normaliser": "none", "output_scale": "1/sqrt(d)"}, {}),
    "by-head": (by_head, {}, {"bidirectional": True}),
    "rotated": (rotated, {}, {"bidirectional": True}),
    "reweighted": (reweighted, {"epsilon": 1e-3}, {"bidirectional": True, "key_masks": True}),
    "projected": (projected, {"project": True}, {}),
    "float32-alone": (mlp, {"epsilon": 1e-3}, {"dtypes": ["float32"]}),
    "given-too": (dpfp, {}, {"features": ["own", "given"]}),
}
MAP, CONVENTIONS, DECLARED = MAPS[NAME]


def mapped(x, role, projection):
    return MAP(x, role, projection) if NAME == "projected" else MAP(x, role)


DEPENDS = {"rotated": "differs_by_row", "reweighted": "differs_by_row" if FAULT == "by-length" else "differs_by_length"}


@features(framework="torch", **{DEPENDS[NAME]: True} if NAME in DEPENDS and FAULT != "by-row" else {})
def own(x, role, projection=None, **options):
    global calls
    calls += 1
    g = mapped(x, role, projection)
    if FAULT == "coupled" and role == "key":
        g = g / g.mean(-2, keepdim=True)
    if FAULT == "by-batch":
        g = g * (1 + 0.01 * x.shape[0])
    if FAULT == "not-finite":
        g = g + 0 * (x[..., :1].abs().clamp(max=1.5) - 1.5).reciprocal()
    if FAULT == "too-wide" and x.shape[0] > 1:
        g = torch.cat((g, g), -1)
    if FAULT == "narrow" and g.dtype == torch.float32:
        g = g.bfloat16().float()
    if FAULT == "changing":
        g = g * (1 + 1e-3 * (calls % 7))
    return g


@subject(**{"framework": "torch", "features": ["own"], "causal": True, "conventions": CONVENTIONS, **DECLARED})
def attention(q, k, v, causal, feature_map, projection=None, key_mask=None, initial=None, **options):
    if FAULT == "far-tile":
        k = torch.cat((k[:, :, :64], torch.cat((k[:, :, 64:, :16], k[:, :, 64:, 16:].detach()), -1)), -2)
    if feature_map == "own":
        gq, gk = mapped(q, "query", projection), mapped(k, "key", projection)
    else:
        gq, gk = q, k
    if FAULT == "another-map":
        gk = gk * gk
    if FAULT == "detached":
        gk = gk.detach()
    if FAULT == "half-gradient":
        gq = (gq + gq.detach()) / 2
    weights = gq @ gk.transpose(-1, -2)
    if causal:
        weights = weights.tril(1 if FAULT == "next-key" else 0)
    if key_mask is not None:
        weights = weights * key_mask[:, None, None, :].to(weights)
    out, total = weights @ v, weights.sum(-1, keepdim=True)
    if initial is not None:
        out = out + gq @ initial[0].transpose(-1, -2)
        total = total + gq @ initial[1].unsqueeze(-1)
    if CONVENTIONS.get("normaliser") == "none":
        out = out * q.shape[-1] ** -0.5
    else:
        out = out / (total + (0 if FAULT == "no-epsilon" else CONVENTIONS.get("epsilon", 1e-16)))
    if not DECLARED.get("resumable"):
        return out
    if key_mask is not None:
        gk = gk * key_mask[:, None, :, None].to(gk)
    R, S = v.transpose(-1, -2) @ gk, gk.sum(-2)
    return (out, R, S) if initial is None else (out, R + initial[0], S + initial[1])


serve()
