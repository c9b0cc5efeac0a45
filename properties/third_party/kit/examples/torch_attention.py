# SPDX-License-Identifier: Apache-2.0
"""Attention in PyTorch, with its pullback by autograd: slim-verify run --subject-command 'python3 torch_attention.py'"""
import torch

from slim_subject import serve, subject

OVER_LENGTH = False  # True: the stabiliser is the maximum over all rows, so that rows depend on later ones


@subject(framework="torch", features=["favor+"], causal=True, name="torch-favor")
def attention(q, k, v, projection, **options):
    def favor(x):
        x = x * x.shape[-1] ** -0.25
        projected = x @ projection
        exponent = projected - (x * x).sum(-1, keepdim=True) / 2
        if OVER_LENGTH:
            exponent = exponent - projected.detach().amax((-1, -2), keepdim=True)
        return exponent.exp()

    gq, gk = favor(q), favor(k)
    weights = (gq @ gk.transpose(-1, -2)).tril()
    return weights @ v / (weights.sum(-1, keepdim=True) + 1e-16)


serve()
