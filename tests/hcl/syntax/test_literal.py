"""What is read at sight is what the parser reads; what is more than a written value is left to the parser."""

from __future__ import annotations

import pytest

from imdsguard.hcl.syntax.literal import literal_at_sight
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.syntax.source import SourceText


@pytest.mark.parametrize(
    "text",
    [
        *('""', '"required"', '"t3.micro # {not} a comment // /* <<EOF"', '"e\u0301"'),
        *("0", "007", "12345678901234567", "true", "false", "null"),
    ],
)
def test_a_written_value_is_read_at_sight_as_the_parser_reads_it(text: str) -> None:
    source = SourceText.of_text("main.tf", f"a =\n  {text}\n")
    start, end = 6, 6 + len(text)
    read = literal_at_sight(source.text, source.place, start, end)
    assert read is not None
    assert read == parse_expression(source.text, source.place, start, end)
    assert type(read.value) is type(parse_expression(source.text, source.place, start, end).value)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        *('"${var.a}"', '"%{ if a }b%{ endif }"', '"$${a}"', '"a\\n"', '"a" == "b"', '"a', '"a\nb"', '"a\\"b"'),
        *("1.5", "1e3", "-1", "123456789012345678", "True", "truer", "true ", "nullable", "var.a", "[1]", "\u0661", ""),
    ],
)
def test_anything_else_is_left_to_the_parser(text: str) -> None:
    source = SourceText.of_text("main.tf", text)
    assert literal_at_sight(source.text, source.place, 0, len(text)) is None
