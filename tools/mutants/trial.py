"""Trying faults: the tests are loaded and run once; each fault is then put into a fork of that process.

A fault in a function replaces that function's code, so that nothing is loaded again. What runs when a file is imported,
a table for one, needs a process in which the file is imported with the fault in it.
"""

from __future__ import annotations

import functools
import gc
import importlib
import importlib.machinery
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tools.mutants.faults import Fault

OPTIONS = ("-q", "-x", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout=0", "-W", "ignore")
LOADED_BEFORE = ("click", "hypothesis", "jsonschema", "msgspec", "re2", "regex", "rich", "tree_sitter", "yaml")
"""What is imported once, for all processes: other people's code, in which there are no faults of ours."""
PATIENCE = 10.0
"""A fault that makes its tests take this many times as long as they do without it is noticed: it hangs."""
LONGEST = 120.0
"""Seconds after which a fault hangs in any case."""
CANNOT_BE_PUT = 77
"""The exit code of a fork in which no function has the code that a fault is in."""


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

    def patience(self, tests: Collection[str]) -> float:
        """How many seconds these tests may take."""
        return min(30.0 + PATIENCE * sum(self.seconds.get(test, 0.0) for test in tests), LONGEST)


def survivors_among(
    root: Path, faults: Sequence[Fault], tests: Sequence[str], scratch: Path, say: Callable[[str], None]
) -> list[Fault]:
    """Give the faults that the tests do not notice. Raises `RuntimeError` if they fail without any."""
    results, log = scratch / "results.jsonl", scratch / "log.txt"
    results.write_text("")
    trial = _Trial(root, faults, results)

    def run() -> int:
        os.chdir(root)
        return int(pytest.main([*OPTIONS, *tests], plugins=[trial]))

    code = forked(run, log, 24 * 3600.0)
    told = [json.loads(line) for line in results.read_text().splitlines()]
    if code != 0 or not told:
        raise RuntimeError(f"the tests fail without any fault:\n{log.read_text()[-3000:]}")
    survived = []
    for fault, (noticed, wanted, limit) in zip(faults, told, strict=True):
        if noticed is None:
            noticed = _is_noticed_at_import(root, fault, wanted, limit, log)
        if not noticed:
            survived.append(fault)
            say(f"survives{'' if wanted else ' (no test runs it)'}: {fault}")
    return survived


def _is_noticed_at_import(root: Path, fault: Fault, tests: Sequence[str], limit: float, log: Path) -> bool:
    """Whether a test fails, or hangs, where the file is imported with the fault in it."""

    def run() -> int:
        os.chdir(root)
        _import_faulty(root / fault.file, fault)
        return int(pytest.main([*OPTIONS, *dict.fromkeys(test.partition("::")[0] for test in tests)], plugins=[only]))

    only = _Only(tests)
    code = forked(run, log, limit) if tests else 0
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise RuntimeError(f"there is no test to run: {log.read_text()[-3000:]}")
    return code != 0


def forked(run: Callable[[], int], log: Path | None, limit: float) -> int:
    """Run a function in a process of its own; its exit code, or -1 if it took longer than `limit` seconds."""
    if log is not None:
        for name in LOADED_BEFORE:
            importlib.import_module(name)
    process = os.fork()
    if process == 0:
        code = 70
        try:
            if log is not None:
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
        time.sleep(0.01)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return -1


@dataclass(eq=False)  # pytest keeps its plugins in sets
class _Trial:
    """Runs all tests once, and then for each fault, in a fork, those that run its line.

    Writes a line of JSON a fault: whether it was noticed (null: it has to be there at import), by which tests it could
    be, and within how many seconds.
    """

    root: Path
    faults: Sequence[Fault]
    results: Path
    seconds: dict[str, float] = field(default_factory=dict)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        seen = self._seen(session)
        if session.testsfailed:
            return True
        items = {item.nodeid: item for item in session.items}
        with self.results.open("a", encoding="utf-8") as file:
            for fault in self.faults:
                tests = seen.tests_of(fault)
                noticed = self._is_noticed(fault, [items[test] for test in tests], seen.patience(tests))
                print(json.dumps([noticed, tests, seen.patience(tests)]), file=file, flush=True)
        return True

    def _seen(self, session: pytest.Session) -> Seen:
        import coverage

        files = sorted({fault.file for fault in self.faults})
        coverer = coverage.Coverage(data_file=None, include=[str(self.root / file) for file in files])
        coverer.start()
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            coverer.switch_context(item.nodeid)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            coverer.switch_context("")
        coverer.stop()
        data = coverer.get_data()
        lines = {}
        for file in files:
            contexts = data.contexts_by_lineno(str(self.root / file))
            lines[file] = {line: frozenset(filter(None, tests)) for line, tests in contexts.items()}
        return Seen(lines, self.seconds)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    def _is_noticed(self, fault: Fault, items: Sequence[pytest.Item], limit: float) -> bool | None:
        if not items or fault.at_import:
            return None if items else False

        def run() -> int:
            if not _replace_code(self.root, fault):
                return CANNOT_BE_PUT
            for item, following in zip(items, [*items[1:], None], strict=True):
                if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
                    return 1
            return 0

        code = forked(run, None, limit)
        return None if code == CANNOT_BE_PUT else code != 0


@dataclass(eq=False)  # pytest keeps its plugins in sets
class _Only:
    """Runs these tests, in this order."""

    tests: Collection[str]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        order = {test: number for number, test in enumerate(self.tests)}
        items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])


def _import_faulty(path: Path, fault: Fault) -> None:
    """Let the file be imported with the fault in it. Nothing is written."""
    faulty = _compiled(path, fault)
    ordinary = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> CodeType | None:
        return faulty if Path(self.path) == path else ordinary(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]


def _compiled(path: Path, fault: Fault) -> CodeType:
    return compile(fault.applied(path.read_bytes()), str(path), "exec", dont_inherit=True)


def _replace_code(root: Path, fault: Fault) -> bool:
    """Give the functions of a loaded file the code that they have with the fault; False if the fault is in none."""
    path = str(root / fault.file)
    faulty = {(code.co_name, code.co_firstlineno): code for code in _codes(_compiled(Path(path), fault))}
    outer = fault.scope.split(".")
    put = False
    for function in _functions(path):
        code = function.__code__
        new = faulty.get((code.co_name, code.co_firstlineno))
        if code.co_name in outer and new is not None and new != code:
            try:
                function.__code__ = new
            except ValueError:  # the fault takes away a name of a function around it
                return False
            put = True
    return put


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _functions(path: str) -> Iterator[FunctionType]:
    """Give the functions of a loaded file, some twice. What any function keeps of earlier answers is forgotten."""
    modules = [module for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
    for module in modules:
        for value in list(vars(module).values()):
            if isinstance(value, functools._lru_cache_wrapper):
                value.cache_clear()
    for module in modules:
        if module.__file__ == path:
            for value in list(vars(module).values()):
                members = list(vars(value).values()) if isinstance(value, type) else [value]
                yield from (found for member in members if (found := _function_of(member)) is not None)
    # What functions have made at import: the functions in a table of operators, say.
    gc.unfreeze()  # a test that runs the command freezes what there is
    for found in gc.get_objects():
        if isinstance(found, FunctionType) and found.__code__.co_filename == path:
            yield found


def _function_of(member: Any) -> FunctionType | None:
    """Take a property, a static or class method, and what decorates a function off it."""
    member = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
    while hasattr(member, "__wrapped__"):
        member = member.__wrapped__
    return member if isinstance(member, FunctionType) else None
