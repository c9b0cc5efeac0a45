# SPDX-License-Identifier: Apache-2.0
"""Runs slim-verify on a Python function: the command slim-subject, and verify() for the pytest plugin.

    slim-subject verify mine.py:attention --features favor+ --html report.html

The function runs in a process of its own, which imports its file again. If the file declares it with
@subject, @features, @gradient or model(), nothing else needs to be given.
"""
import argparse
import ast
import dataclasses
import difflib
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
            "slim-verify is not on PATH: install the package slim-harness, or set SLIM_VERIFY to its path")
    return found


def command_of(function, declared):
    """The command line of a process that serves a function of a module's top level.

    `declared`: keyword arguments of slim_subject.subject; empty if its file declares it."""
    file, name = _found_at(function)
    words = [sys.executable, "-m", "slim_subject_run", "serve", f"{file}:{name}"]
    for folder in _added_folders():
        if folder != os.path.dirname(file):
            words += ["--path", folder]
    return shlex.join(words + _declare_options(declared))


def _found_at(function):
    """The file and the name at the top level of its module to which exactly this object is bound: what it wraps is another one."""
    name = getattr(function, "__qualname__", None) or repr(function)
    if not callable(function):
        raise TypeError(f"{name} is no function")
    first = sys.modules.get(getattr(function, "__module__", None))
    for module in [first, *sys.modules.values()]:
        names = getattr(module, "__dict__", {})
        file = names.get("__file__")
        if not isinstance(file, str) or not file.endswith(".py") or not os.path.isfile(file):
            continue
        for bound, value in list(names.items()):
            if value is function and bound.isidentifier():
                return os.path.abspath(file), bound
    raise ValueError(f"{name} is not at the top level of a module: bind it to a name in a .py file, since another process has to import it")


def verify(command, *, laws=(), effort="standard", seed=None, expected_failures=None, options=()):
    """Runs slim-verify on the program with this command line; returns a Verification.

    `laws`: names, or none for all. `expected_failures`: lines such as "averages float32", which have to
    fail. `options`: further arguments of slim-verify run. Raises HarnessError if there is no verdict."""
    if "SLIM_SCRATCH" in os.environ:
        raise HarnessError("verify() was called while slim-verify imports the file of the function: call it under "
                           "if __name__ == '__main__'")
    for name, value in (("laws", laws), ("expected_failures", expected_failures), ("options", options)):
        if isinstance(value, str):
            raise TypeError(f"{name} is '{value}': a list of such strings is needed")
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
        checks.append(Check(case.get("classname"), scalar, outcome, message, evidence, float(case.get("time") or 0)))
    return checks


def _added_folders():
    """Folders of sys.path that another process of this Python would not have, such as those that pytest added."""
    usual = {*sysconfig.get_paths().values(), *site.getsitepackages(), site.getusersitepackages(),
             *os.environ.get("PYTHONPATH", "").split(os.pathsep), os.path.dirname(os.path.abspath(__file__))}
    return [path for path in sys.path if os.path.isdir(path) and path not in usual and not path.startswith(sys.base_prefix + "/lib")]


def _declare_options(declared):
    known = [name for function in (slim_subject.subject, slim_subject.input_form)
             for name, parameter in inspect.signature(function).parameters.items() if parameter.kind != parameter.VAR_KEYWORD]
    words = []
    for key, value in declared.items():
        if key not in known:
            closest = difflib.get_close_matches(key, known, 1, 0) or known
            raise ValueError(f"nothing called '{key}' can be declared: the closest of {len(known)} is '{closest[0]}'")
        try:
            text = json.dumps(value, default=lambda x: x.tolist())  # numbers and arrays of NumPy
        except (AttributeError, TypeError, ValueError):
            raise ValueError(f"{key} is {value!r}, which cannot be written as JSON") from None
        words += ["--declare", f"{key}={text}"]
    return words


def _place_and_name(target):
    """The parts of "FILE.py:NAME" or "package.module:NAME"."""
    place, colon, name = target.rpartition(":")
    if not colon or not name.isidentifier():
        raise ValueError(f"'{target}' names no function: give FILE.py:NAME or package.module:NAME")
    if place.endswith(".py") and not os.path.isfile(place):
        raise ValueError(f"file '{place}' does not exist")
    return place, name


def _require_function(target):
    """Refuses what its file cannot define, without running the file."""
    place, name = _place_and_name(target)
    if not place.endswith(".py"):
        return
    with open(place, "rb") as file:
        try:
            nodes = list(ast.walk(ast.parse(file.read())))
        except (SyntaxError, ValueError) as error:
            raise ValueError(f"file '{place}' is no Python: {error}") from None
    functions = [node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    others = [node.id for node in nodes if isinstance(node, ast.Name)]
    imported = [alias.asname or alias.name.split(".")[0] for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))
                for alias in node.names]
    if name not in functions + others + imported and "*" not in imported:
        raise ValueError(f"'{place}' has no function '{name}'; it has {', '.join(functions) or 'none'}")


def _load(target):
    """The function of "FILE.py:NAME" or "package.module:NAME", and its module."""
    place, name = _place_and_name(target)
    if place.endswith(".py"):
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


def _is_of_torch(value):
    place = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None)
    return isinstance(place, str) and place.split(".")[0] == "torch"


def _serve(target, declared, folders):
    sys.path[:0] = folders
    serve, slim_subject.serve = slim_subject.serve, lambda: None  # the file may end with serve()
    function, module = _load(target)
    if declared or not slim_subject._declared["tasks"]:
        # A NumPy function that imports nothing from torch cannot return its tensors.
        declared.setdefault("framework", "torch" if any(map(_is_of_torch, vars(module).values())) else "numpy")
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
        try:
            print(_version())
        except HarnessError as error:
            parser.exit(2, f"slim-subject: {error}\n")
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
        command.add_argument("function", nargs="?", help="FILE.py:NAME or package.module:NAME")
        command.add_argument("--features", nargs="+", metavar="MAP", help="feature maps of a function that its file does not declare")
        command.add_argument("--framework", choices=["numpy", "torch"], help="default: torch if the file imports it, else numpy")
        command.add_argument("--declare", action="append", default=[], type=_declaration, metavar="NAME=JSON",
                             help="another keyword argument of slim_subject.subject (repeatable)")
        command.add_argument("--path", action="append", default=[], metavar="FOLDER", help="a folder to import from (repeatable)")
    options, rest = parser.parse_known_args(arguments)
    if options.function is None and options.features and ":" in options.features[-1]:
        options.function = options.features.pop()  # after --features, which takes any number of maps
    if options.function is None:
        parser.error("a function is needed: FILE.py:NAME or package.module:NAME")
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
        _require_function(options.function)
        program = find_program()
        return subprocess.run([program, "run", "--subject-command", shlex.join(words), *rest], check=False).returncode
    except (HarnessError, ValueError) as error:
        print(f"slim-subject: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
