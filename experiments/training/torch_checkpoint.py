# SPDX-License-Identifier: Apache-2.0
"""The released model in PyTorch with its state_dict names, and conversion of checkpoints in both directions.

    python3 torch_checkpoint.py load CHECKPOINT.safetensors   loads a checkpoint of slim-measure training
                                                              into the module and prints its loss on the
                                                              tokens 0, 1, ..., L
    python3 torch_checkpoint.py save CHECKPOINT.safetensors   writes state_dict() of a new module
    python3 torch_checkpoint.py adam                          prints parameters after twenty steps of Adam

Several commands may be given in sequence. Needs torch, numpy and slim_subject.py (for safetensors) on PYTHONPATH.
"""
import math
import sys

import torch
from slim_subject import read_case, write_case
from torch import nn


class Attention(nn.Module):
    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        self.q_map, self.k_map, self.v_map = (nn.Linear(hidden, hidden) for _ in range(3))

    def forward(self, x):
        B, L, hidden = x.shape
        q, k, v = (m(x).reshape(B, L, self.heads, -1).transpose(1, 2) for m in (self.q_map, self.k_map, self.v_map))
        weights = (q.square() @ k.square().transpose(-1, -2)).tril()
        y = weights @ v / (weights.sum(-1, keepdim=True) + 1e-16)
        return y.transpose(1, 2).reshape(B, L, hidden)


class Layer(nn.Module):
    def __init__(self, hidden, heads, ffn, norm):
        super().__init__()
        self.branch_input = norm == "branch-input"
        self.attention = Attention(hidden, heads)
        self.U_map, self.V_map = nn.Linear(hidden, ffn), nn.Linear(ffn, hidden)
        self.layernorm1, self.layernorm2 = nn.LayerNorm(hidden), nn.LayerNorm(hidden)

    def forward(self, x):
        ffn = lambda h: self.V_map(nn.functional.gelu(self.U_map(h)))
        if self.branch_input:
            h = x + self.attention(self.layernorm1(x))
            return h + ffn(self.layernorm2(h))
        h = x + self.layernorm1(self.attention(x))
        return h + self.layernorm2(ffn(h))


class Performer(nn.Module):
    def __init__(self, vocab, hidden, layers, ffn, heads, norm="branch-output"):
        super().__init__()
        self.input_map = nn.Embedding(vocab, hidden // 2)
        self.layers = nn.ModuleList(Layer(hidden, heads, ffn, norm) for _ in range(layers))
        self.output_logit_map = nn.Linear(hidden, vocab)

    def forward(self, tokens):
        x = self.input_map(tokens)
        half = x.shape[-1]
        frequencies = torch.exp(torch.arange(0, half, 2, dtype=x.dtype) * (-math.log(1e4) / half))
        angles = torch.arange(tokens.shape[1], dtype=x.dtype)[:, None] * frequencies
        code = torch.cat([angles.sin(), angles.cos()], -1).expand(x.shape[0], -1, -1)
        x = torch.cat([x, code], -1)
        for layer in self.layers:
            x = layer(x)
        return self.output_logit_map(x)


def load(path, length=16):
    tensors, metadata = read_case(path)
    size = lambda key: int(metadata[key])
    model = Performer(size("vocab_size"), size("hidden_dim"), size("layers"), size("ffn_dim"), size("heads"), metadata["norm"])
    bare = {name[6:]: torch.tensor(array) for name, array in tensors.items() if name.startswith("param.")}
    model.load_state_dict(bare, strict=True)
    tokens = torch.arange(length + 1)[None, :] % size("vocab_size")
    logits = model.double()(tokens[:, :-1])
    return nn.functional.cross_entropy(logits.flatten(0, 1), tokens[0, 1:]).item()


def save(path):
    torch.manual_seed(1)
    write_case(path, {name: tensor.numpy() for name, tensor in Performer(256, 64, 2, 32, 1).state_dict().items()})


def adam():
    theta = torch.tensor([1.0, -2.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([theta], lr=0.05)
    for step in range(20):
        optimiser.zero_grad()
        theta.grad = torch.tensor([math.sin(step), 0.1 * step - 1.0, 1e-9], dtype=torch.float64)
        optimiser.step()
    return theta.tolist()


if __name__ == "__main__":
    words = iter(sys.argv[1:])
    for word in words:
        if word == "load":
            print(repr(load(next(words))))
        elif word == "save":
            save(next(words))
        elif word == "adam":
            print(*map(repr, adam()))
        else:
            sys.exit(f"command {word!r} is unknown: allowed are load FILE, save FILE, adam")
