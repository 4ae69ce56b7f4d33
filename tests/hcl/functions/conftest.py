"""Expressions evaluated in a scope with a few unknown and sensitive names and with files in a temporary folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from imdsguard.hcl.bounds import Bounds
from imdsguard.hcl.errors import EvaluationError, StaticError
from imdsguard.hcl.evaluate.compile import compile_expression
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.hcl.values.types import DYNAMIC, NUMBER, STRING, ListType
from imdsguard.hcl.values.value import NOT_NULL, SENSITIVE, Value, string, unknown
from imdsguard.model.place import Place
from imdsguard.terraform.source.glob import Glob

NAMES = {
    "id": unknown(STRING, "known only after apply", refinement=NOT_NULL),
    "count": unknown(NUMBER),
    "ids": unknown(ListType(STRING)),
    "anything": unknown(DYNAMIC),
    "password": string("hunter2").with_marks(frozenset((SENSITIVE,))),
    "template": string("Hello, ${name}!"),
    "nested": string("${templatestring(x, {})}"),
    "reads": string('${file("hello.txt")}'),
    "looks": string('${fileexists("hello.txt")}'),
    "lists": string('${fileset(".", "*.txt")[0]}'),
    "paths": string('${basename("a/b")} ${abspath("x")} ${try(filemd5("hello.txt"), "refused")}'),
}


class Folder:
    """The files of a test."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes:
        file = self.root / path
        if not file.is_file():
            raise EvaluationError(f"no file exists at {path}")
        return file.read_bytes()

    def exists(self, path: str) -> bool:
        return (self.root / path).is_file()

    def glob(self, path: str, pattern: str) -> Sequence[str]:
        top = self.root / path
        names = [p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file()]
        return sorted(filter(Glob(pattern).matches, names))

    def absolute(self, path: str) -> str:
        return os.path.normpath(f"/stack/{path}")


class TestScope:
    """`local.<name>` for the names above."""

    __test__ = False

    def __init__(self, root: Path) -> None:
        self.bounds = Bounds(max_string=1_000_000, max_items=10_000)
        self.files = Folder(root)
        self.identity = self

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:
        if root != "local" or steps[0] not in NAMES:
            raise StaticError(f"{root} is not declared", place)
        return NAMES[str(steps[0])], 1


@pytest.fixture
def evaluate(tmp_path: Path) -> Callable[[str], Value]:
    """Evaluate the text of an expression."""

    def run(text: str) -> Value:
        source = SourceText.of_text("main.tf", text)
        return compile_expression(parse_expression(text, source.place)).evaluate(TestScope(tmp_path))

    return run
