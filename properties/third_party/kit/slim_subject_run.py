# SPDX-License-Identifier: Apache-2.0
"""Runs slim-verify on a Python function: the command slim-subject, and verify() for the pytest plugin.

    slim-subject verify mine.py:attention --features favor+ --html report.html

The function runs in a process of its own, which imports its file again. If the file declares it with
@subject, @features, @gradient or model(), nothing else needs to be given.
"""
import argparse
import dataclasses
import importlib
import importlib.util
import inspect
import json
import os
import shlex
import shutil
import site
import subprocess
import sys
import sysconfig
import tempfile
import xml.etree.ElementTree

import slim_subject


class HarnessError(RuntimeError):
    """slim-verify was not found, refused its arguments, or failed; no verdict on the function."""


@dataclasses.dataclass
class Check:
    """One law in one scalar type."""

    law: str
    scalar: str
    outcome: str  # "passed", "failed", "expected failure" or "not claimed"
    message: str  # one line; empty if passed
    evidence: str  # of a failure: the shrunk case, the command that replays it, the diagnosis
    seconds: float


@dataclasses.dataclass
class Verification:
    """What slim-verify found."""

    holds: bool
    report: str  # the report as text
    checks: list  # of Check; the first ones are those of laws, in the order of the report


def find_program():
    """The path of slim-verify: $SLIM_VERIFY, or on PATH."""
    given = os.environ.get("SLIM_VERIFY")
    found = shutil.which(given or "slim-verify")
    if found is None:
        raise HarnessError(
            f"SLIM_VERIFY is '{given}', which is no program" if given else
            "slim-verify is not on PATH: install the package slim, or set SLIM_VERIFY to its path")
    return found


def command_of(function, declared):
    """The command line of a process that serves a function of a module's top level.

    `declared`: keyword arguments of slim_subject.subject; empty if its file declares it."""
    inner = inspect.unwrap(function)
    file, name = inspect.getsourcefile(inner), inner.__qualname__
    if "<" in name or "." in name:
        raise ValueError(f"{name} is not at the top level of a module: move it there, since another process has to import it")
    words = [sys.executable, "-m", "slim_subject_run", "serve", f"{os.path.abspath(file)}:{name}"]
    for folder in _added_folders():
        if folder != os.path.dirname(os.path.abspath(file)):
            words += ["--path", folder]
    return shlex.join(words + _declare_options(declared))


def verify(command, *, laws=(), effort="standard", seed=None, expected_failures=None, options=()):
    """Runs slim-verify on the program with this command line; returns a Verification.

    `laws`: names, or none for all. `expected_failures`: lines such as "averages float32", which have to
    fail. `options`: further arguments of slim-verify run. Raises HarnessError if there is no verdict."""
    with tempfile.TemporaryDirectory(prefix="slim-subject-") as folder:
        junit = os.path.join(folder, "junit.xml")
        words = [find_program(), "run", "--subject-command", command, "--junit", junit, "--effort", effort]
        for law in laws:
            words += ["--law", law]
        if seed is not None:
            words += ["--seed", str(seed)]
        if expected_failures is not None:
            listed = os.path.join(folder, "expected-failures.txt")
            with open(listed, "w", encoding="utf-8") as file:
                file.writelines(line + "\n" for line in expected_failures)
            words += ["--expected-failures", listed]
        # The first folder of sys.path is where this module was found, if it was not installed.
        path = os.pathsep.join(filter(None, [os.path.dirname(os.path.abspath(__file__)), os.environ.get("PYTHONPATH")]))
        ran = subprocess.run([*words, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
                             errors="replace", check=False, env={**os.environ, "PYTHONPATH": path})
        if ran.returncode not in (0, 1):
            raise HarnessError(ran.stderr.strip() or f"slim-verify ended with exit code {ran.returncode}")
        return Verification(ran.returncode == 0, ran.stdout, _checks(junit))


def _checks(junit):
    checks = []
    for case in xml.etree.ElementTree.parse(junit).iter("testcase"):
        failure, skipped = case.find("failure"), case.find("skipped")
        outcome, message, evidence = "passed", "", ""
        if failure is not None:
            outcome, message, evidence = "failed", failure.get("message"), failure.text or ""
        elif skipped is not None:
            message = skipped.get("message")
            outcome = "expected failure" if message.startswith("expected failure") else "not claimed"
        scalar = case.get("name").split(" ")[-1] if "/" in case.get("name") else case.get("name")
        checks.append(Check(case.get("classname"), scalar, outcome, message, evidence, float(case.get("time"))))
    return checks


def _added_folders():
    """Folders of sys.path that another process of this Python would not have, such as those that pytest added."""
    usual = {*sysconfig.get_paths().values(), *site.getsitepackages(), site.getusersitepackages(),
             *os.environ.get("PYTHONPATH", "").split(os.pathsep), os.path.dirname(os.path.abspath(__file__))}
    return [path for path in sys.path if os.path.isdir(path) and path not in usual and not path.startswith(sys.base_prefix + "/lib")]


def _declare_options(declared):
    words = []
    for key, value in declared.items():
        words += ["--declare", f"{key}={json.dumps(value)}"]
    return words


def _load(target):
    """The function of "FILE.py:NAME" or "package.module:NAME", and its module."""
    place, colon, name = target.rpartition(":")
    if not colon or not name.isidentifier():
        raise ValueError(f"'{target}' names no function: give FILE.py:NAME or package.module:NAME")
    if place.endswith(".py"):
        if not os.path.isfile(place):
            raise ValueError(f"file '{place}' does not exist")
        # In a package, import by the package's name, so that relative imports work.
        folder, module_name = os.path.split(os.path.abspath(place)[: -len(".py")])
        while os.path.isfile(os.path.join(folder, "__init__.py")):
            folder, package = os.path.split(folder)
            module_name = f"{package}.{module_name}"
        sys.path.insert(0, folder)
        if "." in module_name:
            module = importlib.import_module(module_name)
        else:
            spec = importlib.util.spec_from_file_location(module_name, place)
            module = importlib.util.module_from_spec(spec)
            sys.modules.setdefault(module_name, module)
            spec.loader.exec_module(module)
    else:
        module = importlib.import_module(place)
    if not callable(getattr(module, name, None)):
        raise ValueError(f"'{place}' has no function '{name}'")
    return getattr(module, name), module


def _serve(target, declared, folders):
    sys.path[:0] = folders
    serve, slim_subject.serve = slim_subject.serve, lambda: None  # the file may end with serve()
    function, module = _load(target)
    if declared or not slim_subject._declared["tasks"]:
        # A NumPy function that does not import torch cannot return its tensors.
        declared.setdefault("framework", "torch" if "torch" in vars(module) else "numpy")
        slim_subject.subject(**declared)(function)
    serve()


def _declaration(text):
    key, equals, value = text.partition("=")
    if not equals or not key.isidentifier():
        raise argparse.ArgumentTypeError(f"'{text}' has no value: give NAME=JSON, such as bidirectional=true")
    try:
        return key, json.loads(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{value}' is not JSON: write a string as '\"text\"'") from None


def _version():
    program = subprocess.run([find_program(), "--version"], capture_output=True, text=True, check=False)
    return f"protocol {slim_subject.PROTOCOL}, {program.stdout.strip()}"


class _Version(argparse.Action):
    def __call__(self, parser, *_):
        print(_version())
        parser.exit()


def main(arguments=None):
    """The command slim-subject; returns its exit code, that of slim-verify."""
    parser = argparse.ArgumentParser("slim-subject", description="Checks a Python function with slim-verify.",
                                     epilog="exit codes: those of slim-verify: 0 everything holds, 1 something does not hold, "
                                            "2 bad input, 3 the harness or the machine failed")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the versions of the protocol and of slim-verify")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (("verify", "run the laws; options that are not listed here are those of slim-verify run"),
                       ("serve", "answer the requests of slim-verify: slim-verify run --subject-command 'slim-subject serve …'")):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("function", help="FILE.py:NAME or package.module:NAME")
        command.add_argument("--features", nargs="+", metavar="MAP", help="feature maps of a function that its file does not declare")
        command.add_argument("--framework", choices=["numpy", "torch"], help="default: torch if the file imports it, else numpy")
        command.add_argument("--declare", action="append", default=[], type=_declaration, metavar="NAME=JSON",
                             help="another keyword argument of slim_subject.subject (repeatable)")
        command.add_argument("--path", action="append", default=[], metavar="FOLDER", help="a folder to import from (repeatable)")
    options, rest = parser.parse_known_args(arguments)
    declared = dict(options.declare)
    declared.update({key: value for key in ("features", "framework") if (value := getattr(options, key))})
    try:
        if options.command == "serve":
            if rest:
                parser.error(f"'{rest[0]}' is unknown: see slim-subject serve --help")
            return _serve(options.function, declared, options.path)
        words = [sys.executable, "-m", "slim_subject_run", "serve", options.function, *_declare_options(declared)]
        for folder in options.path:
            words += ["--path", folder]
        program = find_program()
        place = options.function.rpartition(":")[0]
        if place.endswith(".py") and not os.path.isfile(place):
            raise ValueError(f"file '{place}' does not exist")
        return subprocess.run([program, "run", "--subject-command", shlex.join(words), *rest], check=False).returncode
    except (HarnessError, ValueError) as error:
        print(f"slim-subject: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
