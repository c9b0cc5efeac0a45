# SPDX-License-Identifier: Apache-2.0
"""Linear attention without a normaliser, in chunks: out = 1/√D Σ_j (g(q_i)·g(k_j)) v_j with g(x) = elu(x) + 1.

Run: slim-verify run --subject-command 'python3 linear_attention.py'
"""
import torch

from slim_subject import serve, subject

NORMALISED = False  # True: divides by the sum of weights all the same, which the declaration excludes


@subject(framework="torch", features=["elu+1", "identity"], causal=True, sliced=True, name="torch-linear-attention",
         conventions={"normaliser": "none", "output_scale": "1/sqrt(d)"})
def attention(q, k, v, feature_map, chunk, **options):
    scale = q.shape[-1] ** -0.5
    if feature_map == "elu+1":
        q, k = torch.nn.functional.elu(q) + 1, torch.nn.functional.elu(k) + 1
    state = q.new_zeros(*q.shape[:2], k.shape[-1], v.shape[-1])  # Σ g(k_j) v_jᵀ of earlier chunks
    outputs = []
    for rows in zip(q.split(chunk, 2), k.split(chunk, 2), v.split(chunk, 2)):
        queries, keys, values = rows
        weights = (queries @ keys.transpose(-1, -2)).tril()
        outputs.append(scale * (queries @ state + weights @ values))
        if NORMALISED:
            outputs[-1] = outputs[-1] / (weights.sum(-1, keepdim=True) + 1e-6)
        state = state + keys.transpose(-1, -2) @ values
    return torch.cat(outputs, 2)


if __name__ == "__main__":
    serve()
