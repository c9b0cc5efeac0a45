# SPDX-License-Identifier: Apache-2.0
"""Tests of the pytest plugin and of the command slim-subject. SLIM_VERIFY is the path of the program."""
import importlib.metadata
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import slim_subject_run

KIT = pathlib.Path(__file__).parent
RIGHT = """
import numpy as np

def attention(q, k, v, **options):
    weights = np.tril(q @ k.swapaxes(-1, -2))
    return weights @ v / (weights.sum(-1, keepdims=True) + np.asarray(1e-16, q.dtype))
"""
WRONG = RIGHT + """
def without_first_key(q, k, v, **options):
    k = k.copy()
    k[:, :, 0] = 0
    return attention(q, k, v)
"""
LAWS = 'effort="quick", laws=["averages", "future-does-not-leak"]'


def run(*words, cwd):
    path = os.pathsep.join([str(KIT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run([sys.executable, "-m", "slim_subject_run", *words], cwd=cwd, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": path})


def outcome_of(pytester, code, *options):
    pytester.makepyfile(test_it=code)
    installed = importlib.metadata.entry_points(group="pytest11", name="slim")
    return pytester.runpytest_subprocess(*([] if installed else ["-p", "slim_subject_pytest"]), *options)


def test_each_law_is_a_result(pytester):
    result = outcome_of(pytester, RIGHT + f"\ndef test_it(slim):\n    slim.verify(attention, {LAWS})\n", "-v")
    result.assert_outcomes(passed=6)  # two laws in two scalars, the run itself, and the test
    result.stdout.fnmatch_lines(["*PASSED (averages float32)*", "*PASSED (future-does-not-leak float64)*"])


def test_a_failure_has_its_case_and_diagnosis(pytester):
    result = outcome_of(pytester, WRONG + f"\ndef test_it(slim):\n    slim.verify(without_first_key, {LAWS})\n")
    result.assert_outcomes(passed=3, failed=3)
    result.stdout.fnmatch_lines(["*test_it [[]averages float32[]]*", "WRONG: out*",
                                 "E *averages float32: WRONG: out*", "E *L=2 C=1 *", "E *slim-verify replay *",
                                 "E *mutant/first-key-unseen*"])


def test_an_expected_failure_passes(pytester):
    expected = 'expected_failures=["averages float32", "averages float64"]'
    result = outcome_of(pytester, WRONG + f"\ndef test_it(slim):\n    slim.verify(without_first_key, {LAWS}, {expected})\n")
    result.assert_outcomes(passed=4, xfailed=2)


def test_laws_of_a_test_that_may_fail_may_fail(pytester):
    code = WRONG + f"\nimport pytest\n\n@pytest.mark.xfail\ndef test_it(slim):\n    slim.verify(without_first_key, {LAWS})\n"
    result = outcome_of(pytester, code, "--junitxml=junit.xml")
    result.assert_outcomes(passed=3, xfailed=3)
    assert result.ret == 0
    assert pytester.path.joinpath("junit.xml").read_text().count("<testcase") == 1


def test_laws_of_a_test_that_expects_their_failure_may_fail(pytester):
    code = WRONG + f"\nimport pytest\n\ndef test_it(slim):\n    with pytest.raises(AssertionError):\n        slim.verify(without_first_key, {LAWS})\n"
    outcome_of(pytester, code, "-p", "no:capture").assert_outcomes(passed=4, xfailed=2)


def test_what_a_function_wraps_is_not_verified_in_its_place(pytester):
    code = RIGHT + f"""
import functools

@functools.wraps(attention)
def larger(*of, **options):
    return 1.5 * attention(*of)

local = larger
del larger

def test_it(slim):
    slim.verify(local, {LAWS})
"""
    outcome_of(pytester, code).assert_outcomes(passed=3, failed=3)


@pytest.mark.parametrize("call, words", [
    ("attention, laws='averages'", "laws is 'averages': a list"),
    ("len", "len is not at the top level of a module"),
    ("3", "3 is no function"),
    ("attention, sliced_=True", "nothing called 'sliced_' can be declared: the closest of * is 'sliced'"),
    ("attention, claims={1}", "claims is {1}, which cannot be written as JSON"),
])
def test_what_cannot_be_verified_is_refused_with_its_reason(pytester, call, words):
    result = outcome_of(pytester, RIGHT + f"\ndef test_it(slim):\n    slim.verify({call})\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{words}*"])


def test_a_declaration_that_is_refused_says_why(pytester):
    result = outcome_of(pytester, RIGHT + "\ndef test_it(slim):\n    slim.verify(attention, features=['favr+'], laws=['averages'])\n")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*favr+*"])


def test_a_file_that_verifies_while_it_is_imported_ends(tmp_path):
    (tmp_path / "mine.py").write_text(RIGHT + """
import slim_subject_run
command = slim_subject_run.command_of(attention, {})
print(slim_subject_run.verify(command, laws=["averages"], effort="quick").report)
""")
    ran = subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                         env={**os.environ, "PYTHONPATH": str(KIT)})
    assert "if __name__ == '__main__'" in ran.stdout + ran.stderr


def test_a_function_that_cannot_be_imported_is_refused(pytester):
    result = outcome_of(pytester, "def test_it(slim):\n    slim.verify(lambda q, k, v, **options: v)\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*is not at the top level of a module*"])


def test_modules_of_a_package_are_imported_by_name(pytester):
    package = pytester.mkpydir("mine")
    (package / "rows.py").write_text(RIGHT)
    (package / "kernel.py").write_text("from .rows import attention as rows\n\ndef kernel(*qkv, **options):\n    return rows(*qkv)\n")
    outcome_of(pytester, f"from mine.kernel import kernel\n\ndef test_it(slim):\n    slim.verify(kernel, {LAWS})\n").assert_outcomes(passed=6)


def test_pytorch_is_recognised(pytester):
    pytest.importorskip("torch")
    code = """
import torch

def attention(q, k, v, projection, **options):
    def favor(x):
        x = x * x.shape[-1] ** -0.25
        return (x @ projection - (x * x).sum(-1, keepdim=True) / 2).exp()
    weights = (favor(q) @ favor(k).transpose(-1, -2)).tril()
    return weights @ v / (weights.sum(-1, keepdim=True) + 1e-16)

def test_it(slim):
    slim.verify(attention, features=["favor+"], effort="quick", laws=["attention-agrees", "pullback-agrees"])
"""
    outcome_of(pytester, code).assert_outcomes(passed=6)


def test_the_command_has_the_exit_code_of_slim_verify(tmp_path):
    (tmp_path / "mine.py").write_text(WRONG)
    few = ["--law", "averages", "--effort", "quick"]
    assert run("verify", "mine.py:attention", *few, cwd=tmp_path).returncode == 0
    broken = run("verify", "mine.py:without_first_key", *few, cwd=tmp_path)
    assert broken.returncode == 1 and "first-key-unseen" in broken.stdout
    assert run("verify", "mine.py:attention", "--law", "averges", cwd=tmp_path).returncode == 2


def test_the_command_serves_a_file_that_declares_its_subject(tmp_path):
    shutil.copy(KIT / "examples" / "numpy_attention.py", tmp_path / "mine.py")  # it ends with serve()
    held = run("verify", "mine.py:attention", "--law", "features-agree", "--effort", "quick", cwd=tmp_path)
    assert held.returncode == 0 and "foreign/numpy-favor" in held.stdout, held.stdout + held.stderr


@pytest.mark.parametrize("words, message", [
    (["verify", "none.py:attention"], "file 'none.py' does not exist"),
    (["serve", "none.py:attention"], "file 'none.py' does not exist"),
    (["serve", "mine.py"], "'mine.py' names no function"),
    (["serve", "mine.py:attn"], "'mine.py' has no function 'attn'"),
    (["verify", "mine.py:attention", "--declare", "causal"], "'causal' has no value"),
])
def test_bad_arguments_are_refused(tmp_path, words, message):
    (tmp_path / "mine.py").write_text(RIGHT)
    refused = run(*words, cwd=tmp_path)
    assert refused.returncode == 2 and message in refused.stderr, refused.stderr


def test_a_missing_program_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("SLIM_VERIFY", str(tmp_path / "none"))
    with pytest.raises(slim_subject_run.HarnessError, match="which is no program"):
        slim_subject_run.find_program()


def test_the_copied_file_needs_nothing_else(tmp_path):
    shutil.copy(KIT / "slim_subject.py", tmp_path)
    (tmp_path / "mine.py").write_text("from slim_subject import serve, subject\n" + RIGHT.replace(
        "def attention", "@subject()\ndef attention") + "\nserve()\n")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    held = subprocess.run([slim_subject_run.find_program(), "run", "--subject-command", f"{sys.executable} mine.py",
                           "--law", "averages", "--effort", "quick"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert held.returncode == 0, held.stdout + held.stderr


@pytest.mark.parametrize("made, name", [
    ("lambda *of: bigram(*of)", "lambda"),
    ("functools.partial(bigram)", "bigram"),
    ("Bigram()", "Bigram"),
])
def test_what_is_no_plain_function_has_a_name_too(tmp_path, made, name):
    shutil.copy(KIT / "slim_subject.py", tmp_path)
    (tmp_path / "mine.py").write_text(f"""
import functools
import numpy as np
from slim_subject import own_function, serve

def bigram(parameters, tokens, mask, chunk):
    counted = mask.sum()
    return (parameters["w"][tokens[:, :-1]] * mask).sum() / counted, {{
        "w": np.bincount(tokens[:, :-1].ravel(), mask.ravel(), 5).astype(mask.dtype) / counted}}

class Bigram:
    def __call__(self, *of):
        return bigram(*of)

own_function({{"w": np.arange(5.0)}}, vocab=5, longest=32)({made})
serve()
""")
    held = run("verify", "mine.py:bigram", "--law", "own-slope-of-loss", "--effort", "quick", cwd=tmp_path)
    assert held.returncode == 0 and f"foreign/{name} " in held.stdout, held.stdout + held.stderr
