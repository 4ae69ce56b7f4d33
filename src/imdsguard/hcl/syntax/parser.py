"""Expressions: a precedence-climbing parser of HCL's native syntax ("HCL Native Syntax Specification": expressions)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.hcl.syntax.brackets import parse_object, parse_tuple
from imdsguard.hcl.syntax.lexer import END, HEREDOC_START, NAME, NUMBER, Lexer
from imdsguard.hcl.syntax.literal import WORDS, Literal
from imdsguard.hcl.syntax.nodes import (
    Binary,
    CallNode,
    Conditional,
    GetAttr,
    IndexNode,
    Parens,
    Splat,
    SplatItem,
    Unary,
    VariableNode,
)
from imdsguard.hcl.syntax.string_literals import parse_heredoc, parse_quoted
from imdsguard.hcl.values.number import parse_number

if TYPE_CHECKING:
    from imdsguard.hcl.syntax.lexer import Locate
    from imdsguard.hcl.syntax.nodes import Node

MAX_NESTING = 500
"""How deep brackets, strings and conditionals may nest."""

MAX_HEIGHT = 2000
"""How high the tree may grow: `a.b.c...` and `a + b + c...` nest without any bracket."""

_PRECEDENCE = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip


def parse_expression(text: str, locate: Locate, start: int = 0, end: int | None = None) -> Node:
    """Parse an expression that fills `text` from `start` to `end`; `locate` turns offsets of `text` into places.

    Raises `SyntaxProblem` if it is none, or nests deeper than we follow, and `LimitReached` for a number with more
    digits than we compute with.
    """
    parser = Parser(text, start, len(text) if end is None else end, locate)
    try:
        parser.advance()
        node = parser.expression()
        if parser.kind != END:
            raise parser.problem(f"the expression should end here, but {parser.describe()} follows")
        return node
    except RecursionError:
        raise SyntaxProblem("the expression nests deeper than we follow", locate(start, start)) from None


class Parser(Lexer):
    """Reads expressions from the token it stands on; leaves off at the first token that belongs to none.

    `height` is the height of the tree returned last.
    """

    __slots__ = ("depth", "height")

    def __init__(self, text: str, start: int, limit: int, locate: Locate) -> None:
        super().__init__(text, start, limit, locate)
        self.depth = 0
        self.height = 0

    def expression(self) -> Node:
        """Read a whole expression: operators, and the conditional that may follow."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.problem(f"the expression nests deeper than {MAX_NESTING} levels")
        start = self.start
        node = self._binary(1)
        if self.kind == "?":
            height = self.height
            self.advance()
            then = self.expression()
            height = max(height, self.height)
            if self.kind != ":":
                raise self.problem(f'a conditional needs ":" and a second result here, not {self.describe()}')
            self.advance()
            otherwise = self.expression()
            self.grow(height)
            node = Conditional(node, then, otherwise, self.place(start, self.last))
        self.depth -= 1
        return node

    def grow(self, height: int) -> None:
        """Note that a node was put on top of the last one and of others, of which the highest has `height`."""
        self.height = max(self.height, height) + 1
        if self.height > MAX_HEIGHT:
            raise self.problem(f"the expression nests deeper than {MAX_HEIGHT} operations")

    def expect(self, kind: str, why: str) -> None:
        """Step over a token that must be there."""
        if self.kind != kind:
            raise self.problem(f"{why}, not {self.describe()}")
        self.advance()

    def _binary(self, minimum: int) -> Node:
        start = self.start
        left = self._operand()
        while (precedence := _PRECEDENCE.get(self.kind, 0)) >= minimum:
            operator, height = self.kind, self.height
            self.advance()
            right = self._binary(precedence + 1)
            self.grow(height)
            left = Binary(operator, left, right, self.place(start, self.last))
        return left

    def _operand(self) -> Node:
        """Read a term with the operators before it and the traversal behind it: the operators bind less."""
        if self.kind not in ("-", "!"):
            start = self.start
            return self._traversal(self._term(), start)
        signs: list[tuple[str, int]] = []
        while self.kind in ("-", "!"):
            signs.append((self.kind, self.start))
            self.advance()
        start = self.start
        node = self._traversal(self._term(), start)
        for operator, at in reversed(signs):
            self.grow(0)
            node = Unary(operator, node, self.place(at, self.last))
        return node

    def _term(self) -> Node:
        kind, start = self.kind, self.start
        self.height = 1
        if kind == NAME:
            return self._named()
        if kind == NUMBER:
            return self._number()
        if kind == '"':
            return parse_quoted(self)
        if kind == "(":
            return self._parenthesised()
        if kind == "[":
            return parse_tuple(self)
        if kind == "{":
            return parse_object(self)
        if kind == HEREDOC_START:
            return parse_heredoc(self)
        raise self.problem(f"expected an expression, found {self.describe()}", start, self.end)

    def _parenthesised(self) -> Node:
        start, newlines = self.start, self.newlines
        self.newlines = False
        self.advance()
        inner = self.expression()
        if self.kind != ")":
            raise self.problem(f'expected ")" here, found {self.describe()}')
        self.newlines = newlines
        self.advance()
        self.grow(0)
        return Parens(inner, self.place(start, self.last))

    def _named(self) -> Node:
        start, name = self.start, self.word
        self.advance()
        if self.kind in ("(", "::"):
            return self._call(name, start)
        place = self.place(start, self.last)
        return Literal(WORDS[name], place) if name in WORDS else VariableNode(name, place)

    def _number(self) -> Node:
        start, value = self.start, parse_number(self.word)
        if value is None:
            raise self.problem(f'"{self.word[:40]}" is not a number')
        self.advance()
        return Literal(value, self.place(start, self.last))

    def _call(self, name: str, start: int) -> Node:
        while self.kind == "::":
            self.advance()
            if self.kind != NAME:
                raise self.problem(f'a function\'s name must follow "::", not {self.describe()}')
            name += "::" + self.word
            self.advance()
        if self.kind != "(":
            raise self.problem(f"expected the arguments of {name} in parentheses, found {self.describe()}")
        newlines, self.newlines = self.newlines, False
        self.advance()
        arguments: list[Node] = []
        height, expand = 0, False
        while self.kind != ")":
            arguments.append(self.expression())
            height = max(height, self.height)
            if self.kind == "...":
                expand = True
                self.advance()
                if self.kind != ")":
                    raise self.problem(f'only ")" may follow "...", not {self.describe()}')
            elif self.kind == ",":
                self.advance()
            elif self.kind != ")":
                raise self.problem(f'expected "," or ")" in the call of {name}, found {self.describe()}')
        self.newlines = newlines
        self.advance()
        self.height = 0
        self.grow(height)
        return CallNode(name, tuple(arguments), expand, self.place(start, self.last))

    def _traversal(self, node: Node, start: int) -> Node:
        """Read the `.name`, `.0`, `[key]`, `.*` and `[*]` that follow a term, which started at `start`."""
        while True:
            if self.kind == ".":
                node = self._dot(node, start)
            elif self.kind == "[":
                newlines, height, bracket = self.newlines, self.height, self.end
                self.advance()
                if self.kind == "*":
                    return self._full_splat(node, start)
                self.newlines = False
                self.resume(bracket)
                key = self.expression()
                if self.kind != "]":
                    raise self.problem(f'expected "]" behind the key, found {self.describe()}')
                self.newlines = newlines
                self.advance()
                self.grow(height)
                node = IndexNode(node, key, self.place(start, self.last))
            else:
                return node

    def _dot(self, node: Node, start: int) -> Node:
        height = self.height
        self.advance()
        if self.kind == "*":
            return self._attribute_splat(node, start)
        node = self._step(node, start)
        self.grow(height - 1)
        return node

    def _step(self, node: Node, start: int) -> Node:
        """Read what follows a dot: a name, or a whole number (the legacy way to write an index)."""
        if self.kind == NAME:
            name = self.word
            self.advance()
            return GetAttr(node, name, self.place(start, self.last))
        if self.kind != NUMBER:
            raise self.problem(f'an attribute\'s name must follow ".", not {self.describe()}')
        if "." in self.word:
            first, _, second = self.word.partition(".")
            raise self.problem(f"two legacy indexes cannot be chained: write [{first}][{second}]")
        height = self.height
        key = self._number()
        self.height = height
        return IndexNode(node, key, self.place(start, self.last), legacy=True)

    def _attribute_splat(self, node: Node, start: int) -> Node:
        """`x.*.a.0.b`: names and legacy indexes belong to each element, all else to the whole result."""
        height, item = self.height, self.start
        self.advance()
        each: Node = SplatItem(self.place(item, self.last))
        self.height = 1
        while self.kind == ".":
            self.advance()
            if self.kind == "*":
                raise self.problem('".*" cannot follow ".*": write "[*]" for splats inside splats')
            each = self._step(each, item)
            self.grow(0)
        self.grow(height)
        return Splat(node, each, self.place(start, self.last))

    def _full_splat(self, node: Node, start: int) -> Node:
        """`x[*].a[0]`: all of the traversal that follows belongs to each element."""
        self.advance()
        if self.kind != "]":
            raise self.problem(f'expected "]" behind "[*", found {self.describe()}')
        height, item = self.height, self.start
        self.advance()
        self.height = 1
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.problem(f"the expression nests deeper than {MAX_NESTING} levels")
        each = self._traversal(SplatItem(self.place(item, self.last)), item)
        self.depth -= 1
        self.grow(height)
        return Splat(node, each, self.place(start, self.last))
