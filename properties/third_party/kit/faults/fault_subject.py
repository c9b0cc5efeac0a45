# SPDX-License-Identifier: Apache-2.0
"""A subject with a deliberate fault, for tests: python3 fault_subject.py FAULT."""
import ctypes
import json
import mmap
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
if fault == "redeclares":
    if os.path.exists(os.environ["SLIM_NOTE"]):
        DESCRIPTION["conventions"] = {"attention": {"epsilon": 1e-3}}
    open(os.environ["SLIM_NOTE"], "w").close()
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


def start_daemons(count, size):
    """Forks each twice, so that they are no descendants of this process, in sessions of their own."""
    for _ in range(count):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                hoard = [bytearray(b"x") * size]
                time.sleep(600 * len(hoard))
            os._exit(0)
        os.wait()


def parent_of(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rsplit(")", 1)[1].split()[1])


workspace = bytearray()
arena = bytearray(b"x") * (64 << 20) if fault in ("sums-in-an-arena", "shares-pages-with-children") else bytearray()
if fault == "shares-pages-with-children":
    for _ in range(4):
        if os.fork() == 0:
            os.close(0)
            time.sleep(600)
if fault == "leaves-a-zombie":
    subprocess.Popen(["true"])
    time.sleep(0.1)


def keep_prefix_sums(shape):
    """Fills a matrix per row in a workspace that is reused and only grows: a second call allocates nothing."""
    global workspace
    rows, width = shape[-2:]
    if len(workspace) < 4 * rows * width * width:
        workspace = bytearray(b"x") * (4 * rows * width * width)


def hold_prefix_sums_in_a_child(shape):
    """Uses as much memory in a process that ends before the answer."""
    if os.fork() == 0:
        keep_prefix_sums(shape)
        os._exit(0)
    os.wait()


def hold_prefix_sums_in_an_arena(shape):
    """Uses as much memory in an arena allocated at the start."""
    ctypes.memset(ctypes.addressof(ctypes.c_char.from_buffer(arena)), 1, 4 * shape[-2] * shape[-1] ** 2)


def hold_prefix_sums_without_a_name(shape):
    """Uses as much memory in an unnamed file in memory."""
    descriptor = os.memfd_create("sums")
    for _ in range(shape[-2]):
        os.write(descriptor, b"x" * (4 * shape[-1] ** 2))
    time.sleep(0.3)
    os.close(descriptor)


def hold_prefix_sums_in_a_file(shape):
    """Uses as much space in the scratch folder for a moment."""
    path = f"{os.environ['SLIM_SCRATCH']}/sums"
    with open(path, "wb") as file:
        file.write(b"x" * (4 * shape[-2] * shape[-1] ** 2))
    time.sleep(0.3)
    os.remove(path)


def fork_in_a_chain():
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if os.fork() > 0:
            os._exit(0)
    os._exit(0)


def kill_its_supervisors(inner):
    os.kill(parent_of(inner), signal.SIGKILL)
    os.kill(inner, signal.SIGKILL)


def stay_behind():
    """Starts a child in its own session that ignores SIGTERM, and a grandchild."""
    code = "import signal,subprocess,sys,time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + (
        "subprocess.Popen([sys.executable,'-c','import time;time.sleep(600)','%s'])\ntime.sleep(600)" % os.environ.get("SLIM_MARK", ""))
    subprocess.Popen([sys.executable, "-c", code, os.environ.get("SLIM_MARK", "")], start_new_session=True)


def fill_shared_memory():
    """Fills /dev/shm outside of the scratch folder, so that the memory limit does not count it."""
    with open("/dev/shm/ballast", "wb") as file:
        try:
            while file.write(b"x" * (1 << 16)):
                file.flush()
        except OSError:
            pass


def leave_closed_entries():
    """Leaves cache folders without permissions, as some compilers do."""
    scratch = os.environ["SLIM_SCRATCH"]
    os.makedirs(f"{scratch}/cache/closed")
    with open(f"{scratch}/cache/closed/kernel", "wb") as file:
        file.write(b"x" * 4096)
    os.chmod(f"{scratch}/cache/closed", 0)
    os.chmod(f"{scratch}/cache", 0o500)


def stop_for_a_while(pid):
    os.kill(pid, signal.SIGSTOP)
    time.sleep(0.3)
    os.kill(pid, signal.SIGCONT)


def commit(request):
    """Commits the fault; returns the answer."""
    parameters = request["params"]
    value, dtype = 0.0, None
    if fault == "aborts":
        os.abort()
    elif fault == "reserves":
        mmap.mmap(-1, 1 << 36, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000).close()  # MAP_NORESERVE
    elif fault == "segfaults":
        ctypes.string_at(0)
    elif fault in ("sleeps", "leaves-children-at-start-and-sleeps"):
        time.sleep(600)
    elif fault == "allocates":
        hoard = []
        while True:
            hoard.append(bytearray(b"x" * (1 << 22)))
    elif fault == "starts-daemons-that-allocate":
        start_daemons(3, 100 << 20)
        time.sleep(600)
    elif fault == "fills-its-scratch":
        for number in range(3):
            with open(f"{os.environ['SLIM_SCRATCH']}/{number}", "wb") as file:
                file.write(b"x" * (100 << 20))
        time.sleep(600)
    elif fault == "allocates-at-once":
        os.environ["X"] = str(len(bytearray(1 << 40)))
    elif fault == "prints-garbage":
        print("epoch 1: loss 0.25")
    elif fault == "prints-bytes":
        os.write(1, b"warning: \xff\xfe\x80 \x1b[31m \xe2\x80\xae ]]> & nonsense\n")
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
    elif fault == "grows-case":
        os.truncate(parameters["case"], 3 << 30)  # sparse, takes no memory
    elif fault == "cached-workspace":
        keep_prefix_sums(parameters["results"]["out"]["shape"])
    elif fault == "shares-pages-with-children":
        time.sleep(0.1)  # the duration of several samples of memory
    elif fault == "sums-in-a-child":
        hold_prefix_sums_in_a_child(parameters["results"]["out"]["shape"])
    elif fault == "sums-in-an-arena":
        hold_prefix_sums_in_an_arena(parameters["results"]["out"]["shape"])
    elif fault == "sums-without-a-name":
        hold_prefix_sums_without_a_name(parameters["results"]["out"]["shape"])
    elif fault == "sums-in-a-file":
        hold_prefix_sums_in_a_file(parameters["results"]["out"]["shape"])
    elif fault == "nan":
        value = float("nan")
    elif fault == "leaves-children":
        stay_behind()
    elif fault == "fills-shared-memory" and not os.path.exists("/dev/shm/ballast"):
        fill_shared_memory()
    elif fault == "leaves-closed-entries":
        leave_closed_entries()
    elif fault == "stops-its-inner-supervisor-for-a-while":
        stop_for_a_while(os.getppid())
    elif fault == "stops-its-outer-supervisor-for-a-while":
        stop_for_a_while(parent_of(os.getppid()))
    elif fault == "stops-the-harness-for-a-while":
        stop_for_a_while(parent_of(parent_of(os.getppid())))
    elif fault == "reads-the-harness":
        open(f"/proc/{parent_of(parent_of(os.getppid()))}/mem", "r+b").close()
    elif fault == "stops-its-inner-supervisor":
        os.kill(os.getppid(), signal.SIGSTOP)
        time.sleep(600)
    elif fault == "stops-its-outer-supervisor":
        os.kill(parent_of(os.getppid()), signal.SIGSTOP)
        time.sleep(600)
    elif fault == "stops-both":
        os.kill(parent_of(os.getppid()), signal.SIGSTOP)
        os.kill(os.getppid(), signal.SIGSTOP)
        time.sleep(600)
    elif fault == "kills-its-supervisors":
        stay_behind()
        kill_its_supervisors(os.getppid())
        time.sleep(600)
    elif fault == "closes-output":
        os.close(1)
        time.sleep(600)
    elif fault == "forks-in-a-chain":
        fork_in_a_chain()
    elif fault == "kills-its-supervisors-and-forks-in-a-chain":
        inner = os.getppid()
        if os.fork() == 0:
            kill_its_supervisors(inner)
            fork_in_a_chain()
        time.sleep(600)
    elif fault == "exits":
        os._exit(0)
    elif fault == "declines":
        return {"error": {"code": -32001, "message": "not today"}}
    elif fault == "code-wraps":
        return {"error": {"code": 2**32 - 32001, "message": "no code of ours"}}
    elif fault == "code-of-the-host":
        return {"error": {"code": -32003, "message": "my own code for a bad index"}}
    elif fault == "bad-case-is-a-pipe" and parameters["case"].endswith("/bad.safetensors"):
        return {"error": {"code": 1, "message": "plain" if os.path.isfile(parameters["case"]) else "a pipe"}}
    elif fault == "no-result":
        return {"result": {}}
    elif fault == "result-is-a-pipe":
        os.mkfifo(parameters["result"])
        return {"result": {}}
    write_result(parameters["result"], parameters["results"], value, dtype)
    return {"result": {}}


for line in sys.stdin:
    request = json.loads(line)
    if request["method"] == "shutdown":
        if fault == "notes-its-shutdown":
            with open(os.environ["SLIM_NOTE"], "w") as note:
                note.write("shutdown")
        if fault == "stays-after-shutdown":
            time.sleep(600)
        break
    if request["method"] == "describe" and fault.startswith("leaves-children-at-start"):
        stay_behind()
    if fault == "bad-case-is-a-pipe" and not os.path.lexists(f"{os.environ['SLIM_SCRATCH']}/bad.safetensors"):
        os.mkfifo(f"{os.environ['SLIM_SCRATCH']}/bad.safetensors")
    answer = {"result": DESCRIPTION} if request["method"] == "describe" else commit(request)
    tail = ""
    if isinstance(answer, str):
        answer, tail = {"result": {}}, answer
        write_result(request["params"]["result"], request["params"]["results"], 0.0)
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}) + "\n" + tail)
    sys.stdout.flush()
    if fault == "exits-after-its-answer" and request["method"] == "run":
        os._exit(0)
