# SPDX-License-Identifier: Apache-2.0
"""Efficient attention (Shen et al. 2021): queries are a softmax over their features, keys one over the length, and there is
no normaliser: out = 1/√D softmax(q) (softmax_L(k)ᵀ v).

Run: slim-verify run --subject-command 'python3 efficient_attention.py'
"""
from slim_subject import serve, subject

OVER_FEATURES = False  # True: keys are a softmax over their features, too


@subject(framework="torch", features=["softmax"], causal=False, bidirectional=True, key_masks=True, name="torch-efficient",
         conventions={"normaliser": "none", "output_scale": "1/sqrt(d)",
                      "keys": {"map": "exp", "divides_by_length_sum": True}})
def attention(q, k, v, key_mask=None, **options):
    if key_mask is not None:
        masked = key_mask[:, None, :, None] == 0
        k, v = k.masked_fill(masked, -1e30), v.masked_fill(masked, 0)
    keys = k.softmax(-1 if OVER_FEATURES else -2)
    return q.shape[-1] ** -0.5 * (q.softmax(-1) @ (keys.transpose(-1, -2) @ v))


if __name__ == "__main__":
    serve()
