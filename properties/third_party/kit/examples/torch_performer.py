# SPDX-License-Identifier: Apache-2.0
"""A whole Performer in PyTorch: slim-verify run --subject-command 'python3 torch_performer.py'"""
from slim_subject import model, serve, with_positions
from torch import nn


class Layer(nn.Module):
    FUTURE = 0  # 1: row i also sees key i + 1, so that rows depend on later ones
    def __init__(self, width, inner, heads, norm):
        super().__init__()
        self.heads, self.norm = heads, norm
        self.attention = nn.ModuleDict({f"{x}_map": nn.Linear(width, width) for x in "qkv"})
        self.U_map, self.V_map = nn.Linear(width, inner), nn.Linear(inner, width)
        self.layernorm1, self.layernorm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def attend(self, x):  # [B, L, width]
        q, k, v = (f(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for f in self.attention.values())
        weights = (q**2 @ (k**2).transpose(-1, -2)).tril(self.FUTURE)
        return (weights @ v / (weights.sum(-1, keepdim=True) + 1e-16)).transpose(1, 2).flatten(2)

    def forward(self, x):
        feed = lambda x: self.V_map(nn.functional.gelu(self.U_map(x)))
        for branch, norm in (self.attend, self.layernorm1), (feed, self.layernorm2):
            x = x + (norm(branch(x)) if self.norm == "branch-output" else branch(norm(x)))
        return x


class Performer(nn.Module):
    def __init__(self, vocab_size, hidden_dim, layers, ffn_dim, heads, norm, **options):
        super().__init__()
        self.input_map = nn.Embedding(vocab_size, hidden_dim // 2)
        self.layers = nn.Sequential(*(Layer(hidden_dim, ffn_dim, heads, norm) for _ in range(layers)))
        self.output_logit_map = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens):  # [B, L] -> logits [B, L, V]
        return self.output_logit_map(self.layers(with_positions(self.input_map(tokens))))


model(Performer, features=["sqr"], name="torch-performer")
serve()
