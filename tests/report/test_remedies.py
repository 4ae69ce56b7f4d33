"""What to write instead, as data and in words."""

from __future__ import annotations

import pytest

from imdsguard import Expression, Instead
from imdsguard.model.instead import Remedy, preceded
from imdsguard.report.remedies import remedy_text

COUNT = Instead((("unit", "Count"),), rest=", or none")
WAITS = Instead((("depends_on", (Expression("aws_vpc.a"), Expression("aws_vpc.b"))),), block="module.web")
REMEDIES: dict[str, tuple[Remedy, str]] = {
    "a text that nothing reads": ("say no more\nof it", "say no more\nof it"),
    "arguments, aligned": (
        Instead.of(period=300, evaluation_periods=1),
        "period             = 300\nevaluation_periods = 1",
    ),
    "a string and a boolean": (Instead.of(a="x", b=True), 'a = "x"\nb = true'),
    "behind it": (COUNT, 'unit = "Count", or none'),
    "another block": (WAITS, "in the block of module.web\ndepends_on = [aws_vpc.a, aws_vpc.b]"),
    "what would resolve it": (preceded("give --workspace", COUNT), 'give --workspace, or\nunit = "Count", or none'),
    "twice": (preceded("one", preceded("two", Instead.of(a=1))), "one, or\ntwo, or\na = 1"),
    "nothing before it": (preceded("", "as it is"), "as it is"),
    "nothing to write": (preceded("give --var", ""), "give --var"),
}


@pytest.mark.parametrize("name", REMEDIES)
def test_in_words(name: str) -> None:
    remedy, text = REMEDIES[name]
    assert remedy_text(remedy) == text


def test_what_an_argument_should_be() -> None:
    assert (Instead.of(a=1).get("a"), Instead.of(a=1).get("b")) == (1, None)
