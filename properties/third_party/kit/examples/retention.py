# SPDX-License-Identifier: Apache-2.0
"""Retention (Sun et al. 2023): linear attention without a normaliser, whose weights decay by a fixed factor of each head per row,
sum_{j <= i} decay^(i - j) (q_i . k_j) v_j / sqrt(d). The decay is declared as the feature map "own", which depends on the row.

Run: slim-verify run --subject-command 'python3 retention.py'
"""
import torch

from slim_subject import features, serve, subject

DECAYS_TWICE = False  # True: the state decays before and after a row is added


def decays(heads, x):
    return 1 - torch.exp2(-5.0 - torch.arange(heads).to(x))[:, None, None]  # [H, 1, 1]


@features(framework="torch", differs_by_row=True)
def decayed(x, role, heads, **options):
    rows = torch.arange(x.shape[2]).to(x)[:, None]
    return x * decays(heads, x) ** (rows if role == "query" else -rows)


@subject(framework="torch", features=["own"], causal=True, name="torch-retention",
         conventions={"normaliser": "none", "output_scale": "1/sqrt(d)"})
def attention(q, k, v, heads, **options):
    decay, state, rows = decays(heads, q), 0, []
    for i in range(q.shape[2]):
        state = decay * state + k[:, :, i, :, None] * v[:, :, i, None, :]
        if DECAYS_TWICE:
            state = decay * state
        rows.append(q[:, :, i, None, :] @ state / q.shape[-1] ** 0.5)
    return torch.cat(rows, 2)


if __name__ == "__main__":
    serve()
