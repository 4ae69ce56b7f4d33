"""The faults that `make mutants` tries, and that it tells those that tests notice from those that they do not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools.mutants.faults import faults_of
from tools.mutants.survivors import SurvivorsError, read_survivors
from tools.mutants.trial import is_noticed, observe


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("x = a == b", ["(a != b)"]),
        ("x = a < b", ["(a <= b)"]),
        ("x = a in b", ["(a not in b)"]),
        ("x = a and b", ["(a or b)", "(a)", "(b)"]),
        ("x = not a", ["(a)"]),
        ("x = a + 1", ["(a - 1)", "2"]),
        ("x = b[-1]", ["0", "2"]),
        ("x = True", ["False"]),
        ('x = "ec2"', ["'ec2_'"]),
        ('x = ("a", b.c)', ["(('a',))", "((b.c,))", "'a_'"]),
        ("x = max(a)", ["min"]),
        ("x = sorted(a)", ["list"]),
        ("x = [a for a in b if a]", ["True"]),
        ("x = a if b else c", ["(not (b))"]),
        ("if a:\n    f()", ["(not (a))", "pass"]),
        ("for a in b:\n    break", ["pass"]),
        ("a[b] = c", ["pass"]),
        ("def f(a):\n    return a.b", ["None"]),
        # What changes no answer.
        ('"""A page."""', []),
        ('x = "the alarm has no name"', []),
        ('x = f"{a + 1}"', []),
        ("assert a == b", []),
        ("import a", []),
        ("x: int", []),
        ("def f(a: 'b') -> 'c':\n    return None", []),
        ("@f(1)\nclass A(b[1]):\n    pass", []),
        ("if TYPE_CHECKING:\n    x = 1", []),
        ('__all__ = ["a", "b"]', []),
    ],
)
def test_what_a_line_could_say_wrongly(line: str, faults: list[str]) -> None:
    found = faults_of("x.py", line.encode())
    assert sorted(fault.new for fault in found) == sorted(faults)
    for fault in found:
        ast.parse(fault.applied(line.encode()))


def test_a_fault_is_put_at_its_place_whatever_stands_before_it() -> None:
    source = 'é = "ä ö ü"; x = a == b\n\n\nclass A:\n    def f(self):\n        return self.é and self.b\n'.encode()
    compared, *rest = faults_of("x.py", source)
    assert compared.applied(source).decode().splitlines()[0] == 'é = "ä ö ü"; x = (a != b)'
    assert {(fault.scope, fault.line, fault.at_import) for fault in rest} == {("A.f", 6, False)}
    assert compared.key == ("x.py", "module", "a == b", "(a != b)")
    assert compared.at_import


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "subject.py").write_text(
        "LIMIT = 3\n\n\ndef low(n):\n    return n < LIMIT\n\n\ndef far(n):\n    return n > 9\n"
    )
    (tmp_path / "conftest.py").write_text(f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n")
    (tmp_path / "test_subject.py").write_text(
        "from subject import low\n\ndef test_low():\n    assert low(2)\n\ndef test_not_low():\n    assert not low(4)\n"
    )
    return tmp_path


def test_tests_notice_what_they_look_at(house: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    scratch = tmp_path_factory.mktemp("scratch")
    seen = observe(house, ["subject.py"], ["test_subject.py"], scratch)
    noticed = {}
    for fault in faults_of("subject.py", (house / "subject.py").read_bytes()):
        tests = seen.tests_of(fault)
        noticed[fault.line, fault.new] = (len(tests), is_noticed(house, fault, tests, 0.1, scratch / "log.txt"))
    assert noticed == {
        (1, "4"): (2, False),  # neither 2 nor 4 tells 3 from 4
        (5, "None"): (2, True),
        (5, "(n <= LIMIT)"): (2, False),
        (9, "None"): (0, False),
        (9, "(n >= 9)"): (0, False),
        (9, "10"): (0, False),
    }


def test_where_tests_fail_without_a_fault_nothing_can_be_said(house: Path) -> None:
    (house / "test_subject.py").write_text("def test_it():\n    assert False\n")
    with pytest.raises(RuntimeError, match="the tests fail without any fault"):
        observe(house, ["subject.py"], ["test_subject.py"], house)


ENTRY = "- {file: a.py, in: f, old: '1', new: '2', reason: it is the same}\n"


def test_survivors_are_listed_with_a_reason() -> None:
    assert read_survivors(ENTRY) == {("a.py", "f", "1", "2"): "it is the same"}
    assert read_survivors("[]") == {}


@pytest.mark.parametrize(
    "text", [ENTRY.replace(", reason: it is the same", ""), ENTRY.replace("it is the same", "''"), ENTRY + ENTRY]
)
def test_a_survivor_without_a_reason_or_listed_twice_is_refused(text: str) -> None:
    with pytest.raises(SurvivorsError):
        read_survivors(text)
