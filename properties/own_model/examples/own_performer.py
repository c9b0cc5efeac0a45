# SPDX-License-Identifier: Apache-2.0
"""A Performer of its own architecture (rotary positions, output projection, tied weights) and its gradient in slices:
slim-verify run --subject-command 'python3 own_performer.py'; a fault as argument, such as state-lost, makes it fail."""
import sys
import torch
from slim_subject import own_model, serve
from torch import nn
FAULT = sys.argv[1] if len(sys.argv) > 1 else ""
VOCAB, WIDTH, HEADS = 7, 8, 2

class Performer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.norm = nn.Embedding(VOCAB, WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)

    def rotated(self, x, first):  # by the position of the row
        angle = torch.arange(first, first + x.shape[2], dtype=x.dtype)[:, None] / 10.0 ** torch.arange(2, dtype=x.dtype)
        a, b = x.chunk(2, -1)
        return torch.cat((a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()), -1)

    def rows(self, tokens, R, S, first):  # the rows from `first` on, after the sums R and S of earlier keys
        x = self.embed(tokens)
        q, k, v = self.qkv(self.norm(x)).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        q, k = nn.functional.elu(q) + 1, nn.functional.elu(k) + 1
        Rs = R[:, :, None] + (self.rotated(k, first)[..., None] * v[..., None, :]).cumsum(2)
        Ss = S[:, :, None] + k.cumsum(2)
        sums = (q * Ss).sum(-1, keepdim=True)
        y = (self.rotated(q, first)[..., None, :] @ Rs)[..., 0, :] / (sums.detach() if FAULT == "detached" else sums)
        logits = (x + self.out(y.transpose(1, 2).flatten(2))) @ self.embed.weight.T
        row = -2 if FAULT == "last-row-lost" and tokens.shape[1] > 1 else -1
        return logits, Rs[:, :, row], Ss[:, :, row]

    def start(self, batch):
        return self.embed.weight.new_zeros(batch, HEADS, 4, 4), self.embed.weight.new_zeros(batch, HEADS, 4)

    def forward(self, tokens):
        return self.rows(tokens, *self.start(len(tokens)), 0)[0]

def slices(module, tokens, mask, chunk):  # section 3 of the paper: sums at the cuts, then each slice again, last first
    cuts, starts, total = range(0, mask.shape[1], chunk), [module.start(len(tokens))], 0.0
    def loss(n, R, S, first):
        at = slice(cuts[n], cuts[n] + chunk)
        logits, *end = module.rows(tokens[:, :-1][:, at], R, S, 0 if FAULT == "position-restarts" else first)
        each = nn.functional.cross_entropy(logits.transpose(1, 2), tokens[:, 1:][:, at], reduction="none") * mask[:, at]
        return each.sum() / (mask[:, at] if FAULT == "normalised-per-slice" else mask).sum().clamp(min=1), end
    with torch.no_grad():
        for n, first in enumerate(cuts):
            value, end = loss(n, *starts[n], first)
            starts.append(module.start(len(tokens)) if FAULT == "state-lost" else end)
            total += value
    carried = [torch.zeros_like(x) for x in starts[-1]]
    for n in reversed(range(1 if FAULT == "first-slice-skipped" else 0, len(cuts))):
        start = [x.detach().requires_grad_() for x in starts[n]]
        value, end = loss(n, *start, 0 if FAULT == "second-sweep-positions" else cuts[n])
        (value + sum((g * x).sum() for g, x in zip(carried, end))).backward()
        carried = [x.grad * (0 if FAULT == "carried-lost" else 1) for x in start]
    return total
own_model(Performer, vocab=VOCAB, longest=64, slices=slices)
serve()
