# SPDX-License-Identifier: Apache-2.0
"""Checks what the programs write against the JSON Schemas in schemas/. SLIM_BIN is the folder of the programs."""
import json
import os
import pathlib
import re
import subprocess
import sys

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).parent.parent
KIT = ROOT / "properties" / "third_party" / "kit"
BIN = pathlib.Path(os.environ["SLIM_BIN"])
SCHEMAS = {file.name: json.loads(file.read_text()) for file in (ROOT / "packaging" / "schemas").glob("*.json")}


def problems(document, name):
    schema = SCHEMAS[f"{name}.schema.json"]
    validator = jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver("", schema, store=SCHEMAS))
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(document)]


def run(program, *words, cwd, codes=(0, 1)):
    ran = subprocess.run([BIN / program, *words], cwd=cwd, capture_output=True, text=True,
                         env={**os.environ, "PYTHONPATH": str(KIT)})
    assert ran.returncode in codes, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A run on a program whose messages are recorded: the folder with requests, answers, report and certificate."""
    folder = tmp_path_factory.mktemp("served")
    command = f"tee -a requests | {sys.executable} {KIT / 'examples' / 'numpy_attention.py'} | tee -a answers"
    report = run("slim-verify", "run", "--subject-command", f"cd {folder} && {command}", "--cases", "3", "--threads", "1",
                 "--certificate", "certificate.json", "--json", cwd=folder)
    (folder / "report.json").write_text(report)
    return folder


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


def test_messages(served):
    requests = []
    for line in (served / "requests").read_text(errors="replace").splitlines():
        if line.startswith("{") and line.endswith("}"):  # some bad requests are not JSON
            requests.append(json.loads(line))
    answers = [json.loads(line) for line in (served / "answers").read_text().splitlines()]
    assert {request["method"] for request in requests} >= {"describe", "run"}
    assert any("error" in answer for answer in answers)  # of requests that are bad on purpose
    # Those of the law refuses-bad-requests are not messages of the protocol.
    assert sum(problems(request, "messages") == [] for request in requests) > len(requests) / 2
    for answer in answers:
        assert problems(answer, "messages") == []
    declarations = [answer["result"] for answer in answers if "tasks" in answer.get("result", {})]
    assert declarations and problems(declarations[0], "declaration") == []
    assert problems({**answers[0], "jsonrpc": "1.0"}, "messages") != []


def test_report_and_certificate(served):
    report = json.loads((served / "report.json").read_text())
    certificate = json.loads((served / "certificate.json").read_text())
    assert problems(report, "report") == []
    assert problems(certificate, "certificate") == []
    report["verdicts"][0]["verdict"] = "MAYBE"
    certificate["declaration"]["layout"] = "BHLD"  # it is a capability
    assert problems(report, "report") != []
    assert problems(certificate, "certificate") != []


def test_report_of_a_failure(tmp_path):
    report = json.loads(run("slim-verify", "run", "--subject", "mutant/first-key-unseen", "--law", "attention-agrees",
                            "--cases", "5", "--json", cwd=tmp_path))
    assert not report["holds"] and report["counterexamples"]
    assert problems(report, "report") == []


def test_report_of_a_program_that_does_not_start(tmp_path):
    report = json.loads(run("slim-verify", "run", "--subject-command", "exec false", "--certificate", "c.json", "--json", cwd=tmp_path))
    assert report["holds"] is False
    assert problems(report, "report") == []
    assert problems(json.loads((tmp_path / "c.json").read_text()), "certificate") == []


OF_EVERY_KIND = """
from slim_subject import own_function, projection, serve, subject
@subject(features=["silu", "favor+"], dtypes=["bfloat16"], narrow_sums="dtype", factors="bfloat16", claims="linear")
def attention(q, k, v, **options): pass
projection(own=True)(lambda seed, width, features: None)
serve()
"""


@pytest.mark.parametrize("program", [["-c", OF_EVERY_KIND], [ROOT / "properties" / "own_model" / "examples" / "own_numpy.py"],
                                     [KIT / "examples" / "numpy_attention.py"]])
def test_declarations(program):
    ran = subprocess.run([sys.executable, *program], input='{"jsonrpc": "2.0", "id": 1, "method": "describe"}\n', capture_output=True,
                         text=True, env={**os.environ, "PYTHONPATH": str(KIT), "SLIM_SCRATCH": "/tmp"})
    declaration = json.loads(ran.stdout)["result"]
    assert problems(declaration, "declaration") == []


@pytest.mark.parametrize("change", [
    {"name": "no spaces"}, {"tasks": []}, {"tasks": ["attention", "attention"]}, {"protocol": "1"}, {"naem": "x"},
    {"capabilities": {"layout": "HBLD"}}, {"capabilities": {"block": 0}}, {"capabilities": {"dtypes": ["digits50"]}},
    {"capabilities": {"feature_maps": ["relu6"]}}, {"capabilities": {"causal": 1}}, {"conventions": {"features": {}}},
])
def test_the_schema_refuses_the_declarations_that_the_harness_refuses(tmp_path, change):
    declaration = {"protocol": 1, "name": "x", "tasks": ["attention"], "capabilities": {"feature_maps": ["given"]}}
    assert problems(declaration, "declaration") == []
    wrong = {**declaration, **change}
    if "capabilities" in change:
        wrong["capabilities"] = {**declaration["capabilities"], **change["capabilities"]}
    assert problems(wrong, "declaration") != []
    (tmp_path / "answer").write_text(json.dumps({"jsonrpc": "2.0", "id": 1, "result": wrong}) + "\n")
    command = f"{sys.executable} -c \"import sys, json; n = json.loads(sys.stdin.readline())['id']; " \
              f"a = json.load(open('{tmp_path / 'answer'}')); a['id'] = n; print(json.dumps(a), flush=True); sys.stdin.read()\""
    report = json.loads(run("slim-verify", "run", "--subject-command", command, "--json", cwd=tmp_path, codes=(1,)))
    assert report["failure"] == "PROTOCOL-ERROR", report


@pytest.mark.skipif(not (BIN / "slim-measure").exists(), reason="built with SLIM_BENCHMARKS=OFF")
def test_records_and_verdicts(tmp_path):
    text = tmp_path / "text"
    text.write_bytes(bytes(range(256)) * 64)
    run("slim-measure", "sweep", "--experiment", "exact", "--scale", "ci", "--out", "r", "--corpus", str(text), cwd=tmp_path)
    records = [json.loads(line) for line in (tmp_path / "r" / "records.jsonl").read_text().splitlines()]
    assert records
    for record in records:
        assert problems(record, "record") == []
    run("slim-measure", "claims", "--records-only", "--scale", "ci", "--out", "r", cwd=tmp_path)
    assert problems(json.loads((tmp_path / "r" / "verdicts.json").read_text()), "verdicts") == []
    assert problems({**records[0], "length": 0}, "record") != []
    assert problems({**records[0], "schema": 2}, "record") != []


def test_one_version_everywhere():
    version = re.search(r"project\(slim VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    assert f'version = "{version}"' in (KIT / "pyproject.toml").read_text()
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()
    assert f"slim-verify {version}\n" in run("slim-verify", "--version", cwd=ROOT)
