"""JSON syntax: the same model, and errors with line and column."""

from __future__ import annotations

import pytest

from imdsguard.hcl.errors import SyntaxProblem
from imdsguard.hcl.syntax.body import SourceExpression, SyntaxBody
from imdsguard.hcl.syntax.json import parse_json_body
from imdsguard.hcl.syntax.native import parse_body
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.hcl.syntax.static import literal_node, reference_node, static_traversal
from tests.hcl.syntax.shape import shape


def read(text: str) -> SyntaxBody:
    body, problems = parse_json_body(SourceText.of_text("main.tf.json", text))
    assert problems == ()
    return body


def value(text: str) -> SourceExpression:
    attribute = read(f'{{"a": {text}}}').attribute("a")
    assert attribute is not None
    return attribute.expression


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('"x"', "'x'"),
        ('"${x}"', "wrap(x)"),
        ('"a ${upper(\\"x\\")} $${y}"', "template('a ', upper('x'), ' ${y}')"),
        ('"caf\\u00e9 \\ud83d\\ude00 \\ud83d \\n"', repr("café 😀 \ufffd \n")),
        ("1.50", "1.5"),
        ("-5e2", "-500"),
        ("[1, true, null]", "[1, true, null]"),
        ('{"${k}-x": {"b": []}}', "{template(k, '-x') = {'b' = []}}"),
    ],
)
def test_values(text: str, tree: str) -> None:
    assert shape(value(text).node()) == tree


def test_where_no_variables_are_known_a_string_is_plain_text() -> None:
    assert shape(literal_node(value('["raw ${not} interpolated"]'))) == "['raw ${not} interpolated']"


def test_references_and_types_are_strings_in_json() -> None:
    assert shape(reference_node(value('"map(list(string))"'))) == "map(list(string))"
    assert shape(reference_node(value('{"aws": "aws.use1", "aws.b": "aws.c"}'))) == "{'aws' = aws.use1, aws.b = aws.c}"
    assert static_traversal(reference_node(value('"module.m[\\"k\\"].x"'))) == ("module", "m", "k", "x")


def test_references_are_read_alike_in_both_syntaxes() -> None:
    body, _ = parse_body(SourceText("main.tf", b'a = aws.x[0]\nb = "aws.x[0]"\nc = f(x)\nd = "not a reference"\n'))
    steps = {name: static_traversal(attribute.expression.node()) for name, attribute in body.attributes().items()}
    assert steps == {"a": ("aws", "x", 0), "b": ("aws", "x", 0), "c": None, "d": None}


def test_blocks_with_labels() -> None:
    body = read('{"resource": {"t": {"n": {"x": 1}, "m": [{"x": 2}, {"x": 3}]}}, "resource": [{"u": {"o": {}}}]}')
    assert [block.labels for block in body.blocks("resource", 2)] == [("t", "n"), ("t", "m"), ("t", "m"), ("u", "o")]


def test_comments_are_left_out_of_bodies() -> None:
    body = read('{"//": "x", "locals": {"//": 1, "a": {"//": 2}}}')
    assert body.block_types() == ("locals",)
    (local,) = body.blocks("locals")
    attribute = local.body.attribute("a")
    assert list(local.body.attributes()) == ["a"]
    assert attribute is not None
    assert shape(attribute.expression.node()) == "{'//' = 2}"


def test_an_argument_that_is_set_twice() -> None:
    attribute = read('{"a": 1,\n "a": 2}').attribute("a")
    assert attribute is not None
    with pytest.raises(SyntaxProblem, match='"a" is set twice: it was already set on line 1') as caught:
        attribute.expression.node()
    assert str(caught.value.place) == "main.tf.json:2:2"


def test_what_cannot_be_a_block() -> None:
    with pytest.raises(SyntaxProblem, match="the content of a x block must be an object"):
        read('{"x": 1}').blocks("x")


def test_places_inside_strings() -> None:
    with pytest.raises(SyntaxProblem) as caught:
        value('"abc ${1 +}"').node()
    assert str(caught.value.place) == "main.tf.json:1:17"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: not valid JSON: expected a value, found the end of the file"),
        ('{"a": 1,}', '1:9: not valid JSON: expected a property\'s name in quotes, found "}"'),
        ('{"a" 1}', '1:6: not valid JSON: expected ":" behind the name, found "1"'),
        ("{\n  a: 1}", '2:3: not valid JSON: expected a property\'s name in quotes, found "a"'),
        ("[1 2]", '1:4: not valid JSON: expected "," or "]" in the array, found "2"'),
        ('{"a": 01}', '1:7: not valid JSON: expected a value, found "0"'),
        ('{"a": "\\x"}', '1:8: not valid JSON: "\\x" is no escape sequence'),
        ('{"a": "b', "1:7: not valid JSON: this string is not closed on its line, or holds a control character"),
        ("{} x", "1:4: not valid JSON: nothing may follow the JSON value"),
        ("1", "1:1: the file must hold a JSON object, or an array of objects"),
    ],
)
def test_broken_json(text: str, problem: str) -> None:
    _, problems = parse_json_body(SourceText.of_text("main.tf.json", text))
    assert [f"{p.place}: {p.message}" for p in problems] == [f"main.tf.json:{problem}"]
