# SPDX-License-Identifier: Apache-2.0
"""A PyTorch module with its own linear maps: slim-verify run --subject-command 'python3 torch_module.py'"""
from slim_subject import attention_module, serve
from torch import nn


class LinearAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.to_q, self.to_k, self.to_v, self.to_out = (nn.Linear(dim, dim) for _ in range(4))

    def forward(self, x):  # [B, L, dim]
        maps = self.to_q, self.to_k, self.to_v
        q, k, v = (to(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for to in maps)
        q, k = nn.functional.elu(q) + 1, nn.functional.elu(k) + 1
        weights = (q @ k.transpose(-1, -2)).tril()
        out = weights @ v / (weights.sum(-1, keepdim=True) + 1e-16)
        return self.to_out(out.transpose(1, 2).flatten(2))


def make(dim, heads, **options):
    return LinearAttention(dim, heads)


attention_module(make, q="to_q", k="to_k", v="to_v", out="to_out", features=["elu+1"], name="torch-module")
serve()
