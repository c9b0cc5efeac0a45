# SPDX-License-Identifier: Apache-2.0
"""The pytest plugin: a fixture that checks a function against the laws of the harness.

    def test_my_attention(slim):
        slim.verify(attention, features=["favor+"])

Each law in each scalar type is a sub-result; the message of a failure has the shrunk case, the command
that replays it, and the diagnosis.
"""
import pytest

checks_key = pytest.StashKey()


class Slim:
    """The fixture `slim`."""

    def __init__(self, request):
        self._request = request

    def verify(self, function, *, laws=(), effort="standard", seed=None, expected_failures=None, options=(), **declared):
        """Fails the test unless all laws hold that the function claims; returns a slim_subject_run.Verification.

        `function` is at the top level of a module. `declared`: keyword arguments of slim_subject.subject, such as
        features=["favor+"], unless its file declares it. The others are those of slim_subject_run.verify()."""
        __tracebackhide__ = True
        import slim_subject_run  # here, since it needs NumPy, which other tests may not have
        command = slim_subject_run.command_of(function, declared)
        found = slim_subject_run.verify(command, laws=laws, effort=effort, seed=seed, expected_failures=expected_failures,
                                        options=options)
        self._request.node.stash.setdefault(checks_key, []).extend(found.checks)
        if not found.holds:
            raise AssertionError(_message(found))
        return found


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    """Reports the laws before their test, whose result says whether failures were expected (xfail, pytest.raises)."""
    outcome = yield
    if call.when != "call":
        return
    test = outcome.get_result()
    plugins = item.config.pluginmanager
    # A test is one test case in a JUnit file, with the failure of all its laws.
    junit = [plugin for plugin in plugins.get_plugins() if type(plugin).__name__ == "LogXML"]
    log = plugins.subset_hook_caller("pytest_runtest_logreport", junit)
    for check in item.stash.get(checks_key, []):
        if check.outcome != "not claimed":
            log(report=_report(item, check, test.failed))


def _report(item, check, fails):
    path, line, name = item.location
    expected = check.outcome == "expected failure" or (check.outcome == "failed" and not fails)
    report = pytest.TestReport(
        nodeid=item.nodeid, location=(path, line, f"{name} [{check.law} {check.scalar}]"), keywords={}, when="call",
        outcome="skipped" if expected else check.outcome, longrepr=check.message or None, duration=check.seconds)
    report.slim_law = f"{check.law} {check.scalar}"
    if expected:
        report.wasxfail = check.message
    return report


def _message(found):
    """Each broken law with its shrunk case, the command that replays it and the diagnosis, if that is not the same as before."""
    lines, laws, diagnoses = ["not all laws hold"], set(), []
    for check in found.checks:
        if check.outcome != "failed":
            continue
        lines.append(f"{check.law} {check.scalar}: {check.message}")
        if check.law not in laws:
            case_and_replay, diagnosis = check.evidence.splitlines()[:2], check.evidence.splitlines()[2:]
            lines += ["    " + line for line in case_and_replay + (diagnosis if diagnosis not in diagnoses else [])]
            diagnoses.append(diagnosis)
        laws.add(check.law)
    return "\n".join(lines)


@pytest.fixture
def slim(request):
    """Checks functions against the laws of the SLiM harness: slim.verify(attention, features=["favor+"])."""
    return Slim(request)


def pytest_report_teststatus(report):
    law = getattr(report, "slim_law", None)
    if law is None or hasattr(report, "wasxfail"):
        return None
    return ("passed", ",", f"PASSED ({law})") if report.passed else ("failed", "u", f"FAILED ({law})")
