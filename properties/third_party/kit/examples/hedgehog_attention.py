# SPDX-License-Identifier: Apache-2.0
"""Linear attention with a learned feature map, which no list of maps has: g(x) = softmax([W x, -W x]), as in Hedgehog
(Zhang et al. 2024). The map is declared as "own", and attention is verified against the features that it returns.

Run: slim-verify run --subject-command 'python3 hedgehog_attention.py'
"""
import torch

from slim_subject import features, serve, subject

DETACHED = False  # True: no gradient reaches the keys through their features


@features(framework="torch")
def hedgehog(x, role, **options):
    D = x.shape[-1]
    learned = torch.randn(2, D, D, generator=torch.Generator().manual_seed(D)).to(x)[0 if role == "query" else 1]
    u = x @ learned / D**0.5
    return torch.cat((u, -u), -1).softmax(-1)


@subject(framework="torch", features=["own"], causal=True, name="torch-hedgehog", conventions={"epsilon": 1e-6})
def attention(q, k, v, **options):
    queries, keys = hedgehog(q, "query"), hedgehog(k, "key")
    if DETACHED:
        keys = keys.detach()
    weights = (queries @ keys.transpose(-1, -2)).tril()
    return weights @ v / (weights.sum(-1, keepdim=True) + 1e-6)


if __name__ == "__main__":
    serve()
