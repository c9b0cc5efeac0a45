# SPDX-License-Identifier: Apache-2.0
"""Attention composed of other parts than the paper's, in PyTorch, for tests: python3 composed_subject.py NAME [FAULT].

Every attention is correct and written as libraries write it; FAULT is one of next-key, own-key, normalised, not-normalised,
detached, keys-per-row, keys-as-queries, count-of-all, own-left-out, of-sum."""
import os
import sys

import torch
from torch.nn.functional import elu, gelu, normalize, silu, softplus

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import serve, subject  # noqa: E402

torch.backends.mkldnn.set_flags(False)  # its gelu of PyTorch 1.13 reads float32 arrays with gaps as contiguous
NAME, FAULT = sys.argv[1], (sys.argv[2:] + [""])[0]
NONE = {"normaliser": "none"}
GENERALIZED = {"project": True, "scaling": "both", "epsilons": {"feature": 1e-3}}


def quarter(x):
    return x * x.shape[-1] ** -0.25


def half_norm(x):
    return (x * x).sum(-1, keepdim=True) / 2


def taylor(x):
    x = quarter(x)
    pairs = (x.unsqueeze(-1) * x.unsqueeze(-2)).flatten(-2) / 2**0.5
    return torch.cat((torch.ones_like(x[..., :1]), x, pairs), -1)


def both_signs(x, w):
    u, norm = quarter(x) @ w, half_norm(quarter(x))
    return torch.cat(((u - norm).exp(), (-u - norm).exp()), -1)


def favor(x, w, keys):
    """As in JAX: stabilised, + 1e-4, / √M."""
    u = quarter(x) @ w
    peak = u.amax(-1, keepdim=True) if FAULT == "keys-per-row" or not keys else u.amax()
    return ((u - half_norm(quarter(x)) - peak.detach()).exp() + 1e-4) * w.shape[-1] ** -0.5


# name: feature map, conventions, g(x, w, is_key)
ATTENTIONS = {
    "elu-unnormalised": ("elu+1", {**NONE, "output_scale": "1/sqrt(d)"}, lambda x, w, keys: elu(x) + 1),
    "identity-unnormalised": ("identity", {**NONE, "output_scale": "1/sqrt(d)"}, lambda x, w, keys: x),
    "silu-unnormalised": ("silu", {**NONE, "output_scale": 0.5}, lambda x, w, keys: silu(x)),
    "given-unnormalised": ("given", NONE, lambda x, w, keys: x),
    "generalized-relu": ("relu", GENERALIZED, lambda x, w, keys: (quarter(x) @ w).relu() + 1e-3),
    "generalized-exp": ("exp", GENERALIZED, lambda x, w, keys: (quarter(x) @ w).exp() + 1e-3),
    "generalized-gelu": ("gelu", {**NONE, **GENERALIZED}, lambda x, w, keys: gelu(quarter(x) @ w) + 1e-3),
    "exp": ("exp", {}, lambda x, w, keys: x.exp()),
    "softplus": ("softplus", {"softplus_threshold": 20}, lambda x, w, keys: softplus(x)),
    "sigmoid": ("sigmoid", {}, lambda x, w, keys: x.sigmoid()),
    "relu+1": ("relu+1", {}, lambda x, w, keys: x.relu() + 1),
    "squared-relu": ("squared-relu", {"epsilon": 1e-6}, lambda x, w, keys: x.relu() ** 2),
    "gelu": ("gelu", {"epsilon": 1e-6}, lambda x, w, keys: gelu(x)),
    "gelu-tanh": ("gelu-tanh", NONE, lambda x, w, keys: gelu(x, approximate="tanh")),
    "softmax": ("softmax", {"scaling": "queries"}, lambda x, w, keys: (x if keys else x * x.shape[-1] ** -0.5).softmax(-1)),
    "cosh": ("cosh", {"project": True, "scaling": "both", "norm_factor": True}, lambda x, w, keys: both_signs(x, w)),
    "cos-sin": ("cos-sin", {**NONE, "project": True}, lambda x, w, keys: torch.cat(((x @ w).cos(), (x @ w).sin()), -1)),
    "taylor": ("taylor-all", {"scaling": "both"}, lambda x, w, keys: taylor(x)),
    "unit-length": ("identity", {**NONE, "unit_length": True, "epsilons": {"length-clamped": 1e-12}},
                    lambda x, w, keys: normalize(x, dim=-1)),
    "unit-sum": ("elu+1", {**NONE, "divides_by_sum": True}, lambda x, w, keys: (elu(x) + 1) / (elu(x) + 1).sum(-1, keepdim=True)),
    "two-epsilons": ("relu", {"epsilons": {"key-feature": 1e-3, "clamped": 1e-4}}, lambda x, w, keys: x.relu() + (1e-3 if keys else 0)),
    "favor": ("favor+", {"query_stabiliser": "per-row", "key_stabiliser": "over-all", "divides_by_root_features": True,
                         "epsilons": {"feature": 1e-4, "denominator": 1e-6}}, favor),
    "exp-and-softmax": ("softmax", {"keys": {"map": "exp"}}, lambda x, w, keys: x.exp() if keys else x.softmax(-1)),
    "scaled-keys": ("elu+1", {"keys": {"input_scale": 0.5, "unit_length": True}},
                    lambda x, w, keys: elu(0.5 * normalize(x, dim=-1) if keys else x) + 1),
    "relu-and-its-sum": ("relu", {"epsilons": {"feature": 1e-3, "denominator": 1e-6}, "keys": {"map": "sigmoid", "divides_by_sum": True}},
                         lambda x, w, keys: (x.sigmoid() + 1e-3) / (x.sigmoid() + 1e-3).sum(-1, keepdim=True) if keys else x.relu() + 1e-3),
    "over-length": ("elu+1", {"keys": {"divides_by_length_sum": True}},
                    lambda x, w, keys: (elu(x) + 1) / (elu(x) + 1).sum(-2, keepdim=True) if keys else elu(x) + 1),
    "root-of-queries": ("squared-relu", {"epsilons": {"feature": 1e-2}, "divides_by_root_features": True,
                                         "keys": {"divides_by_root_features": False, "map": "exp"}},
                        lambda x, w, keys: x.exp() + 1e-2 if keys else (x.relu() ** 2 + 1e-2) * x.shape[-1] ** -0.5),
    "over-number-of-rows": ("relu", {"normaliser": "length", "output_scale": 2}, lambda x, w, keys: x.relu()),
    "over-number-of-keys": ("sigmoid", {"normaliser": "keys"}, lambda x, w, keys: x.sigmoid()),
    "over-position": ("silu", {"normaliser": "position"}, lambda x, w, keys: silu(x)),
    "scaled-average": ("elu+1", {"output_scale": "1/sqrt(d)", "epsilon": 1e-6}, lambda x, w, keys: elu(x) + 1),
    "scaled-features": ("exp", {"feature_scale": 0.25, "epsilons": {"feature": 1e-3}}, lambda x, w, keys: 0.25 * x.exp() + 1e-3),
    "softmax-so-far": ("softmax", {**NONE, "keys": {"map": "exp"}, "divides_by_key_sums": True},
                       lambda x, w, keys: x.exp() if keys else x.softmax(-1)),
    "over-running-sums": ("softmax", {**NONE, "keys": {"map": "exp", "divides_by_running_sum": True}},
                          lambda x, w, keys: x.exp() / x.exp().cumsum(-2) if keys else x.softmax(-1)),
    "mean-of-weights": ("relu", {"epsilon": 1e-3, "epsilon_times_length": True}, lambda x, w, keys: x.relu()),
    "own-weight": ("identity", {"unit_length": "sequence", "own_weight": "L"},
                   lambda x, w, keys: x / (x * x).sum((-1, -2, -3), keepdim=True).sqrt()),
    "length-of-a-head": ("elu+1", {"unit_length": "head", "own_weight": 0.5, "epsilons": {"length-squared": 1e-3}},
                         lambda x, w, keys: elu(x / ((x * x).sum((-1, -2), keepdim=True) + 1e-3).sqrt()) + 1),
}
MAP, CONVENTIONS, G = ATTENTIONS[NAME]
CAUSAL = NAME not in ("favor", "over-length", "own-weight", "length-of-a-head")
EPSILONS = CONVENTIONS.get("epsilons", {"denominator": CONVENTIONS.get("epsilon", 1e-16)})


@subject(framework="torch", features=[MAP], causal=CAUSAL, bidirectional=NAME != "over-position", conventions=CONVENTIONS, name=NAME + FAULT)
def attention(q, k, v, projection=None, causal=True, **options):
    queries, keys, L = G(q, projection, False), G(k, projection, FAULT != "keys-as-queries"), q.shape[-2]
    if CONVENTIONS.get("divides_by_key_sums"):
        queries = queries / (keys.cumsum(-2) if causal and FAULT != "count-of-all" else keys.sum(-2, keepdim=True))
    weights = queries @ keys.transpose(-1, -2)
    if causal:
        weights = weights.tril({"next-key": 1, "own-key": -1}.get(FAULT, 0))
    own = 0 if FAULT == "own-left-out" else L if CONVENTIONS.get("own_weight") == "L" else CONVENTIONS.get("own_weight", 0)
    out, sums = weights @ v + own * v, weights.sum(-1, keepdim=True) + own
    scale = CONVENTIONS.get("output_scale", 1)
    out = out * (q.shape[-1] ** -0.5 if scale == "1/sqrt(d)" else scale)
    if CONVENTIONS.get("normaliser", "denominator") not in ("none", "denominator"):
        by_row = causal and CONVENTIONS["normaliser"] != "length" and FAULT != "count-of-all"
        return out / (torch.arange(1, L + 1).to(q).unsqueeze(-1) if by_row else L)
    if CONVENTIONS.get("normaliser") == "none":
        return out / (sums + 1e-16) if FAULT == "normalised" else out
    if FAULT == "not-normalised":
        return out
    rows = L if CONVENTIONS.get("epsilon_times_length") and FAULT != "of-sum" else 1
    sums = sums + rows * EPSILONS.get("denominator", 0)
    sums = sums.clamp(min=EPSILONS["clamped"]) if "clamped" in EPSILONS else sums
    return out / (sums.detach() if FAULT == "detached" else sums)


serve()
