# SPDX-License-Identifier: Apache-2.0
"""The part of slim_subject.py for case files and arrays: copy it next to that file, and import from slim_subject."""
import contextlib
import json
import os

import numpy as np

DTYPES = {"F32": np.float32, "F64": np.float64, "I32": np.int32, "I64": np.int64, "U8": np.uint8}
NAMES = {np.dtype(t): name for name, t in DTYPES.items()}
LONGEST_HEADER = 1 << 26


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


def laid_out(array, strides):
    """A read-only copy with these strides in entries, and NaN between its entries."""
    buffer = np.full(1 + sum((n - 1) * step for n, step in zip(array.shape, strides)), np.nan, array.dtype)
    view = np.lib.stride_tricks.as_strided(buffer, array.shape, [step * buffer.itemsize for step in strides])
    view[...] = array
    view.flags.writeable = False
    return view


class Case:
    """A case of the harness: tensors by name (NumPy), metadata, and the shapes of the results by name."""

    def __init__(self, tensors, metadata, wanted, strides):
        self.tensors = {name: laid_out(x, strides[name]) if name in strides else x for name, x in tensors.items()}
        self.metadata, self.wanted = metadata, {name: of["shape"] for name, of in wanted.items()}

    def options(self, array):
        """Those of attention and of features. `array`: one whose axes include the heads."""
        order = self.metadata["layout"]
        return dict(feature_map=self.metadata["feature_map"], feature_blocks=int(self.metadata.get("feature_blocks", 1)),
                    conventions=json.loads(self.metadata["conventions"]), dtype=self.metadata["dtype"],
                    heads=self.tensors[array].shape[order.index("H")])


class Arrays:
    """Arrays of a module with `asarray`: NumPy, or another one with the array API."""

    differentiates = False  # whether the pullback is derived

    def __init__(self, module):
        self.take, self.ones_like = module.asarray, module.ones_like
        self.writable = np.array if module is np else module.asarray

    give = staticmethod(np.asarray)
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


def small_case(task, declared, feature_map):
    """A case with B = 1, H = 2, L = 3, D = D_v = M = 4, unless these are restricted, or a model of width 8 with one layer."""
    can, random = declared["capabilities"], np.random.default_rng(0)
    dtype = np.dtype(can.get("dtypes", ["float32"])[0])
    normal = lambda *shape: random.standard_normal(shape).astype(dtype)  # noqa: E731
    order = can.get("layout", "BHLD")
    limits = can.get("restrictions", {})
    H, L = limits.get("heads", 2), 3 * limits.get("length_multiple", 1)
    step = limits.get("width_multiple", 1) * limits.get("feature_multiple", 1)
    D = limits.get("width", -(-max(4, limits.get("least_width", 1)) // step) * step)
    in_order = [{"B": 1, "H": H, "L": L, "D": D}[axis] for axis in order]
    metadata = dict(feature_map=feature_map, layout=order, dtype=dtype.name, causal=str(int(can.get("causal", True))), pullback="0",
                    chunk="3", role="query", conventions=json.dumps(declared["conventions"].get(task, {})), norm="branch-output",
                    layers="1", heads="2", vocab_size="5", hidden_dim="8", ffn_dim="4")
    if task != "gradient":
        names = ["q", "k", "v"] if task == "attention" else ["x"]
        tensors = {name: normal(*in_order) for name in names}
        if feature_map == "given":
            tensors.update({name: abs(tensors[name]) for name in "qk"})
        shapes = {"out": in_order} if task == "attention" else {"features": in_order}
        if can.get("resumable") and task == "attention":
            shapes.update(R=[1, H, D, D], S=[1, H, D])
        if feature_map == "favor+":
            tensors["projection"] = normal(D, D) if limits.get("shared_projection") else normal(H, D, D)
    else:
        maps = {f"attention.{x}_map": (8, 8) for x in "qkv"} | {"U_map": (4, 8), "V_map": (8, 4)}
        shapes = {f"layers.0.{name}.weight": of for name, of in maps.items()} | {"output_logit_map.weight": (5, 8)}
        shapes |= {name.replace("weight", "bias"): of[:1] for name, of in shapes.items()}
        shapes |= {f"layers.0.layernorm{i}.{of}": (8,) for i in (1, 2) for of in ("weight", "bias")} | {"input_map.weight": (5, 4)}
        tensors = {"param." + name: normal(*of) for name, of in shapes.items()} | {"tokens": random.integers(0, 5, (1, 4))}
        shapes = {"loss": []}
        if feature_map == "favor+":
            tensors["projection.0"] = normal(2, 4, 4)
    return Case(tensors, metadata, {name: {"shape": shape} for name, shape in shapes.items()}, {})
