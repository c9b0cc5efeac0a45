# SPDX-License-Identifier: Apache-2.0
"""Makes a Python function a subject of the SLiM harness. Copy this file; it needs only NumPy.

    from slim_subject import subject, serve

    @subject(features=["favor+"], causal=True)
    def attention(q, k, v, **options):
        ...
        return out

    serve()

    python3 mine.py                                        one small case, to see that it runs
    slim-verify run --subject-command 'python3 mine.py'    the laws

Arrays have the shapes given in properties/third_party/README.md of the harness: q, k [B, H, L, D],
v [B, H, L, D_v], unless `layout` declares another order; "BL(HD)" and "LB(HD)" have the columns of all
heads in one axis. Options of attention: heads (H), feature_map ("given": q and k are features),
feature_blocks, causal, projection [H, D, M] (shared: [D, M]) or None, key_mask [B, L] or None, initial (R, S) or None,
chunk, conventions, pullback, cotangent (dict: out, R, S), dtype, and those of a declared `input_form`. The function
returns its output, or (out, R, S) if it is resumable. A function with pullback=True returns a dict with these and d.q,
d.k, d.v, d.initial.R, d.initial.S; with framework="torch" or "jax", the pullback is derived. Any other framework is a
module whose `asarray` takes a NumPy array, and whose arrays NumPy can read.

Gradients of whole models: @gradient(...) on a function of (parameters, tokens, mask, **options) that
returns the loss, or for PyTorch modules model(make). With framework="numpy", the function of @gradient
also returns the gradients. attention_module(...) is for PyTorch modules with their own linear maps.
"""
import atexit
import contextlib
import difflib
import importlib
import json
import os
import re
import shlex
import sys
import traceback
import zlib

import numpy as np

PROTOCOL = 1
BFLOAT16 = np.dtype([("bfloat16", "<u2")])  # the upper half of a float32, which NumPy has no type for
DTYPES = {"F32": np.float32, "F64": np.float64, "F16": np.float16, "BF16": BFLOAT16, "I32": np.int32, "I64": np.int64,
          "U8": np.uint8}
NAMES = {np.dtype(t): name for name, t in DTYPES.items()}
LONGEST_HEADER = 1 << 26
LAYOUTS = ("BHLD", "BLHD", "LBHD", "BL(HD)", "LB(HD)")
IN_LAYOUT = ("q", "k", "v", "x", "cotangent.out", "out", "d.q", "d.k", "d.v", "features")  # arrays in the declared layout
REFUSE_WRITING = ("read-only", "readonly", "WRITEABLE", "in-place")  # in messages of NumPy and PyTorch on read-only arrays

_answers = None
if "SLIM_SCRATCH" in os.environ:  # started by the harness, which reads answers: what anything prints goes to standard error
    _answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

_tasks = {}
_declared = {"tasks": [], "capabilities": {}, "conventions": {}}
_feature_maps = {}  # task -> list
_own_map = {}  # of the feature map "own": `layout`, and what is declared of it


class Unsupported(Exception):
    """Raise this for a case that your code does not support."""


class InputModified(Exception):
    """A function wrote into its read-only input."""


def _listed(value):
    """list(value), except that a string becomes a list of one string."""
    return [value] if isinstance(value, str) else list(value)


def subject(features=("given",), causal=True, bidirectional=False, *, name=None, version="1", dtypes=("float32", "float64"),
            layout="BHLD", state="DM", resumable=False, sliced=False, pullback=None, key_masks=False, deterministic=True,
            subtracting=False, isolates_non_finite=False, conventions=None, restrictions=None, claims=(), framework="numpy",
            device=None, block=None, head_block=None, factors=None, narrow_sums=None, **form):
    """Declares the decorated function as the task attention. The README of the harness lists `conventions` and
    `restrictions`. `form`: keyword arguments of `input_form`, if k and v have fewer heads than q, for packed sequences, for
    as many keys as you like, for padding on one side.

    `framework`: "numpy", "torch", "jax", or a module as described above; `device`: of PyTorch's tensors.
    `dtypes`: of "float32", "float64", "float16", "bfloat16"; states of the last two are float32. NumPy has bfloat16 only with
    the package ml_dtypes. `factors="tf32"`: factors of products are rounded to this type. `narrow_sums="dtype"`: sums of
    bfloat16 are rounded to it, not to float32.
    `block` rows and `head_block` columns: the size of the implementation's own blocks, if it has any."""
    arrays, order = _arrays(framework, device), _order_of(layout)

    def declare(function):
        _declare("attention", function, name, version, features, conventions, sliced, claims, dtypes=_listed(dtypes),
                 deterministic=deterministic, subtracting=subtracting, block=block, head_block=head_block, layout=order,
                 restrictions=restrictions, factors=factors, narrow_sums=narrow_sums)
        _declared["capabilities"].update(
            causal=causal, bidirectional=bidirectional, state=state, resumable=resumable,
            pullback=arrays.differentiates if pullback is None else pullback, key_masks=key_masks,
            isolates_non_finite=isolates_non_finite, **input_form(**form))
        _tasks["attention"] = lambda case: _attention(function, arrays, layout, case)
        return function

    return declare


def input_form(*, key_heads=None, value_heads=None, packed=None, lengths=None, padding=None, masked_queries=None, mask=None):
    """The declared form of the arrays of attention; what is None is as usual.

    key_heads="grouped": k and v have H/g heads, and head h of q uses head h // g of them, as with PyTorch's enable_gqa; the
    projection is [H/g, D, M], the state [B, H/g, ...]. "one": they have one head. The option `key_heads` is their number.
    value_heads="more": v, the output and the state have g times the heads of q and k; the option `value_heads` is H.
    packed=True: the rows of all sequences are one axis, q [1, H, sum of L, D]; the option `cu_seqlens` [B + 1] (int64) has the
    first row of each, and the number of rows. States are [B, H, ...]. Sequences may be empty.
    lengths="cross": k and v have other numbers of rows than q, in bidirectional attention. If packed, `cu_seqlens_k` is theirs.
    padding="left" or "right": the masks are those of padding on one side; key_masks=True is needed, also for:
    masked_queries="zero": the output at masked rows is 0. "any": it is not compared. By default they attend like others.
    mask="bool": key_mask is Boolean. "additive": it is 0 where a key takes part, else -inf."""
    form = dict(key_heads=key_heads, value_heads=value_heads, packed=packed, lengths=lengths, padding=padding,
                masked_queries=masked_queries, mask=mask)
    return {field: value for field, value in form.items() if value is not None}


def features(function=None, *, maps=(), framework="numpy", device=None, layout=None, differs_by_row=None, differs_by_length=None):
    """Declares a function (x, feature_map, projection, role, **options) -> g(x) as the task features.

    If it is the only task, it needs the names of its maps: @features(maps=["favor+"]).
    With @subject(features=["own"]), attention is verified against these features, whatever they are. `role` is "query" or
    "key". They must be a function of the row of x; differs_by_row=True: also of its index; differs_by_length=True: also of
    its index and the number of rows."""
    depends = {"differs_by_row": differs_by_row, "differs_by_length": differs_by_length}
    if function is None:
        return lambda of_maps: features(of_maps, maps=maps, framework=framework, device=device, layout=layout,
                                        **depends)
    _own_map.update({"layout": layout}, **{key: of for key, of in depends.items() if of is not None})
    arrays = _arrays(framework, device)
    _declare("features", function, layout=layout and _order_of(layout))
    if maps:
        _feature_maps["attention"] = _listed(maps)  # features use attention's list

    def run(case):
        def call(inputs):
            out = function(inputs["x"], projection=inputs.get("projection"), role=case.metadata["role"], **case.options("x"))
            return {"features": arrays.give(out)}

        return _leaving_inputs(call, case, arrays, layout or "BHLD")

    _tasks["features"] = run
    return function


def projection(kind="orthogonal", own=False):
    """Declares a function (seed, width, features) -> [width, features] as the task projection. `kind`: "independent",
    "orthogonal" (blocks of vectors of length sqrt(width)) or "orthogonal-chi" (of the lengths of normal vectors). own=True:
    attention and features use the projection of seed 0 for every head, whatever is given."""

    def declare(function):
        _declare("projection", function, projection_kind=kind, own_projection=own or None)

        def run(case):
            width, columns, first, count = (int(case.metadata[key]) for key in ("width", "features", "seed", "count"))
            return {"projection": np.stack([np.asarray(function(seed, width, columns), np.float64)
                                            for seed in range(first, first + count)])}

        _tasks["projection"] = run
        return function

    return declare


def gradient(features=("sqr",), *, name=None, version="1", dtypes=("float32", "float64"), sliced=False, conventions=None,
             deterministic=True, subtracting=False, logits=False, counted_targets=True, claims=(), framework="torch", device=None,
             block=None, head_block=None, positions=None, padding=None, states=False):
    """Declares a function (parameters, tokens, mask, **options) -> loss as the task gradient.

    It may return (loss, logits); logits are judged if logits=True is declared. With framework="numpy" it takes arrays and
    returns (loss, gradients) or (loss, gradients, logits), where gradients is a dict by parameter name. `mask` has one
    entry per target, all 1 if the case has no mask. The loss is the sum over counted targets divided by
    options["counted_targets"], which is at least 1: without counted targets, the loss and its gradient are 0. Declare
    counted_targets=False if the divisor is always the mask's own count.

    positions="learned": a table position_map.weight [L_max, W] is added to an embedding of the same width; the option
    `position_rows` is L_max. padding="left", "right" or "any": the option `key_mask` [B, L] is 0 in rows of padding on this
    side, or None. states=True: the model is resumed. The option `initial` is (R, S), R [B, layers, heads, d, M] and
    S [B, layers, heads, M], or None, and `first_position` the position of the first row. The function returns (loss, logits,
    (R, S)) with the state after the last row, and with framework="numpy" (loss, gradients, logits, (R, S)), where gradients
    include those of the loss plus the inner product of (R, S) with the option `cotangent` (or None), also of "initial.R" and
    "initial.S"."""
    arrays = _arrays(framework, device)
    if states and framework not in ("numpy", "torch"):
        raise ValueError(f"states=True is for framework='numpy' or 'torch', not {framework!r}")
    parts = {"positions": positions, "model_padding": padding, "model_states": states or None}

    def declare(function):
        _declare("gradient", function, name, version, features, conventions, sliced, claims, dtypes=_listed(dtypes),
                 deterministic=deterministic, subtracting=subtracting, block=block, head_block=head_block)
        _declared["capabilities"].update(logits=logits, **({} if counted_targets else {"counted_targets": False}),
                                         **{field: value for field, value in parts.items() if value is not None})
        _tasks["gradient"] = lambda case: _gradient(function, arrays, case)
        return function

    return declare


def _arrays(framework, device):
    """How arrays of the framework come and go."""
    if framework == "torch":
        return ArraysOfTorch(device)
    if device is not None:
        raise ValueError(f"device={device!r} is for framework='torch', not {framework!r}")
    if framework == "jax":
        return ArraysOfJax()
    try:
        return Arrays(importlib.import_module(framework))
    except (ModuleNotFoundError, AttributeError) as error:
        raise ValueError(f"framework {framework!r} is unknown ({error}): allowed are numpy, torch, jax, or an installed module "
                         "with `asarray`") from None


def _order_of(layout):
    """The order of axes of a layout, without brackets."""
    if layout not in LAYOUTS:
        raise ValueError(f"layout {layout!r} is unknown: allowed are {', '.join(LAYOUTS)}")
    return layout.replace("(", "").replace(")", "")


def _name_of(function):
    """A name for the report, also of lambdas, partial functions and objects."""
    of = getattr(function, "func", function)
    return re.sub("[^A-Za-z0-9._+-]", "", getattr(of, "__name__", type(of).__name__))[:60] or "subject"


def _named_as(function, run):
    """`run` with the name and module of `function`."""
    of = getattr(function, "func", function)
    run.__module__, run.__name__ = of.__module__, _name_of(of)
    return run


def _declare(task, function, name=None, version="1", feature_maps=None, conventions=None, sliced=False, claims=(), **of_all):
    """Feature maps and conventions are stored per task, `sliced` and claims are merged over tasks, and what is given of
    `of_all` must be equal for all tasks."""
    if task in _declared["tasks"]:
        raise ValueError(f"task {task} is declared twice")
    if getattr(function, "func", function).__module__ == "__main__" and not _declared["tasks"]:
        atexit.register(_miss_serve)
    for capability, value in of_all.items():
        if value is None:
            continue
        before = _declared["capabilities"].setdefault(capability, value)
        if before != value:
            raise ValueError(f"{capability} holds for all tasks, but was {before} before and is {value} for {task}: "
                             "declare the same value, or serve the tasks from two files")
    _declared["tasks"].append(task)
    if task not in ("features", "projection") or "name" not in _declared:
        _declared.update(name=name or _name_of(function), version=version)
    if feature_maps is not None:
        _feature_maps[task] = _listed(feature_maps)
    if conventions:
        _declared["conventions"][task] = dict(conventions)
    can = _declared["capabilities"]
    can["answers_invalid_json"] = True
    can["sliced"] = can.get("sliced", False) or sliced
    can["claims"] = can.get("claims", []) + [claim for claim in _listed(claims) if claim not in can.get("claims", [])]


def _declaration():
    """The answer to `describe`. Feature maps are listed by task only if they differ."""
    maps = list(_feature_maps.values())
    given = {"feature_maps": maps[0] if maps.count(maps[0]) == len(maps) else _feature_maps} if maps else {}
    if "own" in _feature_maps.get("attention", ()) and "features" in _tasks:
        given["own_map"] = {"features": _own_width(), **{key: of for key, of in _own_map.items() if key != "layout"}}
    return {"protocol": PROTOCOL, **_declared, "capabilities": {**_declared["capabilities"], **given}}


def _own_columns(width):
    """The number of features of the map "own" for rows of this width, from running it once."""
    case = small_case("features", _declared, "own", width)
    layout = _own_map["layout"] or "BHLD"
    columns = np.shape(_tasks["features"](case)["features"])[-1]
    return columns // case.options("x")["heads"] if "(" in layout else columns


def _own_width():
    """[c0, c1, c2] of the number of features c0 + c1 D + c2 D^2 of the map "own"."""
    limits = _declared["capabilities"].get("restrictions", {})
    if "width" in limits:
        return [_own_columns(limits["width"]), 0, 0]
    step = limits.get("width_multiple", 1)
    first = -(-limits.get("least_width", 1) // step) * step
    widths = np.arange(first, first + 4 * step, step)
    columns = [_own_columns(int(width)) for width in widths]
    found = np.round(2 * np.linalg.solve(np.vander(widths[:3], increasing=True), columns[:3])) / 2
    if not np.array_equal(np.vander(widths, 3, increasing=True) @ found, columns):
        raise ValueError(f"the feature map own has {columns} features for widths of {widths.tolist()}: this must be "
                         "c0 + c1 D + c2 D^2, or declare restrictions={'width': D}")
    return found.tolist()


def _utf8(path):
    """The path in bytes as the harness encodes it, independent of the locale of this process."""
    return path.encode("utf-8") if isinstance(path, str) else path


def read_case(path):
    """The read-only tensors and the metadata of a safetensors file."""
    with open(_utf8(path), "rb") as file:
        data = file.read()
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > min(len(data) - 8, LONGEST_HEADER):
        raise ValueError("the case file ends within its header")
    header = json.loads(data[8 : 8 + size])
    body = memoryview(data)[8 + size :]
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        shape = entry["shape"]
        dtype = np.dtype(DTYPES[entry["dtype"]])
        if not 0 <= first <= last <= len(body) or last - first != int(np.prod(shape, dtype=np.int64)) * dtype.itemsize:
            raise ValueError(f"tensor {name!r} lies outside the case file")
        tensors[name] = np.frombuffer(body[first:last], dtype).reshape(shape)
    return tensors, metadata


def write_case(path, tensors, metadata=None):
    """Writes a safetensors file atomically: under another name, which is then renamed."""
    header, offset, parts = {}, 0, []
    if metadata:
        header["__metadata__"] = {key: str(value) for key, value in metadata.items()}
    for name, array in tensors.items():
        array = np.asarray(array)
        if array.dtype not in NAMES:
            raise TypeError(f"tensor {name!r} has type {array.dtype}: allowed are {', '.join(map(str, NAMES))}")
        part = array.tobytes()  # row-major
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape), "data_offsets": [offset, offset + len(part)]}
        offset += len(part)
        parts.append(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path = _utf8(path)
    temporary = path + b".part"
    with open(temporary, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(parts))
    os.replace(temporary, path)


def cast(array, dtype):
    """The array rounded to a type, which may be BFLOAT16 or "bfloat16"."""
    dtype = BFLOAT16 if dtype == "bfloat16" else np.dtype(dtype)
    array = np.asarray(array)
    if array.dtype == dtype:
        return array
    if array.dtype == BFLOAT16:
        array = (array["bfloat16"].astype("<u4") << 16).view("<f4")
    if dtype != BFLOAT16:
        return array.astype(dtype)
    bits = np.asarray(array.astype("<f4")).view("<u4")
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return np.where(np.isnan(array), 0x7FC0, rounded).astype("<u2").view(BFLOAT16)


def laid_out(array, strides):
    """A read-only copy with these strides in entries, and NaN between its entries."""
    buffer = cast(np.full(1 + sum((n - 1) * step for n, step in zip(array.shape, strides)), np.nan), array.dtype)
    view = np.lib.stride_tricks.as_strided(buffer, array.shape, [step * buffer.itemsize for step in strides])
    view[...] = array
    view.flags.writeable = False
    return view


class Case:
    """A case of the harness: tensors by name (NumPy), metadata, and the shapes of the results by name."""

    def __init__(self, tensors, metadata, wanted, strides):
        self.tensors = {name: laid_out(x, strides[name]) if name in strides else x for name, x in tensors.items()}
        self.metadata, self.wanted = metadata, {name: of["shape"] for name, of in wanted.items()}

    def heads_of(self, array):
        return self.tensors[array].shape[self.metadata["layout"].index("H")]

    def options(self, array):
        """Those of attention and of features. `array`: one whose axes include the heads."""
        return dict(feature_map=self.metadata["feature_map"], feature_blocks=int(self.metadata.get("feature_blocks", 1)),
                    conventions=json.loads(self.metadata["conventions"]), dtype=self.metadata["dtype"],
                    heads=self.heads_of(array))


class Arrays:
    """Arrays of a module with `asarray`: NumPy, or another one with the array API."""

    differentiates = False  # whether the pullback is derived

    def __init__(self, module):
        make = np.array if module is np else module.asarray
        self.take, self.ones_like = lambda x: module.asarray(self._readable(x)), module.ones_like
        self.writable = lambda x: make(self._readable(x))

    @staticmethod
    def _readable(array):
        """The array in a type that NumPy calculates with."""
        if array.dtype != BFLOAT16:
            return array
        try:
            import ml_dtypes
        except ModuleNotFoundError:
            raise Unsupported("bfloat16 in NumPy needs the package ml_dtypes") from None
        return array.view(ml_dtypes.bfloat16)

    @staticmethod
    def give(x):
        x = np.asarray(x)
        return x.view(BFLOAT16) if x.dtype.name == "bfloat16" else x

    while_writable = contextlib.nullcontext


class ArraysOfJax(Arrays):
    differentiates = True

    def __init__(self):
        import jax

        jax.config.update("jax_enable_x64", True)
        super().__init__(jax.numpy)

    @staticmethod
    def pulled_back(function, sources, cotangent):
        """The results by name, and the gradients of their inner products with the cotangent."""
        import jax

        result, pull_back = jax.vjp(function, sources)
        return result, pull_back({name: cotangent.get(name, jax.numpy.zeros_like(x)) for name, x in result.items()})[0]

    @staticmethod
    def loss_and_gradients(function, parameters):
        import jax

        def with_logits(own):
            result = function(own)
            return result if isinstance(result, tuple) else (result, None)

        (loss, logits), gradients = jax.value_and_grad(with_logits, has_aux=True)(parameters)
        return loss, gradients, logits


def _small_form(can, limits, H, L):
    """Heads and rows of the arrays of a small case, as far as a form is declared."""
    shares, more = can.get("key_heads", "all") != "all", can.get("value_heads") == "more"
    few = limits.get("key_heads", 1) if shares or more else H
    rows, starts = {"q": L, "k": L}, {}
    if can.get("lengths") == "cross":
        rows["k"] = 2 * L
    if can.get("packed"):  # two sequences
        starts = {"cu_seqlens": np.array([0, 1, L])}
        if can.get("lengths") == "cross":
            starts["cu_seqlens_k"] = np.array([0, L, 2 * L])
    return {"q": {"H": few if more else H, "L": rows["q"]}, "k": {"H": few, "L": rows["k"]},
            "v": {"H": few if shares else H, "L": rows["k"]}, "out": {"H": H, "L": rows["q"]}, "starts": starts,
            "states": few if shares else H, "projections": few}


def small_case(task, declared, feature_map, width=None):
    """A case with B = 1, H = 2, L = 3, D = D_v = M = 4, unless these are restricted, or a model of width 8 with one layer."""
    can, random = declared["capabilities"], np.random.default_rng(0)
    dtype = can.get("dtypes", ["float32"])[0]
    normal = lambda *shape: random.standard_normal(shape)  # noqa: E731
    order = can.get("layout", "BHLD")
    limits = can.get("restrictions", {})
    H, L = limits.get("heads", 2), 3 * limits.get("length_multiple", 1)
    step = limits.get("width_multiple", 1) * limits.get("feature_multiple", 1)
    D = width or limits.get("width", -(-max(4, limits.get("least_width", 1)) // step) * step)
    M = _own_columns(D) if feature_map == "own" and width is None else D
    form = _small_form(can, limits, H, L)
    in_order = lambda name, columns=D: [  # noqa: E731
        {"B": 1, "D": columns, **form.get(name, {"H": H, "L": L})}[axis] for axis in order]
    causal = str(int(can.get("causal", True) and can.get("lengths") != "cross"))
    metadata = dict(feature_map=feature_map, layout=order, dtype=dtype, causal=causal, pullback="0",
                    chunk="3", role="query", conventions=json.dumps(declared["conventions"].get(task, {})), norm="branch-output",
                    layers="1", heads="2", vocab_size="5", hidden_dim="8", ffn_dim="4")
    if task != "gradient":
        names = ["q", "k", "v"] if task == "attention" else ["x"]
        tensors = {name: normal(*in_order(name)) for name in names}
        if feature_map == "given":
            tensors.update({name: abs(tensors[name]) for name in "qk"})
        shapes = {"out": in_order("out")} if task == "attention" else {} if width else {"features": in_order("x", M)}
        tensors.update(form.get("starts", {}) if task == "attention" else {})
        if can.get("resumable") and task == "attention":
            of_states = [len(tensors.get("cu_seqlens", "12")) - 1, form.get("states", H)]
            shapes.update(R=[*of_states, D, M], S=[*of_states, M])
        if feature_map == "favor+" or declared["conventions"].get("attention", {}).get("project"):
            tensors["projection"] = normal(D, D) if limits.get("shared_projection") else normal(form.get("projections", H), D, D)
    else:
        maps = {f"attention.{x}_map": (8, 8) for x in "qkv"} | {"U_map": (4, 8), "V_map": (8, 4)}
        shapes = {f"layers.0.{name}.weight": of for name, of in maps.items()} | {"output_logit_map.weight": (5, 8)}
        shapes |= {name.replace("weight", "bias"): of[:1] for name, of in shapes.items()}
        shapes |= {f"layers.0.layernorm{i}.{of}": (8,) for i in (1, 2) for of in ("weight", "bias")} | {"input_map.weight": (5, 4)}
        if can.get("positions") == "learned":
            shapes |= {"input_map.weight": (5, 8), "position_map.weight": (6, 8)}
            metadata["position_rows"] = "6"
        tensors = {"param." + name: normal(*of) for name, of in shapes.items()} | {"tokens": random.integers(0, 5, (1, 4))}
        shapes = {"loss": []} | ({"R": [1, 1, 2, 4, 4], "S": [1, 1, 2, 4]} if can.get("model_states") else {})
        if feature_map == "favor+":
            tensors["projection.0"] = normal(2, 4, 4)
    tensors = {name: cast(x, dtype) if x.dtype.kind == "f" else x for name, x in tensors.items()}
    return Case(tensors, metadata, {name: {"shape": shape} for name, shape in shapes.items()}, {})


class ArraysOfTorch:
    """Tensors, on any device. The pullback comes from autograd."""

    differentiates = True

    def __init__(self, device):
        import torch

        self.while_writable, self.ones_like, self.torch = torch.no_grad, torch.ones_like, torch
        self.device = torch.device(device or "cpu")

    def take(self, array):
        """A writable tensor with the strides of the array, 0 included."""
        steps = [step // array.itemsize for step in array.strides]
        size = 1 + sum((n - 1) * step for n, step in zip(array.shape, steps))
        buffer = np.lib.stride_tricks.as_strided(array, (size,), (array.itemsize,)).copy()
        if array.dtype == BFLOAT16:
            tensor = self.torch.from_numpy(buffer.view(np.int16)).view(self.torch.bfloat16)
        else:
            tensor = self.torch.from_numpy(buffer)
        return tensor.to(self.device).as_strided(array.shape, steps)

    writable = take

    def give(self, tensor):
        tensor = tensor.detach().cpu()
        if tensor.dtype == self.torch.bfloat16:
            return tensor.view(self.torch.int16).numpy().view(BFLOAT16)
        return tensor.numpy()

    @staticmethod
    def pulled_back(function, sources, cotangent):
        """The results by name, and the gradients of their inner products with the cotangent, which is passed with its own
        strides, as a sum passes one of stride 0."""
        import torch

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
    def loss_and_gradients(function, parameters, cotangent=None):
        import torch

        for parameter in parameters.values():
            parameter.requires_grad_()
        result = function(parameters, **({} if cotangent is None else {"cotangent": cotangent}))
        loss, *others = result if isinstance(result, tuple) else (result,)
        total = _with_state(loss, others[1:], cotangent)
        if total.requires_grad:
            total.backward()
        return loss, {name: torch.zeros_like(x) if x.grad is None else x.grad for name, x in parameters.items()}, *others


def _with_state(loss, states, cotangent):
    """The loss plus the inner product of the end state, if there is one, with its cotangent."""
    if not states or cotangent is None:
        return loss
    return loss + sum((x * of.to(x)).sum().to(loss) for x, of in zip(states[0], cotangent))


def _sums(tensors):
    """Shapes and checksums of NumPy arrays, to detect changes."""
    return {name: (x.shape, zlib.crc32(np.ascontiguousarray(x).view(np.uint8))) for name, x in tensors.items()}


def _leaving_inputs(call, case, arrays, layout="BHLD"):
    """Returns call(inputs); raises InputModified if it changed an array. If it raised an error about read-only arrays, it
    is called again on writable ones, to find the array that it writes into."""
    flat = IN_LAYOUT if "(" in layout else ()
    tensors = {name: x.reshape(*x.shape[:2], -1) if name in flat else x for name, x in case.tensors.items()}
    before = _sums(tensors)

    def require_unchanged(inputs, where=""):
        after = _sums({name: arrays.give(x) for name, x in inputs.items()})
        changed = [name for name in before if after[name] != before[name]]
        if changed:
            raise InputModified(f"wrote into its input {', '.join(changed)}{where}")

    inputs = {name: arrays.take(x) for name, x in tensors.items()}
    try:
        answer = call(inputs)
    except Exception as error:
        if any(words in str(error) for words in REFUSE_WRITING):
            inputs = {name: arrays.writable(x) for name, x in tensors.items()}
            with arrays.while_writable(), contextlib.suppress(Exception):
                call(inputs)
            require_unchanged(inputs, _place_of(error))
        raise
    require_unchanged(inputs)
    for name in flat:
        if name in case.wanted and name in answer and answer[name].shape == (*case.wanted[name][:2], case.wanted[name][2] * case.wanted[name][3]):
            answer[name] = answer[name].reshape(case.wanted[name])
    return answer


def _named(result):
    if isinstance(result, dict):
        return result
    return dict(zip(("out", "R", "S"), result)) if isinstance(result, tuple) else {"out": result}


def _options_of_form(case, inputs):
    """Those that `input_form` describes."""
    can = _declared["capabilities"]
    heads = {option: case.heads_of(array) for option, array in (("key_heads", "k"), ("value_heads", "v")) if
             "key_heads" in can or "value_heads" in can}
    return {**heads, **{name: inputs[name] for name in ("cu_seqlens", "cu_seqlens_k") if name in inputs}}


def _attention(function, arrays, layout, case):
    if _declared["capabilities"].get("mask") == "bool" and "key_mask" in case.tensors:
        case.tensors["key_mask"] = case.tensors["key_mask"].astype(bool)
    pullback = case.metadata["pullback"] == "1"
    dtype = np.float32 if case.tensors["q"].dtype.itemsize == 2 else case.tensors["q"].dtype  # of states
    zeros = {"d.initial." + x: np.zeros(case.wanted["d.initial." + x], dtype) for x in "RS" if "d.initial." + x in case.wanted}

    def call(inputs):
        initial = {"d." + x: inputs[x] for x in ("initial.R", "initial.S") if x in inputs}
        if arrays.differentiates and not initial:
            initial = {name: arrays.take(x) for name, x in zeros.items()}
        cotangent = {name[10:]: x for name, x in inputs.items() if name.startswith("cotangent.")}
        options = dict(case.options("q"), causal=case.metadata["causal"] == "1", projection=inputs.get("projection"),
                       key_mask=inputs.get("key_mask"), chunk=int(case.metadata["chunk"]), pullback=pullback, cotangent=cotangent,
                       **_options_of_form(case, inputs))

        def result_of(x):
            state = (x["d.initial.R"], x["d.initial.S"]) if "d.initial.R" in x else None
            return _named(function(x["d.q"], x["d.k"], x["d.v"], initial=state, **options))

        sources = {"d.q": inputs["q"], "d.k": inputs["k"], "d.v": inputs["v"], **initial}
        if pullback and arrays.differentiates:
            result, pulled = arrays.pulled_back(result_of, sources, cotangent)
            result = {**pulled, **result}
        else:
            result = result_of(sources)
        return {name: arrays.give(x) for name, x in result.items()}

    return _leaving_inputs(call, case, arrays, layout)


def _gradient(function, arrays, case):
    metadata, sizes = case.metadata, ["layers", "heads", "vocab_size", "hidden_dim", "ffn_dim", "chunk"]
    can, pair = _declared["capabilities"], lambda of, prefix: (of[prefix + "R"], of[prefix + "S"]) if prefix + "R" in of else None
    sizes += ["position_rows"] if "position_rows" in metadata else []

    def call(inputs):
        parameters = {name[6:]: x for name, x in inputs.items() if name.startswith("param.")}
        tokens = inputs["tokens"]
        mask = inputs["mask"][:, 1:] if "mask" in inputs else arrays.ones_like(tokens[:, 1:])
        projection = [inputs[f"projection.{r}"] for r in range(int(metadata["layers"])) if f"projection.{r}" in inputs]
        counted = max(1, int(metadata.get("counted_targets", int(mask.sum()))))
        options = dict(feature_map=metadata["feature_map"], feature_blocks=int(metadata.get("feature_blocks", 1)),
                       norm=metadata["norm"], projection=projection, counted_targets=counted, dtype=metadata["dtype"],
                       conventions=json.loads(metadata["conventions"]), **{size: int(metadata[size]) for size in sizes})
        if can.get("model_padding"):
            options["key_mask"] = inputs.get("key_mask")
        cotangent = {}
        if can.get("model_states"):
            parameters.update({name: x for name, x in inputs.items() if name.startswith("initial.")})
            if "d.initial.R" in case.wanted and "initial.R" not in parameters:
                dtype = np.float32 if case.tensors["param.input_map.weight"].dtype.itemsize == 2 else \
                    case.tensors["param.input_map.weight"].dtype
                parameters.update({x[2:]: arrays.take(np.zeros(case.wanted[x], dtype)) for x in ("d.initial.R", "d.initial.S")})
            options.update(first_position=int(metadata.get("first_position", 0)))
            cotangent = {"cotangent": pair(inputs, "cotangent.")}

        def loss_of(parameters, **of_states):
            own = {name: x for name, x in parameters.items() if not name.startswith("initial.")}
            if can.get("model_states"):
                of_states["initial"] = pair(parameters, "initial.")
            return function(own, tokens, mask, **options, **of_states)

        if arrays.differentiates:
            loss, gradients, *others = arrays.loss_and_gradients(loss_of, parameters, **cotangent)
        else:
            loss, gradients, *others = loss_of(parameters, **cotangent)
        dtype = case.tensors["param.input_map.weight"].dtype  # the loss is often a Python number
        answer = {"loss": cast(arrays.give(loss), dtype)}
        answer.update({("d." if name.startswith("initial.") else "grad.") + name: arrays.give(x) for name, x in gradients.items()})
        if others and others[0] is not None:
            answer["logits"] = arrays.give(others[0])
        if len(others) > 1:
            answer.update(zip("RS", map(arrays.give, others[1])))
        return answer

    return _leaving_inputs(call, case, arrays)


# PyTorch modules.


def with_positions(x, base=1e4):
    """Concatenates embeddings [B, L, W] and sines and cosines of the positions of rows: [B, L, 2 W]."""
    import torch

    length, width = x.shape[1:]
    frequency = base ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
    angle = torch.arange(length, dtype=torch.float64)[:, None] * frequency
    return torch.cat((x, torch.cat((angle.sin(), angle.cos()), -1).to(x).expand_as(x)), -1)


def _tuple_of(result):
    return result if isinstance(result, tuple) else (result,)


def cross_entropy(module, tokens, mask, counted_targets, **options):
    """(loss, logits) of next-token prediction by a module that maps tokens [B, L] to logits [B, L, V]. With padding declared,
    the module also takes key_mask; with states, it takes initial and first_position, and returns (logits, (R, S))."""
    import torch

    given = {name: options[name] for name in ("key_mask", "initial", "first_position") if name in options}
    logits, *state = _tuple_of(module(tokens[:, :-1], **given))
    of_each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
    return (of_each * mask).sum() / counted_targets, logits, *state


def model(make, loss=cross_entropy, **declared):
    """Declares a module as the task gradient: make(**options) returns a module whose parameters have the names in the case
    (without "param."); loss(module, tokens, mask, **options) returns the loss, or (loss, logits). `declared`: keyword
    arguments of `gradient`."""

    def loss_of(parameters, tokens, mask, cotangent=None, **options):
        module = make(**options)
        own = dict(module.named_parameters())
        if own.keys() != parameters.keys():
            raise ValueError(f"the names of the module's parameters differ from the case's in {sorted(own.keys() ^ parameters.keys())}")
        for key, value in parameters.items():
            if own[key].shape != value.shape:
                raise ValueError(f"the module's {key} has shape {list(own[key].shape)}, the case's {list(value.shape)}")
            own[key].data = value.detach()
        result = loss(module, tokens, mask, **options)
        value = _tuple_of(result)[0]
        _with_state(value, _tuple_of(result)[2:], cotangent).backward()
        for key, parameter in parameters.items():
            parameter.grad = own[key].grad
        return tuple(tuple(y.detach() for y in x) if isinstance(x, tuple) else x.detach() for x in _tuple_of(result))

    declared.setdefault("logits", loss is cross_entropy)
    return gradient(**declared)(_named_as(make, loss_of))


def _stand_in(result):
    """A PyTorch module in place of a linear map: returns result(its input), and knows whether it was called."""
    import torch

    class StandIn(torch.nn.Module):
        was_called = False

        def forward(self, *args, **options):
            self.was_called = True
            return result(*args, *options.values())

    return StandIn()


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


def attention_module(module, q="to_q", k="to_k", v="to_v", out="to_out", *, heads=None, key_heads=None, forward=None,
                     layout="BL(HD)", by_head=False, **declared):
    """Declares a module that has its own linear maps as the task attention: the maps named q, k and v are replaced, and
    return the case's queries, keys and values, whatever their input; the map named `out` (None: there is none) returns its
    input. If one layer makes several of q, k and v, name it for each: q="to_q", k="to_kv", v="to_kv". by_head=True: what it
    makes for a head is together, [B, L, (H 3 D)], as in GPT-NeoX, BLOOM or MiniMax, instead of all queries first.

    `module` is a function that makes a module of the sizes of a case: make(dim=H·D, heads=H, width=D, causal=…,
    projection=…, **options); or a module, whose number of `heads` must be given, for cases of its own sizes only.
    `key_heads`: if k and v have fewer heads, "grouped" or "one" (the function gets their number as the option `key_heads`);
    of a module, the number.
    `forward`: function (module, x, **options) that calls the module on x [B, L, H·D]; by default module(x).
    `layout`: of x and of the output. `declared`: other keyword arguments of `subject`."""
    import torch

    call = forward or (lambda module, x, **options: module(x))
    fixed = isinstance(module, torch.nn.Module)
    if fixed:
        declared["restrictions"] = {**_own_sizes(module, (q, k, v), heads, key_heads), **declared.get("restrictions", {})}
        key_heads = key_heads and "grouped"
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

        def together(tensors):
            if not by_head or len(tensors) == 1:
                return torch.cat(tensors, -1)
            return torch.cat([x.unflatten(-1, (heads, -1)) for x in tensors], -1).flatten(-2)

        layers = {name: _stand_in(lambda *_, own=tensors: together(own)) for name, tensors in given.items()}
        if out:
            layers[out] = _stand_in(lambda x, *_: x)
        with _replaced(here, layers):
            result = call(here, queries.detach(), heads=heads, **options)
        return result[0] if isinstance(result, tuple) else result

    if key_heads:
        declared["key_heads"] = key_heads
    return subject(layout=layout, framework="torch", **declared)(_named_as(module, attention))


def _own_sizes(module, maps, heads, key_heads=None):
    """The restrictions of a module whose sizes are fixed."""
    if heads is None:
        raise ValueError(f"the number of heads of {type(module).__name__} is needed: attention_module(…, heads=8)")
    of_maps = (heads, *2 * (key_heads or heads,))
    widths = {name: getattr(_layer(module, name), "out_features", None) for name in maps}
    in_all = {name: sum(n for of, n in zip(maps, of_maps) if of == name) for name in widths}  # heads of each layer
    of_each = {name: width and width / in_all[name] for name, width in widths.items()}
    width = next(iter(of_each.values()))
    if not width or set(of_each.values()) != {width} or width % 1:
        raise ValueError(f"the widths of {', '.join(of_each)} must be equal for each head, and whole, but are "
                         f"{', '.join(map(str, widths.values()))} for {', '.join(map(str, in_all.values()))} heads: give a "
                         "function that makes the module instead")
    return {"heads": heads, "width": int(width), "value_width": "key", **({"key_heads": key_heads} if key_heads else {})}


# Models of your own architecture: laws that need no reference (properties/own_model/README.md of the harness).


def masked_cross_entropy(logits, targets, mask):
    """Mean cross entropy of logits [B, L, V] over the targets [B, L] that count in the mask [B, L] (PyTorch)."""
    import torch

    of_each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    return (of_each * mask).sum() / mask.sum().clamp(min=1)


def own_model(make, vocab, longest, *, loss=masked_cross_entropy, slices=None, decode=None, name=None, **declared):
    """Declares any PyTorch module: make() returns it; it maps tokens [B, L] to logits [B, L, vocab], L <= longest.

    loss(logits, targets [B, L], mask [B, L]) -> scalar.
    slices(module, tokens [B, L + 1], mask [B, L], chunk) -> the loss, with its gradient added to `.grad` as
    backward() does: your own gradient in slices of `chunk` rows.
    decode(module, tokens [B, l], state) -> (logits, state): the next rows; the state before the first is None.
    The other declarations are those of own_function(). `padding` is that of the module's torch.nn.Embedding, if it has one:
    PyTorch sets the gradient of its row to 0, which is not the slope of the loss."""
    import torch

    torch.set_num_threads(1)  # the harness runs several processes
    modules = {}

    def fresh():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # the same parameters and buffers in every process
            return make()

    def evaluate(parameters, tokens, mask, chunk, cuts, dtype, wants_gradient, wants_logits):
        if dtype not in modules:
            modules[dtype] = fresh().to(getattr(torch, dtype))
        module = modules[dtype]
        given = {}
        with torch.no_grad():
            for key, parameter in module.named_parameters():
                given[key] = torch.tensor(parameters[key])
                parameter.copy_(given[key])
                parameter.grad = None
        device = next(module.parameters()).device
        inputs = torch.tensor(tokens, device=device)
        counted = torch.tensor(mask, dtype=getattr(torch, dtype), device=device)
        value = logits = None
        if cuts:
            logits = _in_pieces(decode, module, inputs[:, :-1], cuts)
        elif chunk:
            value = slices(module, inputs, counted, chunk)
        else:
            with contextlib.nullcontext() if wants_gradient else torch.no_grad():
                logits = module(inputs[:, :-1])
                value = loss(logits, inputs[:, 1:], counted)
            if wants_gradient and value.requires_grad:
                value.backward()
        for key, parameter in module.named_parameters():
            if not torch.equal(parameter.detach().cpu(), given[key]):
                raise InputModified(f"wrote into its parameter {key}")
        if not np.array_equal(inputs.cpu().numpy(), tokens):
            raise InputModified("wrote into its input tokens")
        gradients = {key: np.zeros(parameters[key].shape) if parameter.grad is None else parameter.grad.detach().cpu().numpy()
                     for key, parameter in module.named_parameters()} if wants_gradient else {}
        return value if value is None else float(value), gradients, logits.detach().cpu().numpy() if wants_logits else None

    def run(parameters, tokens, mask, chunk, seed, **options):
        torch.manual_seed(seed)  # so that a repeated call drops out the same entries
        return evaluate(parameters, tokens, mask, chunk, **options)

    first = fresh()
    values = {key: parameter.detach().cpu().numpy() for key, parameter in first.named_parameters()}
    paddings = {part.padding_idx for part in first.modules() if isinstance(part, torch.nn.Embedding)} - {None}
    if len(paddings) == 1 and paddings < set(range(vocab)):
        declared.setdefault("padding", *paddings)
    _declare_own(_named_as(make, run), values, vocab, longest, name, sliced=slices is not None, logits=True, decodes=decode is not None,
                 **declared)
    return make


def own_function(parameters, vocab, longest, *, name=None, sliced=False, logits=False, framework="numpy", **declared):
    """Declares a function (parameters, tokens [B, L + 1], mask [B, L], chunk) -> (loss, gradients) or (loss, gradients,
    logits [B, L, vocab]) of NumPy arrays. `parameters`: {name: initial values}; gradients have the same names. `chunk` is
    None for the full pass; with sliced=True it is also a slice length.

    With framework="torch" it gets tensors and returns the loss, or (loss, logits): the gradient is that of its backward(),
    or what the function itself has added to the parameters' `.grad`.

    Further declarations: dtypes; padding=token (only fills sequences up, at their end); masks=False (all targets count);
    batches=False (B is 1); couples_batch=True (the loss of a batch is no mean over targets); causal=False;
    random="redrawn" (dropout) or "by-position" (dropout whose mask is a function of the position);
    narrowest="bfloat16" or "float16" (autocast); not_slope=[parameters whose gradient is on purpose no slope];
    subtracting=True (sums are recovered by subtraction); deterministic=False."""

    def of_torch(function, values, tokens, mask, chunk, seed, dtype, wants_gradient, wants_logits):
        import torch

        torch.manual_seed(seed)
        own = {key: torch.tensor(value).requires_grad_() for key, value in values.items()}
        inputs = torch.tensor(tokens)
        result = function(own, inputs, torch.tensor(mask, dtype=getattr(torch, dtype)), chunk or None)
        loss, logits = result if isinstance(result, tuple) else (result, None)
        if wants_gradient and loss.requires_grad:
            loss.backward()
        for key, value in values.items():
            if not np.array_equal(own[key].detach().numpy(), value, equal_nan=True):
                raise InputModified(f"wrote into its parameter {key}")
        if not np.array_equal(inputs.numpy(), tokens):
            raise InputModified("wrote into its input tokens")
        gradients = {key: np.zeros(np.shape(values[key])) if tensor.grad is None else tensor.grad.numpy()
                     for key, tensor in own.items()}
        return float(loss), gradients, logits.detach().numpy() if wants_logits and logits is not None else None

    def declare(function):
        def run(values, tokens, mask, chunk, seed, cuts, dtype, wants_gradient, wants_logits):
            if framework == "torch":
                return of_torch(function, values, tokens, mask, chunk, seed, dtype, wants_gradient, wants_logits)

            def call(arrays):
                of = {key: arrays[key] for key in values}
                result = function(of, arrays[" tokens"], arrays[" mask"].astype(dtype), chunk or None)
                return result if len(result) == 3 else (*result, None)

            case = Case({**values, " tokens": tokens, " mask": mask}, {}, {}, {})
            return _leaving_inputs(call, case, Arrays(np))

        if framework not in ("numpy", "torch"):
            raise ValueError(f"framework is {framework!r}: allowed are 'numpy' and 'torch'")
        _declare_own(_named_as(function, run), parameters, vocab, longest, name, sliced=sliced, logits=logits, **declared)
        return function

    return declare


def _in_pieces(decode, module, tokens, cuts):
    """The logits of consecutive pieces of the rows, which end at `cuts`, concatenated."""
    import torch

    pieces, state, first = [], None, 0
    with torch.no_grad():
        for last in [*cuts, tokens.shape[1]]:
            logits, state = decode(module, tokens[:, first:last], state)
            pieces.append(logits)
            first = last
    return torch.cat(pieces, 1)


def _declare_own(run, parameters, vocab, longest, name, *, version="1", dtypes=("float32", "float64"), deterministic=True,
                 subtracting=False, not_slope=(), **options):
    _declare("own_model", run, name, version, dtypes=_listed(dtypes), deterministic=deterministic, subtracting=subtracting)
    shapes = {key: list(np.shape(value)) for key, value in parameters.items()}
    _declared["own_model"] = dict(vocab=vocab, longest=longest, parameters=shapes, not_slope=_listed(not_slope), **options)

    def answer(case):
        tensors, metadata, wanted = case.tensors, case.metadata, case.wanted
        if metadata.get("request") == "parameters":
            return {"param." + key: np.asarray(value, np.float64) for key, value in parameters.items()}
        dtype = metadata["dtype"]
        stacks = {key: tensors["param." + key] for key in parameters}  # [K, ...]: K copies, or one for all
        copies = max(len(stack) for stack in stacks.values())
        gradients = any(key.startswith("grad.") for key in wanted)
        answers = {key: [] for key in wanted}
        for k in range(copies):
            values = {key: stack[min(k, len(stack) - 1)] for key, stack in stacks.items()}
            loss, gradient, logits = run(values, tensors["tokens"], tensors["mask"], int(metadata["chunk"]), seed=int(metadata["seed"]),
                                         cuts=json.loads(metadata["cuts"]), dtype=dtype, wants_gradient=gradients,
                                         wants_logits="logits" in wanted)
            given = {"loss": loss, "logits": logits, **{"grad." + key: value for key, value in gradient.items()}}
            for key, values_of_key in answers.items():
                if given.get(key) is None:
                    raise ValueError(f"own_model did not return {key}")
                values_of_key.append(np.asarray(given[key], dtype))
        return {key: np.stack(values) for key, values in answers.items()}

    _tasks["own_model"] = answer


def _answer(request):
    method = request.get("method")
    if method == "describe":
        return _declaration()
    if method == "shutdown":
        return {}
    if method != "run":
        raise LookupError(f"method {method!r} is unknown: allowed are describe, run, shutdown")
    params = request["params"]
    if params["task"] not in _tasks:
        raise Unsupported(f"task {params['task']!r} is not declared: allowed are {', '.join(_tasks)}")
    wanted = params["results"]
    given = _tasks[params["task"]](Case(*read_case(params["case"]), wanted, params.get("strides", {})))
    missing = [name for name in wanted if name not in given]
    if missing:
        raise ValueError(f"{params['task']} did not return {', '.join(missing)}")
    write_case(params["result"], {name: given[name] for name in wanted})
    return {}


def _place_of(error):
    """File and line of the subject's code that raised the error."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    return f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno})" if frames else ""


def _described(error):
    return f"{type(error).__name__}: {error}{_place_of(error)}"


def _miss_serve():
    if not hasattr(sys, "last_type"):  # no exception ended the program
        sys.stderr.write(f"{sys.argv[0]} declares {', '.join(_tasks)}, but never calls serve(): add serve() as its last line\n")


def _small_own_case():
    """A case of own_model with B = 1 and at most 4 rows."""
    given = _tasks["own_model"](Case({}, {"request": "parameters"}, {}, {}))
    own, dtype = _declared["own_model"], _declared["capabilities"]["dtypes"][0]
    L = min(4, own["longest"])
    tokens = np.random.default_rng(0).integers(0, own["vocab"], (1, L + 1))
    tensors = {name: x[None].astype(dtype) for name, x in given.items()}
    wanted = {"loss": [1], **{"grad." + name[6:]: [1, *x.shape] for name, x in given.items()}}
    return Case({**tensors, "tokens": tokens, "mask": np.ones((1, L), np.uint8)},
                dict(request="answers", dtype=dtype, chunk="0", seed="0", cuts="[]"),
                {name: {"shape": shape} for name, shape in wanted.items()}, {})


def _run_by_hand():
    for task in _tasks:
        maps = _feature_maps.get("gradient" if task == "gradient" else "attention", ["sqr"])
        case = _small_own_case() if task == "own_model" else small_case(task, _declared, maps[0])
        given = _tasks[task](case)
        print(f"{task}, " + (f"feature map {maps[0]}, " if task != "own_model" else "") + "one small random case:")
        for name, shape in case.wanted.items():
            if name not in given:
                raise ValueError(f"{task} did not return {name}")
            found = given[name]
            words = "" if list(found.shape) == list(shape) else f", but must be {list(shape)}"
            numbers = cast(found, np.float32) if found.dtype == BFLOAT16 else found
            words += "" if np.isfinite(numbers).all() else ", not finite"
            print(f"{name} {list(found.shape)} {'bfloat16' if found.dtype == BFLOAT16 else found.dtype}{words}\n{numbers}")
    command = shlex.quote(shlex.join([sys.executable, *sys.argv]))
    print(f"Nothing was judged. Next: slim-verify run --subject-command {command}")


def serve():
    """Answers requests of the harness until it ends. Output of print() goes to standard error. Without a harness, that is
    on a terminal or without input, runs one small case of each task and prints the results."""
    atexit.unregister(_miss_serve)
    if not _tasks:
        raise RuntimeError("serve() was called, but nothing is declared: put @subject(...) on your function, above serve()")
    by_hand = "SLIM_SCRATCH" not in os.environ
    if by_hand and sys.stdin.isatty():
        return _run_by_hand()
    answers = _answers or os.fdopen(os.dup(1), "wb")
    for line in sys.stdin.buffer:  # UTF-8, independent of the locale
        os.dup2(2, 1)
        by_hand = False
        number, answer = None, {}
        try:
            request = json.loads(line)
            number = request.get("id")
            answer = {"result": _answer(request)}
        except LookupError as error:
            code = -32601 if "is unknown: allowed" in str(error) else -32602
            answer = {"error": {"code": code, "message": _described(error)}}
        except Unsupported as error:
            answer = {"error": {"code": -32001, "message": str(error)}}
        except InputModified as error:
            answer = {"error": {"code": -32004, "message": str(error)}}
        except MemoryError as error:
            answer = {"error": {"code": -32002, "message": f"out of memory: {error}"}}
        except Exception as error:
            answer = {"error": {"code": -32000, "message": _described(error)}}
        text = json.dumps({"jsonrpc": "2.0", "id": number, **answer}, ensure_ascii=False)
        answers.write(text.encode("utf-8", "replace") + b"\n")  # a message may quote bytes that are not text
        answers.flush()
    if by_hand:
        _run_by_hand()
