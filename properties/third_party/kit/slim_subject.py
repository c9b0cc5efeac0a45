# SPDX-License-Identifier: Apache-2.0
"""Makes a Python function a subject of the SLiM harness. Copy it with slim_subject_cases.py and, for PyTorch,
slim_subject_torch.py. Needs only NumPy.

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
chunk, conventions, pullback, cotangent (dict: out, R, S), dtype. The function returns its output, or
(out, R, S) if it is resumable. A function with pullback=True returns a dict with these and d.q, d.k, d.v,
d.initial.R, d.initial.S; with framework="torch" or "jax", the pullback is derived. Any other framework
is a module whose `asarray` takes a NumPy array, and whose arrays NumPy can read.

Gradients of whole models: @gradient(...) on a function of (parameters, tokens, mask, **options) that
returns the loss, or for PyTorch modules model(make). With framework="numpy", the function of @gradient
also returns the gradients. attention_module(...) is for PyTorch modules with their own linear maps.
"""
import atexit
import contextlib
import importlib
import json
import os
import shlex
import sys
import traceback
import zlib

import numpy as np
from slim_subject_cases import Arrays, ArraysOfJax, Case, read_case, small_case, write_case

PROTOCOL = 1
LAYOUTS = ("BHLD", "BLHD", "LBHD", "BL(HD)", "LB(HD)")
IN_LAYOUT = ("q", "k", "v", "x", "cotangent.out", "out", "d.q", "d.k", "d.v", "features")  # arrays in the declared layout
OF_PYTORCH = ("attention_module", "cross_entropy", "model", "with_positions")  # in slim_subject_torch.py
REFUSE_WRITING = ("read-only", "readonly", "WRITEABLE", "in-place")  # in messages of NumPy and PyTorch on read-only arrays

_tasks = {}
_declared = {"tasks": [], "capabilities": {}, "conventions": {}}
_feature_maps = {}  # task -> list


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
            device=None, block=None, head_block=None):
    """Declares the decorated function as the task attention. The README of the harness lists `conventions` and
    `restrictions`.

    `framework`: "numpy", "torch", "jax", or a module as described above; `device`: of PyTorch's tensors.
    `block` rows and `head_block` columns: the size of the implementation's own blocks, if it has any."""
    arrays, order = _arrays(framework, device), _order_of(layout)

    def declare(function):
        _declare("attention", function, name, version, features, conventions, sliced, claims, dtypes=_listed(dtypes),
                 deterministic=deterministic, subtracting=subtracting, block=block, head_block=head_block, layout=order,
                 restrictions=restrictions)
        _declared["capabilities"].update(
            causal=causal, bidirectional=bidirectional, state=state, resumable=resumable,
            pullback=arrays.differentiates if pullback is None else pullback, key_masks=key_masks,
            isolates_non_finite=isolates_non_finite)
        _tasks["attention"] = lambda case: _attention(function, arrays, layout, case)
        return function

    return declare


def features(function=None, *, maps=(), framework="numpy", device=None, layout=None):
    """Declares a function (x, feature_map, projection, role, **options) -> g(x) as the task features.

    If it is the only task, it needs the names of its maps: @features(maps=["favor+"])."""
    if function is None:
        return lambda of_maps: features(of_maps, maps=maps, framework=framework, device=device, layout=layout)
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


def gradient(features=("sqr",), *, name=None, version="1", dtypes=("float32", "float64"), sliced=False, conventions=None,
             deterministic=True, subtracting=False, logits=False, counted_targets=True, claims=(), framework="torch", device=None,
             block=None, head_block=None):
    """Declares a function (parameters, tokens, mask, **options) -> loss as the task gradient.

    It may return (loss, logits); logits are judged if logits=True is declared. With framework="numpy" it takes arrays and
    returns (loss, gradients) or (loss, gradients, logits), where gradients is a dict by parameter name. `mask` has one
    entry per target, all 1 if the case has no mask. The loss is the sum over counted targets divided by
    options["counted_targets"], which is at least 1: without counted targets, the loss and its gradient are 0. Declare
    counted_targets=False if the divisor is always the mask's own count."""
    arrays = _arrays(framework, device)

    def declare(function):
        _declare("gradient", function, name, version, features, conventions, sliced, claims, dtypes=_listed(dtypes),
                 deterministic=deterministic, subtracting=subtracting, block=block, head_block=head_block)
        _declared["capabilities"].update(logits=logits, **({} if counted_targets else {"counted_targets": False}))
        _tasks["gradient"] = lambda case: _gradient(function, arrays, case)
        return function

    return declare


def __getattr__(name):
    if name not in OF_PYTORCH:
        raise AttributeError(f"slim_subject has no {name!r}")
    return getattr(importlib.import_module("slim_subject_torch"), name)


def _arrays(framework, device):
    """How arrays of the framework come and go."""
    if framework == "torch":
        return importlib.import_module("slim_subject_torch").Arrays(device)
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


def _declare(task, function, name=None, version="1", feature_maps=None, conventions=None, sliced=False, claims=(), **of_all):
    """Feature maps and conventions are stored per task, `sliced` and claims are merged over tasks, and what is given of
    `of_all` must be equal for all tasks."""
    if task in _declared["tasks"]:
        raise ValueError(f"task {task} is declared twice")
    if function.__module__ == "__main__" and not _declared["tasks"]:
        atexit.register(_miss_serve)
    for capability, value in of_all.items():
        if value is None:
            continue
        before = _declared["capabilities"].setdefault(capability, value)
        if before != value:
            raise ValueError(f"{capability} holds for all tasks, but was {before} before and is {value} for {task}: "
                             "declare the same value, or serve the tasks from two files")
    _declared["tasks"].append(task)
    if task != "features" or "name" not in _declared:
        _declared.update(name=name or function.__name__, version=version)
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
    return {"protocol": PROTOCOL, **_declared, "capabilities": {**_declared["capabilities"], **given}}


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
    for name in set(flat) & set(case.wanted) & set(answer):
        if answer[name].shape == (*case.wanted[name][:2], case.wanted[name][2] * case.wanted[name][3]):
            answer[name] = answer[name].reshape(case.wanted[name])
    return answer


def _named(result):
    if isinstance(result, dict):
        return result
    return dict(zip(("out", "R", "S"), result)) if isinstance(result, tuple) else {"out": result}


def _attention(function, arrays, layout, case):
    pullback = case.metadata["pullback"] == "1"
    dtype = case.tensors["q"].dtype
    zeros = {"d.initial." + x: np.zeros(case.wanted["d.initial." + x], dtype) for x in "RS" if "d.initial." + x in case.wanted}

    def call(inputs):
        initial = {"d." + x: inputs[x] for x in ("initial.R", "initial.S") if x in inputs}
        if arrays.differentiates and not initial:
            initial = {name: arrays.take(x) for name, x in zeros.items()}
        cotangent = {name[10:]: x for name, x in inputs.items() if name.startswith("cotangent.")}
        options = dict(case.options("q"), causal=case.metadata["causal"] == "1", projection=inputs.get("projection"),
                       key_mask=inputs.get("key_mask"), chunk=int(case.metadata["chunk"]), pullback=pullback, cotangent=cotangent)

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
    metadata, sizes = case.metadata, ("layers", "heads", "vocab_size", "hidden_dim", "ffn_dim", "chunk")

    def call(inputs):
        parameters = {name[6:]: x for name, x in inputs.items() if name.startswith("param.")}
        tokens = inputs["tokens"]
        mask = inputs["mask"][:, 1:] if "mask" in inputs else arrays.ones_like(tokens[:, 1:])
        projection = [inputs[f"projection.{r}"] for r in range(int(metadata["layers"])) if f"projection.{r}" in inputs]
        counted = max(1, int(metadata.get("counted_targets", int(mask.sum()))))
        options = dict(feature_map=metadata["feature_map"], feature_blocks=int(metadata.get("feature_blocks", 1)),
                       norm=metadata["norm"], projection=projection, counted_targets=counted, dtype=metadata["dtype"],
                       conventions=json.loads(metadata["conventions"]), **{size: int(metadata[size]) for size in sizes})

        def loss_of(parameters):
            return function(parameters, tokens, mask, **options)

        if arrays.differentiates:
            loss, gradients, *logits = arrays.loss_and_gradients(loss_of, parameters)
        else:
            loss, gradients, *logits = loss_of(parameters)
        dtype = case.tensors["param.input_map.weight"].dtype  # the loss is often a Python number
        answer = {"loss": arrays.give(loss).astype(dtype), **{"grad." + name: arrays.give(x) for name, x in gradients.items()}}
        return {**answer, "logits": arrays.give(logits[0])} if logits and logits[0] is not None else answer

    return _leaving_inputs(call, case, arrays)


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
    folder = os.path.dirname(__file__)
    own = [os.path.join(folder, name) for name in ("slim_subject.py", "slim_subject_cases.py", "slim_subject_torch.py")]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename not in own]
    return f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno})" if frames else ""


def _described(error):
    return f"{type(error).__name__}: {error}{_place_of(error)}"


def _miss_serve():
    if not hasattr(sys, "last_type"):  # no exception ended the program
        sys.stderr.write(f"{sys.argv[0]} declares {', '.join(_tasks)}, but never calls serve(): add serve() as its last line\n")


def _run_by_hand():
    for task in _tasks:
        case = small_case(task, _declared, _feature_maps.get("gradient" if task == "gradient" else "attention", ["sqr"])[0])
        given = _tasks[task](case)
        print(f"{task}, feature map {case.metadata['feature_map']}, one small random case:")
        for name, shape in case.wanted.items():
            if name not in given:
                raise ValueError(f"{task} did not return {name}")
            found = given[name]
            words = "" if list(found.shape) == list(shape) else f", but must be {list(shape)}"
            words += "" if np.isfinite(found).all() else ", not finite"
            print(f"{name} {list(found.shape)} {found.dtype}{words}\n{found}")
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
    answers = os.fdopen(os.dup(1), "wb")
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
