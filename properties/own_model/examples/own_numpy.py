# SPDX-License-Identifier: Apache-2.0
"""A linear recurrence in NumPy with its own pullback: slim-verify run --subject-command 'python3 own_numpy.py'"""
import numpy as np
from slim_subject import own_function, serve

VOCAB, WIDTH = 5, 3
rng = np.random.default_rng(0)
INITIAL = {"embed": rng.normal(size=(VOCAB, WIDTH)), "decay": np.full(WIDTH, 0.7), "head": rng.normal(size=(WIDTH, VOCAB))}


@own_function(INITIAL, vocab=VOCAB, longest=64, logits=True, batches=False)
def recurrence(parameters, tokens, mask, chunk):
    """State s_l = decay * s_{l-1} + embed[token l], logits s_l @ head, mean cross entropy over counted targets."""
    embed, decay, head = (parameters[name] for name in INITIAL)
    inputs, targets, counted = tokens[0, :-1], tokens[0, 1:], mask[0] / mask.sum()
    states = np.zeros((len(inputs) + 1, WIDTH), embed.dtype)
    for l, token in enumerate(inputs):
        states[l + 1] = decay * states[l] + embed[token]
    logits = states[1:] @ head
    shifted = logits - logits.max(-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    loss = -(log_p[np.arange(len(targets)), targets] * counted).sum()
    d_logits = (np.exp(log_p) - np.eye(VOCAB, dtype=embed.dtype)[targets]) * counted[:, None]
    gradient = {name: np.zeros_like(value) for name, value in parameters.items()}
    gradient["head"] = states[1:].T @ d_logits
    d_state = np.zeros(WIDTH, embed.dtype)
    for l in reversed(range(len(inputs))):
        d_state = d_state + head @ d_logits[l]
        gradient["embed"][inputs[l]] += d_state
        gradient["decay"] += d_state * states[l]
        d_state = d_state * decay
    return loss, gradient, logits[None]


serve()
