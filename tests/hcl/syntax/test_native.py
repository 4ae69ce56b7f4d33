"""Native syntax: which blocks and attributes there are, where they stand, and what is not HCL."""

from __future__ import annotations

import pytest

from imdsguard.hcl.syntax.native import parse_body, scan
from imdsguard.hcl.syntax.native_body import NativeBody, NativeExpression
from imdsguard.hcl.syntax.source import SourceText


def read(text: str) -> tuple[NativeBody, list[str]]:
    body, problems = scan(SourceText.of_text("main.tf", text))
    return body, [f"{problem.place}: {problem.message}" for problem in problems]


def outline(body: NativeBody) -> dict[str, object]:
    """Names and texts of all attributes, and of the blocks by their headers."""
    found: dict[str, object] = {}
    for name, attribute in body.attributes().items():
        assert isinstance(attribute.expression, NativeExpression)
        found[name] = attribute.expression.text
    for inner in body.inner:
        found[" ".join((inner.type, *inner.labels))] = outline(inner)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\n", {"a": "1"}),
        ("a = 1", {"a": "1"}),
        ("\ta=1  # one\n\n// two\nb\t= 2 /* three */ \n", {"a": "1", "b": "2"}),
        ("a = /* x */ 1 /* y */ + 2 // z\n", {"a": "/* x */ 1 /* y */ + 2"}),
        ('a = "x # ${"}"} y"\nb = 1 / 2\n', {"a": '"x # ${"}"} y"', "b": "1 / 2"}),
        ("a = [\n  1, # one ]\n  2,\n]\nb = 3\n", {"a": "[\n  1, # one ]\n  2,\n]", "b": "3"}),
        ('a = <<EOT\n} ${ "\\"}" }\nEOT\nb = 1\n', {"a": '<<EOT\n} ${ "\\"}" }\nEOT', "b": "1"}),
        ("a = f(<<-A\n  x\n  A\n, 1)\n", {"a": "f(<<-A\n  x\n  A\n, 1)"}),
        ("a {}\n", {"a": {}}),
        ("a { b = [1] }", {"a": {"b": "[1]"}}),
        ('r "t" "n" {\n  a = 1\n  b {\n    c = 2\n  }\n}\n', {"r t n": {"a": "1", "b": {"c": "2"}}}),
        ("r t n {\n}\n", {"r t n": {}}),
        ('r"t"n{ # c\n}# d\n', {"r t n": {}}),
        ('r /* a */ "t\\u00e9$${x}" /* b */ { /* c */\n} /* d */\n', {"r té${x}": {}}),
        ("größe = 1\n日本 {\n  x-y = 2\n}\n", {"größe": "1", "日本": {"x-y": "2"}}),
        ("a = 1\r\nb {\r\n  c = 2\r\n}\r\n", {"a": "1", "b": {"c": "2"}}),
        ("\ufeffa = 1\n", {"a": "1"}),
    ],
)
def test_outline(text: str, expected: dict[str, object]) -> None:
    body, problems = read(text)
    assert (outline(body), problems) == (expected, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = 1\na = 2\n", '2:1: not valid HCL: the argument "a" is set twice: it was already set on line 1'),
        ("a = \n", '1:1: not valid HCL: the argument "a" has no value'),
        ("a\n= 1\n", '1:2: not valid HCL: expected "=", a label or "{" here, found the end of the line'),
        ("a == 1\n", '1:3: not valid HCL: expected "=", a label or "{" here, found "="'),
        ('"a" = 1\n', "1:1: not valid HCL: expected an argument or a block here, found '\"'"),
        ("a = 1 }\n", '1:7: not valid HCL: "}" closes nothing'),
        ("a = (1]\n", '1:7: not valid HCL: expected ")", found "]"'),
        ("a = [1\n", '1:5: not valid HCL: this "[" is never closed'),
        ('a = "x\n', "1:5: not valid HCL: a quoted string must be closed on its own line"),
        ("a = <<EOT\nx\n", "1:5: not valid HCL: this heredoc is never closed: EOT must stand alone on a line"),
        ("a = <<EOT\nx\nEOT", "3:4: not valid HCL: a heredoc's end needs a line end behind it"),
        ("a = 1 /* x\n", "1:7: not valid HCL: this comment is never closed"),
        ("a {\n  b = 1\n", "1:1: not valid HCL: this block is never closed"),
        ("a {\n  b = 1 }\n", '2:9: not valid HCL: "}" closes nothing'),
        ("a { b {} }\n", "1:5: not valid HCL: a block on one line can hold nothing but one argument"),
        (
            "a { b = 1\n}\n",
            '1:10: not valid HCL: a block that starts with an argument on its own line must end there, with "}"',
        ),
        ("a {} b {}\n", '1:5: not valid HCL: expected a new line behind the "}" of a block'),
        ('a "${b}" {}\n', "1:3: not valid HCL: a label must be closed on its line, and can hold no template sequence"),
        ('a "\\x" {}\n', '1:3: not valid HCL: "\\" is no escape sequence'),
    ],
)
def test_broken_text_is_a_problem_with_its_place(text: str, problem: str) -> None:
    assert read(text)[1] == [f"main.tf:{problem}"]


def test_reading_goes_on_behind_a_broken_block() -> None:
    body, problems = read('a "x" {\n  b = (\n  ]\n}\n\nc "y" {\n  d = 1\n}\n')
    assert outline(body) == {"c y": {"d": "1"}}
    assert problems == ['main.tf:3:3: not valid HCL: expected ")", found "]"']


def test_a_missing_brace_does_not_hide_the_blocks_behind_it() -> None:
    body, problems = read('a "x" {\n  b = 1\n\nc "y" {\n  d = 1\n}\n')
    assert outline(body) == {"c y": {"d": "1"}}
    assert problems == ["main.tf:1:1: not valid HCL: this block is never closed"]


def test_places_and_lookups() -> None:
    body, _ = parse_body(SourceText("m/main.tf", b'locals {\n  a = 1\n}\nr "t" "n" {\n  b {\n  }\n  b {\n  }\n}\n'))
    assert body.block_types() == ("locals", "r")
    (block,) = body.blocks("r", 2)
    assert (block.type, block.labels, str(block.place)) == ("r", ("t", "n"), "m/main.tf:4:1")
    assert [str(inner.place) for inner in block.body.blocks("b")] == ["m/main.tf:5:3", "m/main.tf:7:3"]
    attribute = body.blocks("locals")[0].body.attribute("a")
    assert attribute is not None
    assert (str(attribute.place), str(attribute.expression.place)) == ("m/main.tf:2:3", "m/main.tf:2:7")
    assert attribute.expression.node() is attribute.expression.node()
    assert body.attribute("a") is None


def test_an_expression_is_not_parsed_before_it_is_asked_for() -> None:
    body, problems = parse_body(SourceText("main.tf", b"a = 1 +\n"))
    assert (list(body.attributes()), problems) == (["a"], ())
