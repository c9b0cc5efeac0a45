"""A subject that is at fault on purpose: python3 fault_subject.py FAULT. For the harness's own tests."""
import ctypes
import json
import os
import signal
import struct
import subprocess
import sys
import time

fault = sys.argv[1]
if fault == "dies-at-start":
    sys.stderr.write("cannot find my weights\n")
    sys.exit(3)

DESCRIPTION = {
    "protocol": 2 if fault == "other-version" else 1, "name": fault, "version": "1", "tasks": ["attention"],
    "capabilities": {"feature_maps": ["given", "relu"], "causal": True, "dtypes": ["float32"], "pullback": False},
}
if fault == "bad-declaration":
    DESCRIPTION["capabilities"]["layout"] = "HBLD"
SIZES = {"F32": ("f", 4), "F64": ("d", 8)}


def write_result(path, results, value, dtype=None):
    header, body = {}, b""
    for name, wanted in results.items():
        kind = dtype or wanted["dtype"]
        count = 1
        for extent in wanted["shape"]:
            count *= extent
        part = struct.pack(f"<{count}{SIZES[kind][0]}", *[value] * count)
        if fault == "bfloat16":
            kind, part = "BF16", bytes(2 * count)
        shape = wanted["shape"][:-1] + [wanted["shape"][-1], 1] if fault == "wrong-shape" else wanted["shape"]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(body), len(body) + len(part)]}
        body += part
    text = json.dumps(header).encode()
    whole = struct.pack("<Q", len(text)) + text + body
    with open(path, "wb") as file:
        file.write(whole[: len(whole) // 2] if fault == "truncates-result" else whole)


def stay_behind():
    """A child in a session of its own that ignores what can be ignored, and a child of its."""
    code = "import signal,subprocess,sys,time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + (
        "subprocess.Popen([sys.executable,'-c','import time;time.sleep(600)','%s'])\ntime.sleep(600)" % os.environ.get("SLIM_MARK", ""))
    subprocess.Popen([sys.executable, "-c", code, os.environ.get("SLIM_MARK", "")], start_new_session=True)


def commit(request):
    """Does wrong; what it returns is answered."""
    parameters = request["params"]
    value, dtype = 0.0, None
    if fault == "aborts":
        os.abort()
    elif fault == "segfaults":
        ctypes.string_at(0)
    elif fault == "sleeps":
        time.sleep(600)
    elif fault == "allocates":
        hoard = []
        while True:
            hoard.append(bytearray(b"x" * (1 << 22)))
    elif fault == "allocates-at-once":
        os.environ["X"] = str(len(bytearray(1 << 40)))
    elif fault == "prints-garbage":
        print("epoch 1: loss 0.25")
    elif fault == "prints-afterwards":
        return "done\n"
    elif fault == "endless-line":
        while True:
            sys.stdout.write("x" * 65536)
    elif fault == "answers-out-of-order":
        request["id"] += 1
    elif fault == "wrong-dtype":
        dtype = "F64"
    elif fault == "modifies-case":
        with open(parameters["case"], "r+b") as file:
            file.seek(-1, 2)
            file.write(b"\x55")
    elif fault == "nan":
        value = float("nan")
    elif fault == "leaves-children":
        stay_behind()
    elif fault == "closes-output":
        os.close(1)
        time.sleep(600)
    elif fault == "exits":
        os._exit(0)
    elif fault == "declines":
        return {"error": {"code": -32001, "message": "not today"}}
    elif fault == "code-wraps":
        return {"error": {"code": 2**32 - 32001, "message": "no code of ours"}}
    elif fault == "no-result":
        return {"result": {}}
    elif fault == "result-is-a-pipe":
        os.mkfifo(parameters["result"])
        return {"result": {}}
    write_result(parameters["result"], parameters["results"], value, dtype)
    return {"result": {}}


for line in sys.stdin:
    request = json.loads(line)
    if request["method"] == "describe" and fault == "leaves-children-at-start":
        stay_behind()
    answer = {"result": DESCRIPTION} if request["method"] == "describe" else commit(request)
    tail = ""
    if isinstance(answer, str):
        answer, tail = {"result": {}}, answer
        write_result(request["params"]["result"], request["params"]["results"], 0.0)
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}) + "\n" + tail)
    sys.stdout.flush()
