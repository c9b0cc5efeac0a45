# SPDX-License-Identifier: Apache-2.0
"""A PyTorch module whose one linear map makes q, k and v of each head together: python3 qkv_module.py [undeclared]."""
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import attention_module, serve  # noqa: E402


class Attention(torch.nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.qkv, self.out = heads, torch.nn.Linear(dim, 3 * dim), torch.nn.Linear(dim, dim)

    def forward(self, x):
        q, k, v = self.qkv(x).unflatten(-1, (self.heads, -1)).transpose(1, 2).chunk(3, -1)
        weights = (q.relu() @ k.relu().transpose(-1, -2)).tril()
        return self.out((weights @ v / (weights.sum(-1, keepdim=True) + 1e-16)).transpose(1, 2).flatten(2))


attention_module(lambda dim, heads, **options: Attention(dim, heads), q="qkv", k="qkv", v="qkv", out="out", features=["relu"],
                 name="qkv-module", by_head="undeclared" not in sys.argv, restrictions={"value_width": "key"})
serve()
