"""Running tests on code with a fault in it: each in a forked process, in which the code is imported anew."""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from types import CodeType

    from tools.mutants.faults import Fault

OPTIONS = ("-q", "-x", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout=0", "-W", "ignore")
LOADED_BEFORE = ("click", "hypothesis", "jsonschema", "msgspec", "re2", "regex", "rich", "tree_sitter", "yaml")
"""What is imported once, for all processes: other people's code, in which there are no faults of ours."""
PATIENCE = 10.0
"""A fault that makes its tests take this many times as long as they do without it is noticed: it hangs."""


@dataclass(frozen=True)
class Seen:
    """What a run without faults shows: the tests that run each line, and how long each test takes, in seconds.

    `lines` is by file (relative to the repository) and line; lines that run at import are there with no tests.
    """

    lines: dict[str, dict[int, frozenset[str]]]
    seconds: dict[str, float]

    def tests_of(self, fault: Fault) -> list[str]:
        """Give the tests that run a fault, the quickest first; of one that runs at import, those that run its file."""
        by_line = self.lines.get(fault.file, {})
        lines = list(by_line) if fault.at_import else fault.lines
        found = frozenset[str]().union(*(by_line.get(line, ()) for line in lines))
        return sorted(found, key=lambda test: (self.seconds.get(test, 0.0), test))


def observe(root: Path, files: Sequence[str], tests: Sequence[str], scratch: Path) -> Seen:
    """Run the tests once, without a fault. Raises `RuntimeError` if they fail: then nothing can be said."""
    told = scratch / "seen.json"
    log = scratch / "log.txt"

    def run() -> int:
        import coverage

        coverer = coverage.Coverage(data_file=None, include=[str(root / file) for file in files])
        plugin = _Contexts(coverer)
        os.chdir(root)
        coverer.start()
        code = int(pytest.main([*OPTIONS, *tests], plugins=[plugin]))
        coverer.stop()
        data = coverer.get_data()
        lines = {file: data.contexts_by_lineno(str(root / file)) for file in files}
        told.write_text(json.dumps({"lines": lines, "seconds": plugin.seconds}))
        return code

    if forked(run, log, 3600.0) != 0:
        raise RuntimeError(f"the tests fail without any fault:\n{log.read_text()[-3000:]}")
    document: dict[str, Any] = json.loads(told.read_text())
    lines = {
        file: {int(line): frozenset(filter(None, tests)) for line, tests in by_line.items()}
        for file, by_line in document["lines"].items()
    }
    return Seen(lines, document["seconds"])


def is_noticed(root: Path, fault: Fault, tests: Sequence[str], seconds: float, log: Path) -> bool:
    """Whether one of the tests fails with the fault in the code, or hangs. `seconds` is what they take without it.

    Raises `RuntimeError` if none of the tests is there any more.
    """
    if not tests:
        return False

    def run() -> int:
        os.chdir(root)
        _plant(root / fault.file, fault)
        files = dict.fromkeys(test.partition("::")[0] for test in tests)
        return int(pytest.main([*OPTIONS, *files], plugins=[_Only(tests)]))

    code = forked(run, log, 30.0 + PATIENCE * seconds)
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise RuntimeError(f"there is no test to run: {log.read_text()[-3000:]}")
    return code != 0


def forked(run: Callable[[], int], log: Path, limit: float) -> int:
    """Run a function in a process of its own; its exit code, or -1 if it took longer than `limit` seconds."""
    for name in LOADED_BEFORE:
        importlib.import_module(name)
    process = os.fork()
    if process == 0:
        code = 70
        try:
            with log.open("wb") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            code = run()
            sys.stdout.flush()
        finally:
            os._exit(code)
    ends = time.monotonic() + limit
    while time.monotonic() < ends:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return -1


def _plant(path: Path, fault: Fault) -> None:
    """Let the file be imported with the fault in it. Nothing is written."""
    faulty = compile(fault.applied(path.read_bytes()), str(path), "exec", dont_inherit=True)
    ordinary = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> CodeType | None:
        return faulty if Path(self.path) == path else ordinary(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]


@dataclass
class _Contexts:
    """Tells coverage which test runs, and keeps how long each takes."""

    coverer: Any
    seconds: dict[str, float] = field(default_factory=dict)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.coverer.switch_context(item.nodeid)
        yield
        self.coverer.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration


@dataclass
class _Only:
    """Runs these tests, in this order."""

    tests: Collection[str]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        order = {test: number for number, test in enumerate(self.tests)}
        items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])
