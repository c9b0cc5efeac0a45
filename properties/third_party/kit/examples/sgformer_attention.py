# SPDX-License-Identifier: Apache-2.0
"""Attention of SGFormer (Wu et al. 2023), for a batch of graphs: q and k are divided by their norms over all nodes and heads,
and every node's own value has a further weight, the number of nodes N: out = (q (kᵀ v) + N v)/(q·Σ k + N).

Run: slim-verify run --subject-command 'python3 sgformer_attention.py'
"""
from slim_subject import serve, subject

OWN_VALUE = True  # False: the weight N is in the denominator alone


@subject(framework="torch", features=["identity"], causal=False, bidirectional=True, layout="BLHD", name="torch-sgformer",
         restrictions={"value_width": "key"}, conventions={"unit_length": "sequence", "own_weight": "L", "epsilon": 0})
def attention(q, k, v, **options):
    q, k = (x / (x * x).sum((1, 2, 3), keepdim=True).sqrt() for x in (q, k))
    N = q.shape[1]
    out = q.transpose(1, 2) @ (k.permute(0, 2, 3, 1) @ v.transpose(1, 2))
    out = out.transpose(1, 2) + (N * v if OWN_VALUE else 0)
    return out / ((q * k.sum(1, keepdim=True)).sum(-1, keepdim=True) + N)


if __name__ == "__main__":
    serve()
