"""The faults that are tried: what one line of Python could say wrongly and still run.

Wording is left alone (sentences, docstrings, what stands inside f-strings), and so are annotations, imports and
assertions (`assert`, and `strict` of `zip`): a fault there changes no answer.
"""

from __future__ import annotations

import ast
import copy
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list", "reversed": "list"}
IGNORED_CALLS = frozenset({"TypeVar", "field", "cast"})
SENTENCE = re.compile(r"\S+ \S+ \S+")
"""Text of three words or more is for people."""


@dataclass(frozen=True)
class Fault:
    """One fault: the bytes from `start` to `end` of a file become `new`.

    `scope` is the function or class that it is in; `lines` are those of its statement, up to it; `at_import` says that
    they run when the file is imported.
    """

    file: str
    line: int
    scope: str
    start: int
    end: int
    old: str
    new: str
    lines: range
    at_import: bool

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is known by in the list of survivors: no line numbers, which change with every edit."""
        return (self.file, self.scope, " ".join(self.old.split()), " ".join(self.new.split()))

    def applied(self, source: bytes) -> bytes:
        """Give the file with the fault in it."""
        return source[: self.start] + self.new.encode() + source[self.end :]

    def __str__(self) -> str:
        old, new = self.key[2:]
        return f"{self.file}:{self.line} in {self.scope}: {old}  ->  {new}"


def faults_of(file: str, source: bytes) -> tuple[Fault, ...]:
    """Give all faults of a file, in its order. Each leaves it Python that can be compiled."""
    return tuple(sorted(_Finder(file, source).found(), key=lambda fault: (fault.start, fault.end, fault.new)))


@dataclass(frozen=True)
class _Around:
    """What a node is in: a function or class, and a statement by its first line."""

    scope: str
    line: int
    at_import: bool


class _Finder:
    def __init__(self, file: str, source: bytes) -> None:
        self._file = file
        self._source = source
        lines = source.splitlines(keepends=True)
        self._offsets = [0]
        for line in lines:
            self._offsets.append(self._offsets[-1] + len(line))

    def found(self) -> Iterator[Fault]:
        yield from self._walk(ast.parse(self._source), _Around("module", 1, at_import=True))

    def _walk(self, node: ast.AST, around: _Around) -> Iterator[Fault]:
        if isinstance(node, ast.stmt):
            around = replace(around, line=node.lineno)
        for old, new in _replacements(node):
            yield self._fault(old, new, around)
        inside = around
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            scope = node.name if around.scope == "module" else f"{around.scope}.{node.name}"
            around = replace(around, scope=scope)
            inside = replace(around, at_import=around.at_import and isinstance(node, ast.ClassDef))
        for child in _children(node):  # what arguments are by default is computed where the function is made
            yield from self._walk(child, around if isinstance(child, ast.arguments) else inside)

    def _fault(self, node: ast.expr | ast.stmt, new: str, around: _Around) -> Fault:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._offsets[node.lineno - 1] + node.col_offset
        end = self._offsets[node.end_lineno - 1] + node.end_col_offset
        old, lines = self._source[start:end].decode(), range(around.line, node.end_lineno + 1)
        return Fault(self._file, node.lineno, around.scope, start, end, old, new, lines, around.at_import)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Give what is looked at below a node."""
    if isinstance(node, ast.JoinedStr | ast.Assert | ast.Import | ast.ImportFrom | ast.AnnAssign) and not (
        isinstance(node, ast.AnnAssign) and node.value is not None and "TypeAlias" not in ast.unparse(node.annotation)
    ):
        return
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IGNORED_CALLS:
        return
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__all__", "__slots__"):
        return
    for name, value in ast.iter_fields(node):
        if name in ("decorator_list", "annotation", "returns", "bases", "keywords" if _is_class(node) else ""):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_text_alone(child):
                yield child


def _is_class(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef)


def _is_text_alone(node: ast.AST) -> bool:
    """Whether it is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _replacements(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Give what of a node is replaced, and by what."""
    if isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.BinOp):
        yield from ((node, new) for new in _operators(node))
    elif isinstance(node, ast.Constant):
        yield from ((node, new) for new in _constant(node))
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        yield from _shorter(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        yield node.func, FUNCTIONS[node.func.id]
    elif isinstance(node, ast.comprehension):
        yield from ((test, "True") for test in node.ifs)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        if ast.unparse(node.test) != "TYPE_CHECKING" and not isinstance(node.test, ast.Compare | ast.Constant):
            yield node.test, f"(not ({ast.unparse(node.test)}))"
    elif isinstance(node, ast.stmt):
        yield from _statement(node)


def _operators(node: ast.Compare | ast.BoolOp | ast.UnaryOp | ast.BinOp) -> Iterator[str]:
    if isinstance(node, ast.BoolOp):
        other = copy.copy(node)
        other.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield _expression(other)
        for left_out in node.values:
            rest = [value for value in node.values if value is not left_out]
            yield _expression(rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
    elif isinstance(node, ast.Compare):
        if len(node.ops) == 1 and type(node.ops[0]) in OPPOSITE:
            yield _expression(ast.Compare(node.left, [OPPOSITE[type(node.ops[0])]()], node.comparators))
    elif isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.Not):
            yield _expression(node.operand)
        elif isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            yield "0"
    elif type(node.op) in ARITHMETIC:
        yield _expression(ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right))


def _expression(node: ast.expr) -> str:
    return f"({ast.unparse(node)})"


def _constant(node: ast.Constant) -> Iterator[str]:
    value = node.value
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield str(value + 1)
    elif isinstance(value, str) and value and SENTENCE.search(value) is None:
        yield repr(f"{value}_")


def _shorter(node: ast.Tuple | ast.List | ast.Set) -> Iterator[tuple[ast.expr, str]]:
    """A table without one of its rows."""
    if len(node.elts) < 2 or (isinstance(node, ast.Tuple | ast.List) and not isinstance(node.ctx, ast.Load)):
        return
    if not all(isinstance(each, ast.Constant | ast.Attribute) for each in node.elts):
        return
    for left_out in node.elts:
        other = copy.copy(node)
        other.elts = [each for each in node.elts if each is not left_out]
        yield node, _expression(other)


def _statement(node: ast.stmt) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    """A statement left out, or a function that returns nothing."""
    if isinstance(node, ast.Return):
        if node.value is not None and not isinstance(node.value, ast.Constant):
            yield node.value, "None"
    elif _can_be_left_out(node):
        yield node, "pass"


def _can_be_left_out(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom)
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Subscript)
    return isinstance(node, ast.Continue | ast.Break | ast.Raise | ast.AugAssign)
