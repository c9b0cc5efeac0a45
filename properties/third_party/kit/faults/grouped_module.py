# SPDX-License-Identifier: Apache-2.0
"""A PyTorch module with fewer key heads than query heads: python3 grouped_module.py made|fixed [FAULT]."""
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from slim_subject import attention_module, serve  # noqa: E402

FAULT = "".join(sys.argv[2:])


class GroupedAttention(torch.nn.Module):
    def __init__(self, dim, heads, key_heads):
        super().__init__()
        self.heads, self.key_heads, of_keys = heads, key_heads, dim // heads * key_heads
        self.to_q, self.to_out = torch.nn.Linear(dim, dim, bias=False), torch.nn.Linear(dim, dim)
        self.to_k, self.to_v = torch.nn.Linear(dim, of_keys, bias=False), torch.nn.Linear(dim, of_keys, bias=False)

    def forward(self, x):
        split = lambda y, heads: y.unflatten(-1, (heads, -1)).transpose(1, 2)  # noqa: E731
        q, k, v = split(self.to_q(x), self.heads), split(self.to_k(x), self.key_heads), split(self.to_v(x), self.key_heads)
        group = self.heads // self.key_heads
        k, v = (y.repeat(1, group, 1, 1) if FAULT else y.repeat_interleave(group, 1) for y in (k, v))
        weights = (q.relu() @ k.relu().transpose(-1, -2)).tril()
        return self.to_out((weights @ v / (weights.sum(-1, keepdim=True) + 1e-16)).transpose(1, 2).flatten(2))


if sys.argv[1] == "made":
    attention_module(lambda dim, heads, key_heads, **options: GroupedAttention(dim, heads, key_heads), features=["relu"],
                     name="grouped-module", key_heads="grouped", restrictions={"value_width": "key"})
else:
    attention_module(GroupedAttention(32, 8, 2), heads=8, key_heads=2, features=["relu"])
serve()
