"""The faults that `make mutants` tries, and that it tells those that tests notice from those that they do not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools.mutants.faults import faults_of
from tools.mutants.survivors import SurvivorsError, read_survivors
from tools.mutants.trial import survivors_among


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
        ("x = zip(a, b, strict=True)", []),
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
    (default,) = faults_of("x.py", b"def f(a=1):\n    return a")[:1]
    assert (default.new, default.scope, default.at_import) == ("2", "f", True)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "subject.py").write_text(
        "import functools\n\nLIMIT = 3\n\n\ndef low(n):\n    return n < LIMIT\n\n\ndef far(n):\n    return n > 9\n\n\n"
        "@functools.cache\ndef odd(n):\n    if n % 2:\n        return True\n    return False\n"
    )
    (tmp_path / "conftest.py").write_text(f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n")
    (tmp_path / "test_subject.py").write_text(
        "from subject import low, odd\n\ndef test_low():\n    assert low(2)\n\n"
        "def test_not_low():\n    assert not low(4)\n\ndef test_odd():\n    assert odd(3)\n"
    )
    return tmp_path


@pytest.mark.slow
def test_tests_notice_what_they_look_at(house: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    faults = faults_of("subject.py", (house / "subject.py").read_bytes())
    told: list[str] = []
    scratch = tmp_path_factory.mktemp("scratch")
    survived = survivors_among(house, faults, ["test_subject.py"], scratch, told.append)
    assert {(fault.line, fault.new) for fault in faults} - {(fault.line, fault.new) for fault in survived} == {
        (7, "None"),
        (16, "(not (n % 2))"),
        (16, "3"),
        (17, "False"),
    }
    assert {(fault.line, fault.new) for fault in survived} == {
        (3, "4"),  # neither 2 nor 4 tells 3 from 4
        (7, "(n <= LIMIT)"),
        (11, "None"),
        (11, "(n >= 9)"),
        (11, "10"),
        (18, "True"),
    }
    assert "survives (no test runs it): subject.py:11 in far: 9  ->  10" in told
    assert "survives: subject.py:3 in module: 3  ->  4" in told


@pytest.mark.slow
def test_a_table_that_is_read_at_import_is_tried_too(house: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (house / "subject.py").write_text(
        'WORDS = ("a", "b")\n\n\ndef low(n):\n    return n < 3 and "b" in WORDS\n\n\nodd = bool\n'
    )
    (table, *_) = [
        fault for fault in faults_of("subject.py", (house / "subject.py").read_bytes()) if fault.new == "(('a',))"
    ]
    assert survivors_among(house, [table], ["test_subject.py"], tmp_path_factory.mktemp("scratch"), print) == []


@pytest.mark.slow
def test_folders_of_tests_may_have_a_conftest_each(house: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("one", "two"):
        (house / name).mkdir()
        (house / name / "conftest.py").write_text("")
        (house / name / f"test_{name}.py").write_text("from subject import low\n\ndef test_it():\n    assert low(2)\n")
    faults = [each for each in faults_of("subject.py", (house / "subject.py").read_bytes()) if each.new == "None"]
    survived = survivors_among(house, faults[:1], ["one", "two"], tmp_path_factory.mktemp("scratch"), print)
    assert survived == []


def test_where_tests_fail_without_a_fault_nothing_can_be_said(house: Path) -> None:
    (house / "test_subject.py").write_text("def test_it():\n    assert False\n")
    faults = faults_of("subject.py", (house / "subject.py").read_bytes())
    with pytest.raises(RuntimeError, match="the tests fail without any fault"):
        survivors_among(house, faults, ["test_subject.py"], house, print)


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


def test_a_function_that_a_function_made_at_import_gets_the_fault_too(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = "def more(by):\n    def run(n):\n        return n + by\n    return run\n\n\nTABLE = {'two': more(2)}\n"
    (tmp_path / "made.py").write_text(made)
    (tmp_path / "conftest.py").write_text(f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n")
    (tmp_path / "test_made.py").write_text(
        "import gc\n\nfrom made import TABLE\n\ndef test_two():\n    gc.freeze()\n    assert TABLE['two'](1) == 3\n"
    )
    faults = [each for each in faults_of("made.py", made.encode()) if each.scope == "more.run"]
    scratch = tmp_path_factory.mktemp("scratch")
    assert len(faults) == 2
    assert survivors_among(tmp_path, faults, ["test_made.py"], scratch, print) == []
