"""No text makes a reader raise anything but its own problems, or take more than linear time."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.hcl.errors import LimitReached, SyntaxProblem
from imdsguard.hcl.syntax.json import parse_json_body
from imdsguard.hcl.syntax.native import scan
from imdsguard.hcl.syntax.native_body import NativeBody
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.syntax.source import SourceText
from imdsguard.hcl.syntax.template import parse_template
from tests.work import calls_in

PIECES = [
    *"\"{}[]()=,.:?!#~$%*/-+<>&|;\\\n\r\t '`",
    "${", "%{", "~}", "$${", "%%{", "/*", "*/", "//", "<<EOT\n", "<<-A\n", "EOT\n", "A\n", "==", "=>", "...", "::",
    "[*]", ".*", ".0", "0.1", "1e5", "a", "b", "é", "\u0301", "\ufeff", "\0", "for ", "in ", "if ", "else", "endif",
    "endfor", "a = 1\n", "b {\n", "}\n", '"x"', 'r "t" "n" {\n', "{ a = 1 }", "\\u00e9", "\\n", "\r\n",
]  # fmt: skip
LINES = [
    "a{} = 1\n", "# c\n", "b{} {{\n}}\n", 'c{} "x" {{\n  d = [\n    1,\n  ]\n}}\n', "\n", "e{} = <<X\n${{y}} z\nX\n",
    'f{} {{ g = "}}" }}\n', "é{} = {{ h = 1 }} // i\r\n",
]  # fmt: skip
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


def parse_all(body: NativeBody) -> None:
    for offsets in body.found.values():
        with suppress(SyntaxProblem, LimitReached):
            parse_expression(body.source.text, body.source.place, *offsets[1:])
    for inner in body.inner:
        parse_all(inner)


def ranges(body: NativeBody) -> list[tuple[int, int]]:
    """The ranges of all attributes and block headers and ends, which must not overlap."""
    found = [(start, end) for start, _, end in body.found.values()]
    for inner in body.inner:
        found += [(inner.header, inner.start), *ranges(inner), (inner.end, inner.end + 1)]
    return found


@settings(max_examples=400, deadline=None)
@given(texts)
def test_any_text_is_read_or_a_problem(text: str) -> None:
    source = SourceText.of_text("a.tf", text)
    body, _ = scan(source)
    parse_all(body)
    for read in (parse_expression, parse_template):
        with suppress(SyntaxProblem, LimitReached):
            read(source.text, source.place)
    parse_json_body(source)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_a_problem(data: bytes) -> None:
    scan(SourceText("a.tf", data))
    parse_json_body(SourceText("a.tf.json", data))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES)))
def test_joined_ranges_give_back_the_text(lines: list[str]) -> None:
    text = "".join(line.format(number) for number, line in enumerate(lines))
    body, problems = scan(SourceText.of_text("a.tf", text))
    assert problems == ()
    joined, at = "", 0
    for start, end in sorted(ranges(body)):
        assert start >= at
        between = text[at:start]
        assert all(not line.strip() or line.strip().startswith(("#", "//")) for line in between.splitlines())
        joined += between + text[start:end]
        at = end
    assert joined + text[at:] == text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "[" * 10_000 + "]" * 10_000,
        "{a=" * 10_000 + "1" + "}" * 10_000,
        '"${' * 10_000 + "1" + '}"' * 10_000,
        "!" * 10_000 + "a",
        "a" + ".a" * 10_000,
        "a" + "[*]" * 10_000,
        "a+" * 10_000 + "a",
        "a?b:" * 10_000 + "c",
        "f(" * 10_000 + ")" * 10_000,
        '"' + "%{if a}" * 10_000 + "%{endif}" * 10_000 + '"',
    ],
    ids=["parens", "lists", "objects", "strings", "not", "names", "splats", "sums", "ifs", "calls", "directives"],
)
def test_deep_nesting_is_a_problem(text: str) -> None:
    body, problems = scan(SourceText.of_text("a.tf", f"x = {text}\n"))
    assert problems == ()
    attribute = body.attribute("x")
    assert attribute is not None
    with pytest.raises(SyntaxProblem, match="nest"):
        attribute.expression.node()


@pytest.mark.parametrize(
    "text",
    ["a {\n" * 10_000 + "}\n" * 10_000, "a = " + "<<A\n${" * 10_000 + "1" + "}\nA\n" * 10_000],
    ids=["blocks", "heredocs"],
)
def test_deep_blocks_and_heredocs_are_a_problem(text: str) -> None:
    _, problems = scan(SourceText.of_text("a.tf", text))
    assert "nest deeper than" in problems[0].message


def test_deep_json_is_a_problem() -> None:
    _, problems = parse_json_body(SourceText("a.tf.json", b'{"a":' * 10_000))
    assert "nest deeper than 300 levels" in problems[0].message


@pytest.mark.parametrize(
    "unit",
    ["hello world of lines\n", "hello ${x} world of lines\n", "\n", "E E\n", "$$$ %%% \\\n"],
    ids=["text", "interpolations", "blank", "near-markers", "escapes"],
)
def test_heredocs_take_linear_work(unit: str) -> None:
    def parse(size: int) -> None:
        body, problems = scan(SourceText.of_text("a.tf", "x = <<-E\n" + unit * (size // len(unit)) + "E\n"))
        parse_all(body)
        assert problems == ()

    small, large = (calls_in(partial(parse, size)) for size in (20_000, 160_000))
    assert large < 8 * 1.2 * small
