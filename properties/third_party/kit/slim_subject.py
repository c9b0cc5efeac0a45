# SPDX-License-Identifier: Apache-2.0
"""Makes a Python function a subject of the SLiM harness. One file; needs only NumPy.

    from slim_subject import subject, serve

    @subject(features=["favor+"], causal=True)
    def attention(q, k, v, **options):
        ...
        return out

    serve()

    slim-verify run --subject-command 'python3 mine.py'

Arrays have the shapes given in properties/third_party/README.md of the harness: q, k [B, H, L, D],
v [B, H, L, D_v], unless `layout` declares another order. Options of attention: feature_map ("given": q
and k are features), causal, projection [H, D, M] or None, key_mask [B, L] or None, initial (R, S) or
None, chunk, conventions, pullback, cotangent (dict: out, R, S), dtype. The function returns its output,
or (out, R, S) if it is resumable. A NumPy function with pullback=True returns a dict with these and d.q,
d.k, d.v, d.initial.R, d.initial.S. With framework="torch", arrays are tensors and the pullback comes
from autograd.

Gradients of whole models in PyTorch: @gradient(...) on a function of (parameters, tokens, mask,
**options) that returns the loss, or model(make) for modules that return logits. With framework="numpy",
the function of @gradient also returns the gradients.
"""
import contextlib
import json
import os
import sys
import traceback
import zlib

import numpy as np

PROTOCOL = 1
DTYPES = {"F32": np.float32, "F64": np.float64, "I32": np.int32, "I64": np.int64, "U8": np.uint8}
NAMES = {np.dtype(t): name for name, t in DTYPES.items()}
LONGEST_HEADER = 1 << 26
REFUSE_WRITING = ("read-only", "readonly", "WRITEABLE", "in-place")  # in messages of NumPy and PyTorch on read-only arrays

_tasks = {}
_declared = {"tasks": [], "capabilities": {}, "conventions": {}}
_feature_maps = {}  # task -> list


class Unsupported(Exception):
    """Raise this for a case that your code does not support."""


class InputModified(Exception):
    """A function wrote into its read-only input."""


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


def _listed(value):
    """list(value), except that a string becomes a list of one string."""
    return [value] if isinstance(value, str) else list(value)


def subject(features=("given",), causal=True, bidirectional=False, *, name=None, version="1", dtypes=("float32", "float64"),
            layout="BHLD", state="DM", resumable=False, sliced=False, pullback=None, key_masks=False, deterministic=True,
            subtracting=False, isolates_non_finite=False, conventions=None, claims=(), framework="numpy", block=None,
            head_block=None):
    """Declares the decorated function as the task attention. The README of the harness lists the `conventions`.

    `block` rows and `head_block` columns: the size of the implementation's own blocks, if it has any."""
    torch = framework == "torch"

    def declare(function):
        _declare("attention", name or function.__name__, version, features, conventions, sliced, claims, dtypes=_listed(dtypes),
                 deterministic=deterministic, block=block, head_block=head_block)
        _declared["capabilities"].update(
            causal=causal, bidirectional=bidirectional, layout=layout, state=state, resumable=resumable,
            pullback=torch if pullback is None else pullback, key_masks=key_masks, subtracting=subtracting,
            isolates_non_finite=isolates_non_finite)
        run = _attention_by_autograd if torch else _attention
        _tasks["attention"] = lambda tensors, metadata, wanted: run(function, tensors, metadata, wanted)
        return function

    return declare


def features(function=None, *, maps=()):
    """Declares a function (x, feature_map, projection, role, **options) -> g(x) as the task features.

    If it is the only task, it needs the names of its maps: @features(maps=["favor+"])."""
    if function is None:
        return lambda of_maps: features(of_maps, maps=maps)
    _declare("features", function.__name__, "1")
    if maps:
        _feature_maps["attention"] = _listed(maps)  # features use attention's list

    def run(tensors, metadata, wanted):
        def call(arrays):
            out = function(arrays["x"], feature_map=metadata["feature_map"], projection=arrays.get("projection"),
                           role=metadata["role"], conventions=json.loads(metadata["conventions"]), dtype=metadata["dtype"])
            return {"features": out}

        return _leaving_inputs(call, tensors, np.asarray, np.array)

    _tasks["features"] = run
    return function


def gradient(features=("sqr",), *, name=None, version="1", dtypes=("float32", "float64"), sliced=False, conventions=None,
             deterministic=True, logits=False, claims=(), framework="torch", block=None, head_block=None):
    """Declares a function (parameters, tokens, mask, **options) -> loss of PyTorch tensors as the task gradient.

    It may return (loss, logits); logits are judged if logits=True is declared. With framework="numpy" it takes arrays and
    returns (loss, gradients) or (loss, gradients, logits), where gradients is a dict by parameter name. `mask` has one
    entry per target, all 1 if the case has no mask. The loss is the sum over counted targets divided by
    options["counted_targets"], which is at least 1: without counted targets, the loss and its gradient are 0."""

    def declare(function):
        _declare("gradient", name or function.__name__, version, features, conventions, sliced, claims, dtypes=_listed(dtypes),
                 deterministic=deterministic, block=block, head_block=head_block)
        _declared["capabilities"]["logits"] = logits
        run = _gradient_by_autograd if framework == "torch" else _gradient
        _tasks["gradient"] = lambda tensors, metadata, wanted: run(function, tensors, metadata, wanted)
        return function

    return declare


def with_positions(x, base=1e4):
    """Concatenates embeddings [B, L, W] (PyTorch) and sines and cosines of the positions of rows: [B, L, 2 W]."""
    import torch

    length, width = x.shape[1:]
    frequency = base ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
    angle = torch.arange(length, dtype=torch.float64)[:, None] * frequency
    return torch.cat((x, torch.cat((angle.sin(), angle.cos()), -1).to(x).expand_as(x)), -1)


def cross_entropy(module, tokens, mask, counted_targets, **options):
    """(loss, logits) of next-token prediction by a module that maps tokens [B, L] to logits [B, L, V]."""
    import torch

    logits = module(tokens[:, :-1])
    of_each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
    return (of_each * mask).sum() / counted_targets, logits


def model(make, loss=cross_entropy, **declared):
    """Declares a PyTorch module as the task gradient: make(**options) returns a module whose parameters have the
    names in the case (without "param."); loss(module, tokens, mask, **options) returns the loss, or (loss, logits)."""

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

    declared.setdefault("logits", loss is cross_entropy)
    return gradient(**declared)(loss_of)


def _declare(task, name, version, feature_maps=None, conventions=None, sliced=False, claims=(), **of_all):
    """Feature maps and conventions are stored per task, `sliced` and claims are merged over tasks, and what is given of
    `of_all` must be equal for all tasks."""
    if task in _declared["tasks"]:
        raise ValueError(f"task {task} is declared twice")
    for capability, value in of_all.items():
        if value is None:
            continue
        before = _declared["capabilities"].setdefault(capability, value)
        if before != value:
            raise ValueError(f"{capability} holds for all tasks, but was {before} before and is {value} for {task}: "
                             "declare the same value, or serve the tasks from two files")
    _declared["tasks"].append(task)
    if task != "features" or "name" not in _declared:
        _declared.update(name=name, version=version)
    if feature_maps is not None:
        _feature_maps[task] = _listed(feature_maps)
    if conventions:
        _declared["conventions"][task] = dict(conventions)
    can = _declared["capabilities"]
    can["sliced"] = can.get("sliced", False) or sliced
    can["claims"] = can.get("claims", []) + [claim for claim in _listed(claims) if claim not in can.get("claims", [])]


def _declaration():
    """The answer to `describe`. Feature maps are listed by task only if they differ."""
    maps = list(_feature_maps.values())
    given = {"feature_maps": maps[0] if maps.count(maps[0]) == len(maps) else _feature_maps} if maps else {}
    return {"protocol": PROTOCOL, **_declared, "capabilities": {**_declared["capabilities"], **given}}


def _sums(arrays):
    """Shapes and checksums of NumPy arrays or PyTorch tensors, to detect changes."""
    of_numpy = {name: x.detach().cpu().numpy() if hasattr(x, "detach") else x for name, x in arrays.items()}
    return {name: (x.shape, zlib.crc32(np.ascontiguousarray(x))) for name, x in of_numpy.items()}


def _leaving_inputs(call, tensors, array_of, writable_of, while_writable=contextlib.nullcontext):
    """Returns call(arrays); raises InputModified if it changed an array. If it raised an error about read-only arrays, it
    is called again on writable ones, to find the array that it writes into."""
    before = _sums(tensors)

    def require_unchanged(arrays, where=""):
        after = _sums(arrays)
        changed = [name for name in before if after[name] != before[name]]
        if changed:
            raise InputModified(f"wrote into its input {', '.join(changed)}{where}")

    arrays = {name: array_of(array) for name, array in tensors.items()}
    try:
        answer = call(arrays)
    except Exception as error:
        if any(words in str(error) for words in REFUSE_WRITING):
            arrays = {name: writable_of(array) for name, array in tensors.items()}
            with while_writable(), contextlib.suppress(Exception):
                call(arrays)
            require_unchanged(arrays, _place_of(error))
        raise
    require_unchanged(arrays)
    return answer


def _attention_options(tensors, metadata):
    initial = (tensors["initial.R"], tensors["initial.S"]) if "initial.R" in tensors else None
    cotangent = {key[10:]: value for key, value in tensors.items() if key.startswith("cotangent.")}
    return dict(feature_map=metadata["feature_map"], causal=metadata["causal"] == "1", projection=tensors.get("projection"),
                key_mask=tensors.get("key_mask"), initial=initial, chunk=int(metadata["chunk"]),
                conventions=json.loads(metadata["conventions"]), pullback=metadata["pullback"] == "1", cotangent=cotangent,
                dtype=metadata["dtype"])


def _named(result):
    if isinstance(result, dict):
        return result
    return dict(zip(("out", "R", "S"), result)) if isinstance(result, tuple) else {"out": result}


def _attention(function, tensors, metadata, wanted):
    def call(arrays):
        return _named(function(arrays["q"], arrays["k"], arrays["v"], **_attention_options(arrays, metadata)))

    return _leaving_inputs(call, tensors, np.asarray, np.array)


def _attention_by_autograd(function, tensors, metadata, wanted):
    import torch

    def call(inputs):
        options = _attention_options(inputs, metadata)
        sources = {"d.q": inputs["q"], "d.k": inputs["k"], "d.v": inputs["v"]}
        if options["initial"] is None and "d.initial.R" in wanted:
            zeros = [torch.zeros(wanted["d.initial." + x]["shape"], dtype=inputs["q"].dtype) for x in "RS"]
            options["initial"] = tuple(zeros)
        if options["initial"] is not None:
            sources.update({"d.initial.R": options["initial"][0], "d.initial.S": options["initial"][1]})
        for source in sources.values():
            source.requires_grad_(options["pullback"])
        result = _named(function(inputs["q"], inputs["k"], inputs["v"], **options))
        if options["pullback"]:
            phi = sum((result[name] * by).sum() for name, by in options["cotangent"].items())
            if torch.is_tensor(phi) and phi.requires_grad:
                pulled = torch.autograd.grad(phi, list(sources.values()), allow_unused=True)
            else:
                pulled = [None] * len(sources)
            for (name, source), gradient_of in zip(sources.items(), pulled):
                result[name] = torch.zeros_like(source) if gradient_of is None else gradient_of
        return {name: value.detach().numpy() for name, value in result.items()}

    return _leaving_inputs(call, tensors, torch.tensor, torch.tensor, torch.no_grad)


def _gradient_arguments(arrays, metadata, ones_like):
    """(parameters, tokens, mask), options."""
    parameters = {name[6:]: array for name, array in arrays.items() if name.startswith("param.")}
    projection = [arrays[f"projection.{r}"] for r in range(int(metadata["layers"])) if f"projection.{r}" in arrays]
    tokens = arrays["tokens"]
    mask = arrays["mask"][:, 1:] if "mask" in arrays else ones_like(tokens[:, 1:])
    counted = max(1, int(metadata.get("counted_targets", int(mask.sum()))))
    options = dict(feature_map=metadata["feature_map"], norm=metadata["norm"], layers=int(metadata["layers"]), heads=int(metadata["heads"]),
                   vocab_size=int(metadata["vocab_size"]), hidden_dim=int(metadata["hidden_dim"]), ffn_dim=int(metadata["ffn_dim"]),
                   chunk=int(metadata["chunk"]), projection=projection, counted_targets=counted,
                   conventions=json.loads(metadata["conventions"]), dtype=metadata["dtype"])
    return (parameters, tokens, mask), options


def _gradient(function, tensors, metadata, wanted):
    def call(arrays):
        arguments, options = _gradient_arguments(arrays, metadata, np.ones_like)
        loss, gradients, *logits = function(*arguments, **options)
        dtype = next(iter(arguments[0].values())).dtype  # the loss is often a Python number
        answer = {"loss": np.asarray(loss, dtype), **{"grad." + name: np.asarray(value) for name, value in gradients.items()}}
        return {**answer, "logits": np.asarray(logits[0])} if logits else answer

    return _leaving_inputs(call, tensors, np.asarray, np.array)


def _gradient_by_autograd(function, tensors, metadata, wanted):
    import torch

    def call(arrays):
        arguments, options = _gradient_arguments(arrays, metadata, torch.ones_like)
        parameters = arguments[0]
        for parameter in parameters.values():
            parameter.requires_grad_()
        result = function(*arguments, **options)
        loss, logits = result if isinstance(result, tuple) else (result, None)
        if loss.requires_grad:
            loss.backward()
        answer = {"loss": loss.detach().numpy()}
        if "logits" in wanted:
            answer["logits"] = logits.detach().numpy()
        for name, parameter in parameters.items():
            grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            answer["grad." + name] = grad.numpy()
        return answer

    return _leaving_inputs(call, tensors, torch.tensor, torch.tensor, torch.no_grad)


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
    The other declarations are those of own_function()."""
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

    values = {key: parameter.detach().cpu().numpy() for key, parameter in fresh().named_parameters()}
    _declare_own(run, values, vocab, longest, name or make.__name__, sliced=slices is not None, logits=True,
                 decodes=decode is not None, **declared)
    return make


def own_function(parameters, vocab, longest, *, name=None, sliced=False, logits=False, **declared):
    """Declares a function (parameters, tokens [B, L + 1], mask [B, L], chunk) -> (loss, gradients) or (loss, gradients,
    logits [B, L, vocab]) of NumPy arrays. `parameters`: {name: initial values}; gradients have the same names. `chunk` is
    None for the full pass; with sliced=True it is also a slice length.

    Further declarations: dtypes; masks=False (all targets count); batches=False (B is 1); couples_batch=True (the loss of
    a batch is no mean over targets); causal=False; random="redrawn" (dropout) or "by-position" (dropout whose mask is a
    function of the position); narrowest="bfloat16" or "float16" (autocast); not_slope=[parameters whose gradient is on
    purpose no slope]; subtracting=True (sums are recovered by subtraction); deterministic=False."""

    def declare(function):
        def run(values, tokens, mask, chunk, seed, cuts, dtype, wants_gradient, wants_logits):
            def call(arrays):
                of = {key: arrays[key] for key in values}
                result = function(of, arrays[" tokens"], arrays[" mask"].astype(dtype), chunk or None)
                return result if len(result) == 3 else (*result, None)

            return _leaving_inputs(call, {**values, " tokens": tokens, " mask": mask}, np.asarray, np.array)

        _declare_own(run, parameters, vocab, longest, name or function.__name__, sliced=sliced, logits=logits, **declared)
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
    _declare("own_model", name, version, dtypes=_listed(dtypes), deterministic=deterministic)
    _declared["capabilities"]["subtracting"] = subtracting
    shapes = {key: list(np.shape(value)) for key, value in parameters.items()}
    _declared["own_model"] = dict(vocab=vocab, longest=longest, parameters=shapes, not_slope=_listed(not_slope), **options)

    def answer(tensors, metadata, wanted):
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
    tensors, metadata = read_case(params["case"])
    wanted = params["results"]
    given = _tasks[params["task"]](tensors, metadata, wanted)
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


def serve():
    """Answers requests of the harness until it ends. Output of print() goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:  # UTF-8, independent of the locale
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
