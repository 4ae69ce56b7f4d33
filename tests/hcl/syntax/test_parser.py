"""Expressions: what binds to what, as HCL says."""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.syntax.source import SourceText
from tests.hcl.syntax.shape import expression


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("a || b && c == d > e + f", "(a || (b && (c == (d > (e + f)))))"),
        ("-1 + !b", "((-1) + (!b))"),
        ("- -3", "(-(-3))"),
        ("!!x.y", "(!(!x.y))"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("(\n1\n+\n2)", "parens((1 + 2))"),
        ("true == null", "(true == null)"),
        ("1.50", "1.5"),
        ("1e3", "1000"),
        ("var.a[0].b.0", "var.a[0].b.<0>"),
        ('a["k"].b', "a['k'].b"),
        ("x[*].a[0]", "splat(x, @.a[0])"),
        ("x.*.a[0]", "splat(x, @.a)[0]"),
        ("x.*.a.0", "splat(x, @.a.<0>)"),
        ("x[*].a[*].b", "splat(x, splat(@.a, @.b))"),
        ("[]", "[]"),
        ("[1,\n2,\n]", "[1, 2]"),
        ("{}", "{}"),
        ('{ a = 1, "b" : 2, (c) = 3, 4 = 5 }', "{'a' = 1, 'b' = 2, parens(c) = 3, 4 = 5}"),
        ("{\n  true = 1\n  if = 2\n}", "{'true' = 1, 'if' = 2}"),
        ("{ a.b = 1 }", "{a.b = 1}"),
        ("[for x in y : x if x]", "for(None, x, y, x, x)"),
        ("{for k, v in y : k => v...}", "for(k, v, y, k => v..., -)"),
        ("f()", "f()"),
        ("f(a, b...)", "f(a, b...)"),
        ("provider::aws::arn_parse(x,)", "provider::aws::arn_parse(x)"),
        ("größe-x.y", "größe-x.y"),
        ("a /* b */ + # c\n", None),
        ("a # c", "a"),
        ("f(a, # first\n  b // second\n)", "f(a, b)"),
    ],
)
def test_tree(text: str, tree: str | None) -> None:
    if tree is None:
        with pytest.raises(SyntaxProblem):
            expression(text)
    else:
        assert expression(text) == tree


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("1 +", "expected an expression, found the end of the expression", 4),
        ("1 2", 'the expression should end here, but "2" follows', 3),
        ("a ? b", 'a conditional needs ":" and a second result here, not the end of the expression', 6),
        ("[1 2]", 'expected "," or "]" in the list, found "2"', 4),
        ("{ a }", 'expected "=" and a value behind the key, found "}"', 5),
        ("{ a = 1 b = 2 }", 'expected ",", a new line or "}" behind the value, found "b"', 9),
        ("(1", 'expected ")" here, found the end of the expression', 3),
        ("f(a... , b)", 'only ")" may follow "...", not ","', 8),
        ("x.0.1", "two legacy indexes cannot be chained: write [0][1]", 3),
        ("x.*.y.*", '".*" cannot follow ".*": write "[*]" for splats inside splats', 7),
        ("1.2.3", '"1.2.3" is not a number', 1),
        ("[for x, y, z in a : b]", '"for" needs "in" behind its names, not ","', 10),
        ("[for x in y : x => x]", '"=>" makes an object: use braces, not brackets, around this "for" expression', 17),
        ("{for x in y : x}", 'a "for" expression in braces needs "=>" and a value here, not "}"', 16),
        ("a & b", 'the expression should end here, but "&" follows', 3),
        ('"\\x41"', '"\\x" is no escape sequence (write "\\\\" for a backslash)', 2),
        ('"\\u12"', '"\\u" needs 4 hexadecimal digits', 2),
        ('"\\ud800"', '"\\ud800" is no Unicode character', 2),
        ('"${}"', 'expected an expression, found "}"', 4),
        ('"${1 2}"', 'expected "}" at the end of the interpolation, found "2"', 6),
        ('"%{ if a }"', 'this "if" directive is never ended: write "%{ endif }"', 2),
        ('"%{ endif }"', 'nothing is open here that "endif" could belong to', 2),
        ('"%{ while a }"', 'expected "if", "else", "endif", "for" or "endfor", found "while"', 5),
    ],
)
def test_what_is_wrong_and_where(text: str, message: str, column: int) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        expression(text)
    assert caught.value.message == message
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (1, column)


def test_every_node_knows_its_place() -> None:
    text = "{\n  a = var.b[0]\n}"
    node = parse_expression(text, SourceText.of_text("main.tf", text).place)
    assert str(node.place) == "main.tf:1:1"
    assert (node.place.end_line, node.place.end_column) == (3, 2)
    value = node.items[0].value  # type: ignore[union-attr]
    assert (str(value.place), value.place.end_column) == ("main.tf:2:7", 15)
