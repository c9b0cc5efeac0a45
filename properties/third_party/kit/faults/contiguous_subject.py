# SPDX-License-Identifier: Apache-2.0
"""Attention in PyTorch whose backward pass reads its cotangent as contiguous, as kernels do that only take its address, for
tests: python3 contiguous_subject.py [corrected]."""
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import serve, subject  # noqa: E402


def as_read_by_a_kernel(x):
    """The numbers at the address of x, in order; from the beginning again at the end of its memory."""
    span = 1 + sum((n - 1) * step for n, step in zip(x.shape, x.stride()))
    return x.as_strided((span,), (1,))[torch.arange(x.numel()) % span].reshape(x.shape).nan_to_num()


class Product(torch.autograd.Function):
    @staticmethod
    def forward(context, weights, v):
        context.save_for_backward(weights, v)
        return weights @ v

    @staticmethod
    def backward(context, dy):
        weights, v = context.saved_tensors
        dy = dy.contiguous() if sys.argv[1:] else as_read_by_a_kernel(dy)
        return dy @ v.transpose(-1, -2), weights.transpose(-1, -2) @ dy


@subject(framework="torch", features=["given"], name="contiguous")
def attention(q, k, v, **options):
    weights = (q @ k.transpose(-1, -2)).tril()
    return Product.apply(weights / (weights.sum(-1, keepdim=True) + 1e-16), v)


serve()
