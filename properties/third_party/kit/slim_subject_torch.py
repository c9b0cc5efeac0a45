# SPDX-License-Identifier: Apache-2.0
"""The part of slim_subject.py for PyTorch: copy it next to that file, and import from slim_subject."""
import contextlib
import difflib

import numpy as np
import torch
from slim_subject import gradient, subject


class Arrays:
    """Tensors, on any device. The pullback comes from autograd."""

    differentiates = True
    while_writable = staticmethod(torch.no_grad)
    ones_like = staticmethod(torch.ones_like)

    def __init__(self, device):
        self.device = torch.device(device or "cpu")

    def take(self, array):
        """A writable tensor with the strides of the array, 0 included."""
        steps = [step // array.itemsize for step in array.strides]
        size = 1 + sum((n - 1) * step for n, step in zip(array.shape, steps))
        buffer = np.lib.stride_tricks.as_strided(array, (size,), (array.itemsize,)).copy()
        return torch.from_numpy(buffer).to(self.device).as_strided(array.shape, steps)

    writable = take

    @staticmethod
    def give(tensor):
        return tensor.detach().cpu().numpy()

    @staticmethod
    def pulled_back(function, sources, cotangent):
        """The results by name, and the gradients of their inner products with the cotangent, which is passed with its own
        strides, as a sum passes one of stride 0."""
        for source in sources.values():
            source.requires_grad_()
        result = function(sources)
        graded = {name: by for name, by in cotangent.items() if name in result and result[name].requires_grad}
        pulled = [None] * len(sources)
        if graded:
            pulled = torch.autograd.grad([result[name] for name in graded], list(sources.values()), list(graded.values()),
                                         allow_unused=True)
        return result, {name: torch.zeros_like(x) if of is None else of for (name, x), of in zip(sources.items(), pulled)}

    @staticmethod
    def loss_and_gradients(function, parameters):
        for parameter in parameters.values():
            parameter.requires_grad_()
        result = function(parameters)
        loss, logits = result if isinstance(result, tuple) else (result, None)
        if loss.requires_grad:
            loss.backward()
        return loss, {name: torch.zeros_like(x) if x.grad is None else x.grad for name, x in parameters.items()}, logits


def with_positions(x, base=1e4):
    """Concatenates embeddings [B, L, W] and sines and cosines of the positions of rows: [B, L, 2 W]."""
    length, width = x.shape[1:]
    frequency = base ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
    angle = torch.arange(length, dtype=torch.float64)[:, None] * frequency
    return torch.cat((x, torch.cat((angle.sin(), angle.cos()), -1).to(x).expand_as(x)), -1)


def cross_entropy(module, tokens, mask, counted_targets, **options):
    """(loss, logits) of next-token prediction by a module that maps tokens [B, L] to logits [B, L, V]."""
    logits = module(tokens[:, :-1])
    of_each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
    return (of_each * mask).sum() / counted_targets, logits


def model(make, loss=cross_entropy, **declared):
    """Declares a module as the task gradient: make(**options) returns a module whose parameters have the names in the case
    (without "param."); loss(module, tokens, mask, **options) returns the loss, or (loss, logits). `declared`: keyword
    arguments of `gradient`."""

    def loss_of(parameters, tokens, mask, **options):
        module = make(**options)
        own = dict(module.named_parameters())
        if own.keys() != parameters.keys():
            raise ValueError(f"the names of the module's parameters differ from the case's in {sorted(own.keys() ^ parameters.keys())}")
        for key, value in parameters.items():
            if own[key].shape != value.shape:
                raise ValueError(f"the module's {key} has shape {list(own[key].shape)}, the case's {list(value.shape)}")
            own[key].data = value.detach()
        result = loss(module, tokens, mask, **options)
        value = result[0] if isinstance(result, tuple) else result
        value.backward()
        for key, parameter in parameters.items():
            parameter.grad = own[key].grad
        return tuple(x.detach() for x in result) if isinstance(result, tuple) else value.detach()

    loss_of.__module__, loss_of.__name__ = make.__module__, make.__name__
    declared.setdefault("logits", loss is cross_entropy)
    return gradient(**declared)(loss_of)


class _Given(torch.nn.Module):
    """In place of linear maps of the input: returns the case's own queries, keys or values."""

    def __init__(self, tensors):
        super().__init__()
        self.tensors, self.was_called = tensors, False

    def forward(self, *args, **options):
        self.was_called = True
        return torch.cat(self.tensors, -1)


class _Identity(torch.nn.Module):
    was_called = False

    def forward(self, x, *args, **options):
        self.was_called = True
        return x


def _layer(module, name):
    """The submodule of this name. Throws AttributeError with the closest name if there is none."""
    names = [known for known, _ in module.named_modules() if known]
    if name in names:
        return module.get_submodule(name)
    closest = difflib.get_close_matches(name, names, 1, 0.0)
    raise AttributeError(f"{type(module).__name__} has no layer {name!r}: "
                         + (f"did you mean {closest[0]!r}? It has {', '.join(names)}" if names else "it has none at all"))


@contextlib.contextmanager
def _replaced(module, layers):
    """The module with these layers, by name, in place of its own. Requires that it calls each of them."""
    own = {name: _layer(module, name) for name in layers}

    def put(layers):
        for name, layer in layers.items():
            parent, _, last = name.rpartition(".")
            setattr(module.get_submodule(parent), last, layer)

    put(layers)
    try:
        yield
        idle = [name for name, layer in layers.items() if not layer.was_called]
        if idle:
            raise ValueError(f"{type(module).__name__} did not call its layer {', '.join(idle)}: name the layers that it calls")
    finally:
        put(own)


def attention_module(module, q="to_q", k="to_k", v="to_v", out="to_out", *, heads=None, forward=None, layout="BL(HD)", **declared):
    """Declares a module that has its own linear maps as the task attention: the maps named q, k and v are replaced, and
    return the case's queries, keys and values, whatever their input; the map named `out` (None: there is none) returns its
    input. If one layer makes several of q, k and v, name it for each: q="to_q", k="to_kv", v="to_kv".

    `module` is a function that makes a module of the sizes of a case: make(dim=H·D, heads=H, width=D, causal=…,
    projection=…, **options); or a module, whose number of `heads` must be given, for cases of its own sizes only.
    `forward`: function (module, x, **options) that calls the module on x [B, L, H·D]; by default module(x).
    `layout`: of x and of the output. `declared`: other keyword arguments of `subject`."""
    call = forward or (lambda module, x, **options: module(x))
    fixed = isinstance(module, torch.nn.Module)
    if fixed:
        declared["restrictions"] = {**_own_sizes(module, (q, k, v), heads), **declared.get("restrictions", {})}
        if out:
            _layer(module, out)
        declared.setdefault("name", type(module).__name__)

    def attention(queries, keys, values, heads, **options):
        dim = queries.shape[-1]
        here = module if fixed else module(dim=dim, heads=heads, width=dim // heads, **options)
        here = here.to(queries.device, queries.dtype)
        given = {}
        for name, tensor in zip((q, k, v), (queries, keys, values)):
            given.setdefault(name, []).append(tensor)
        layers = {name: _Given(tensors) for name, tensors in given.items()} | ({out: _Identity()} if out else {})
        with _replaced(here, layers):
            result = call(here, queries.detach(), heads=heads, **options)
        return result[0] if isinstance(result, tuple) else result

    attention.__module__ = module.__module__
    attention.__name__ = getattr(module, "__name__", "attention")
    return subject(layout=layout, framework="torch", **declared)(attention)


def _own_sizes(module, maps, heads):
    """The restrictions of a module whose sizes are fixed."""
    if heads is None:
        raise ValueError(f"the number of heads of {type(module).__name__} is needed: attention_module(…, heads=8)")
    widths = {name: getattr(_layer(module, name), "out_features", None) for name in maps}
    of_each = {name: width and width // maps.count(name) for name, width in widths.items()}
    width = next(iter(of_each.values()))
    if not width or set(of_each.values()) != {width} or width % heads:
        raise ValueError(f"the widths of {', '.join(of_each)} must be equal, and a multiple of {heads} heads, but are "
                         f"{', '.join(map(str, of_each.values()))}: give a function that makes the module instead")
    return {"heads": heads, "width": width // heads, "value_width": "key"}
