"""A whole Performer of PyTorch as a subject: slim-verify run --subject-command 'python3 torch_performer.py'"""
import torch
from torch import nn

from slim_subject import model, serve

FUTURE = 0  # how many later rows attention sees besides, which is a leak


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_map, self.k_map, self.v_map = (nn.Linear(width, width) for _ in range(3))

    def forward(self, x):  # [B, L, width]
        q, k, v = (f(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for f in (self.q_map, self.k_map, self.v_map))
        weights = (q**2 @ (k**2).transpose(-1, -2)).tril(FUTURE)
        return (weights @ v / (weights.sum(-1, keepdim=True) + 1e-16)).transpose(1, 2).flatten(2)


class Layer(nn.Module):
    def __init__(self, width, inner, heads, norm):
        super().__init__()
        self.attention, self.norm = Attention(width, heads), norm
        self.U_map, self.V_map = nn.Linear(width, inner), nn.Linear(inner, width)
        self.layernorm1, self.layernorm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x):
        for f, norm in (self.attention, self.layernorm1), (self.feed_forward, self.layernorm2):
            x = x + (norm(f(x)) if self.norm == "branch-output" else f(norm(x)))
        return x

    def feed_forward(self, x):
        return self.V_map(nn.functional.gelu(self.U_map(x)))


class Performer(nn.Module):
    def __init__(self, vocab_size, hidden_dim, ffn_dim, heads, layers, norm, **options):
        super().__init__()
        self.input_map = nn.Embedding(vocab_size, hidden_dim // 2)
        self.layers = nn.ModuleList(Layer(hidden_dim, ffn_dim, heads, norm) for _ in range(layers))
        self.output_logit_map = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens):  # [B, L]
        x = self.input_map(tokens)
        half = x.shape[-1]
        frequency = 1e4 ** -(torch.arange(0, half, 2, dtype=torch.float64) / half)
        angle = torch.arange(tokens.shape[1], dtype=torch.float64)[:, None] * frequency
        position = torch.cat((angle.sin(), angle.cos()), -1).to(x).expand_as(x)
        x = torch.cat((x, position), -1)
        for layer in self.layers:
            x = layer(x)
        return self.output_logit_map(x)


def loss(performer, tokens, mask, counted_targets, **options):
    logits = performer(tokens[:, :-1])
    of_each = nn.functional.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
    return (of_each * mask).sum() / counted_targets, logits


model(lambda options: Performer(**options), loss, features=["sqr"], name="torch-performer")
serve()
