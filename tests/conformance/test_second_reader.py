"""The corpus read by python-hcl2 as well, which shares no code with us: each difference is explained."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.syntax.source import SourceText
from tests.conformance.differences import READ_OTHERWISE, REFUSED_BY_THEM, REFUSED_BY_US
from tests.conformance.shapes import inner, ours, theirs

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = "refused"


def our_shape(text: str) -> Any:
    source = SourceText.of_text("main.tf", text)
    try:
        return ours(parse_expression(source.text, source.place))
    except EvaluationError:
        return REFUSED


def their_shape(text: str) -> Any:
    import hcl2

    try:
        tree = hcl2.parses_to_tree(f"result = {text}\n")
    except Exception:  # it raises many things of its own and of its parser's
        return REFUSED
    (body,) = inner(tree)
    _name, expression = inner(inner(body)[0])
    return theirs(expression)


def listed(classes: dict[str, str]) -> set[str]:
    return {name for names in classes.values() for name in names.split()}


@pytest.fixture(scope="module")
def shapes(request: pytest.FixtureRequest) -> dict[str, tuple[Any, Any]]:
    shared: Path = request.getfixturevalue("shared")
    with (shared / "conformance/expressions.jsonl").open(encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    return {case["id"]: (our_shape(case["expr"]), their_shape(case["expr"])) for case in cases}


def test_most_of_the_corpus_is_read_alike(shapes: dict[str, tuple[Any, Any]]) -> None:
    alike = [name for name, (mine, other) in shapes.items() if mine == other]
    assert len(alike) > 0.95 * len(shapes)


def test_what_python_hcl2_alone_refuses_is_explained(shapes: dict[str, tuple[Any, Any]]) -> None:
    assert {n for n, (mine, other) in shapes.items() if other == REFUSED != mine} == listed(REFUSED_BY_THEM)


def test_what_we_alone_refuse_is_explained(shapes: dict[str, tuple[Any, Any]]) -> None:
    assert {n for n, (mine, other) in shapes.items() if mine == REFUSED != other} == listed(REFUSED_BY_US)


def test_what_is_read_otherwise_is_explained(shapes: dict[str, tuple[Any, Any]]) -> None:
    both = {n: pair for n, pair in shapes.items() if REFUSED not in pair}
    assert {n for n, (mine, other) in both.items() if mine != other} == listed(READ_OTHERWISE)
