# SPDX-License-Identifier: Apache-2.0
"""A Performer with learned positions that takes padded batches and is resumed from its state, as in generation."""
from slim_subject import model, serve
from torch import nn, stack


class Layer(nn.Module):
    def __init__(self, width, inner, heads, norm):
        super().__init__()
        self.heads, self.norm, self.attention = heads, norm, nn.ModuleDict({f"{x}_map": nn.Linear(width, width) for x in "qkv"})
        self.U_map, self.V_map = nn.Linear(width, inner), nn.Linear(inner, width)
        self.layernorm1, self.layernorm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, is_token, R, S):  # [B, L, width], [B, L], and the layer's state [B, H, d, M], [B, H, M]
        def attend(x):
            q, k, v = (f(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for f in self.attention.values())
            q, k = q**2, k**2 * is_token[:, None, :, None]
            end, weights = (R + v.mT @ k, S + k.sum(-2)), (q @ k.mT).tril()
            y = (weights @ v + q @ R.mT) / (weights.sum(-1, keepdim=True) + q @ S[..., None] + 1e-16)
            return y.transpose(1, 2).flatten(2), end

        feed = lambda x: (self.V_map(nn.functional.gelu(self.U_map(x))), end)
        for branch, norm in (attend, self.layernorm1), (feed, self.layernorm2):
            y, end = branch(x if self.norm == "branch-output" else norm(x))
            x = x + (norm(y) if self.norm == "branch-output" else y)
        return x, end


class Performer(nn.Module):
    def __init__(self, vocab_size, position_rows, hidden_dim, layers, ffn_dim, heads, norm, **options):
        super().__init__()
        self.state = layers, heads, hidden_dim // heads
        self.input_map, self.position_map = nn.Embedding(vocab_size, hidden_dim), nn.Embedding(position_rows, hidden_dim)
        self.layers = nn.ModuleList(Layer(hidden_dim, ffn_dim, heads, norm) for _ in range(layers))
        self.output_logit_map = nn.Linear(hidden_dim, vocab_size)

    def forward(self, tokens, key_mask, initial, first_position):  # [B, L], [B, L] or None, (R, S) or None
        is_token, states = tokens.new_ones(tokens.shape) if key_mask is None else key_mask, []
        x = self.input_map(tokens) + self.position_map(first_position + (is_token.cumsum(1) - 1).clamp(min=0))
        R, S = initial or (x.new_zeros(len(x), *self.state, self.state[-1]), x.new_zeros(len(x), *self.state))
        for r, layer in enumerate(self.layers):
            x, end = layer(x, is_token, R[:, r], S[:, r])
            states.append(end)
        return self.output_logit_map(x), tuple(stack(of_layers, 1) for of_layers in zip(*states))


model(Performer, features=["sqr"], name="torch-generation", positions="learned", padding="any", states=True)
serve()
