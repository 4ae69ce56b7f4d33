"""Policies made at random: the reader refuses with a place and never fails otherwise, and the schema agrees with it."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from imdsguard.policy.declaration import Choices
from imdsguard.policy.document import read_document
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.exemption import EXEMPTION as DECLARED_EXEMPTION
from imdsguard.policy.requirement import REQUIRE as DECLARED
from imdsguard.policy.requirement import REQUIREMENT as DECLARED_REQUIREMENT
from imdsguard.policy.where import WHERE as DECLARED_WHERE
from imdsguard.policy.yaml import read_nodes
from tests.policy.test_schema import VALIDATOR

EXEMPTION_KEYS = tuple(key.key for key in DECLARED_EXEMPTION.keys)
KEYS = tuple(key.key for key in DECLARED_REQUIREMENT.keys)
WHERE_KEYS = tuple(key.key for key in DECLARED_WHERE.keys)
RIGHT = {key.key: key.shape.known for key in DECLARED.keys if isinstance(key.shape, Choices)}
STATES, SOURCES, METRICS = RIGHT["state"], RIGHT["source"], RIGHT["alarm"]

WORDS = st.sampled_from(
    ["a", "*", "aws_instance", "", " ", "x y", "required", "optional", "enabled", "disabled", "fail", "unknown",
     "error", "instance", "managed service", "2027-03-31", "soon", "no.dots", *STATES, *SOURCES, *METRICS]
)  # fmt: skip
VALUES = st.one_of(WORDS, st.lists(WORDS, max_size=3))


def some(*right: str) -> st.SearchStrategy[Any]:
    """One or several of these words."""
    words = st.sampled_from(right)
    return st.one_of(words, st.lists(words, min_size=1, max_size=3))


@st.composite
def damaged(draw: st.DrawFn, right: st.SearchStrategy[dict[str, Any]], keys: tuple[str, ...]) -> dict[str, Any]:
    """A mapping that is right, in which one value may be another, of a key that may not be there."""
    table = draw(right)
    if draw(st.booleans()):
        table = {**table, draw(st.sampled_from([*keys, "other"])): draw(VALUES)}
    return table


def required(table: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {**table, **more}


HOPS = st.one_of(
    st.integers(1, 64),
    st.integers(0, 66),
    st.lists(st.integers(1, 65), max_size=3),
    st.dictionaries(st.sampled_from(["min", "max", "max", "most"]), st.integers(0, 65), max_size=2),
)
WHERE_WORDS = (*WHERE_KEYS, "tags.Env")
WHERE = damaged(
    st.dictionaries(st.sampled_from(WHERE_WORDS), some("instance", "managed service"), max_size=3),
    (*WHERE_WORDS, "tags.", "tags"),
)
REQUIRE = damaged(
    st.dictionaries(st.sampled_from(sorted(RIGHT)), st.none(), max_size=3).flatmap(
        lambda keys: st.fixed_dictionaries({key: some(*RIGHT[key]) for key in keys})
    ),
    tuple(RIGHT),
)
REQUIREMENT = damaged(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["a", "a-b", "a1", "A"]),
            "require": st.builds(
                required, REQUIRE, st.dictionaries(st.just("http_put_response_hop_limit"), HOPS, max_size=1)
            ),
        },
        optional={
            "where": WHERE,
            "unless": WHERE,
            "message": st.just("m"),
            "severity": st.sampled_from(["error", "note"]),
            "on_unknown": st.just("warning"),
        },
    ),
    KEYS,
)
EXEMPTION = damaged(
    st.fixed_dictionaries(
        {"rule": some("a", "*"), "reason": st.just("r")},
        optional={
            "address": some("a", "b"),
            "path": some("a"),
            "region": some("a"),
            "verdict": some("fail", "unknown"),
            "expires": st.sampled_from(["2027-03-31", "27-03-31"]),
        },
    ),
    EXEMPTION_KEYS,
)


def complaint(document: dict[str, Any]) -> PolicyError | None:
    """What the reader says, out of the words of the document as YAML."""
    try:
        read_document(read_nodes(yaml.safe_dump(document).encode(), "p.yaml"))
    except PolicyError as error:
        return error
    return None


def crossed(hops: Any) -> bool:
    return isinstance(hops, dict) and hops.get("min", 0) > hops.get("max", 64)


@settings(max_examples=250, deadline=None)
@given(REQUIREMENT)
def test_requirements(requirement: dict[str, Any]) -> None:
    document = {"version": 1, "requirements": [requirement]}
    said = complaint(document)
    require = requirement["require"]
    if isinstance(require, dict) and crossed(require.get("http_put_response_hop_limit")):
        assert said is not None
        return
    assert (said is None) is VALIDATOR.is_valid(document), said
    assert said is None or all(each.place and each.place.line and each.place.column for each in said.all())


@settings(max_examples=250, deadline=None)
@given(EXEMPTION)
def test_exemptions(exemption: dict[str, Any]) -> None:
    document = {"version": 1, "exemptions": [exemption]}
    said = complaint(document)
    assert (said is None) is VALIDATOR.is_valid(document), said
    assert said is None or all(each.place and each.place.line and each.place.column for each in said.all())


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["extends", "rules", "requirements", "exemptions", "estates", "assume", *KEYS]), ANYTHING
    )
)
def test_nothing_but_a_complaint_ever_comes_of_it(document: dict[str, Any]) -> None:
    complaint({"version": 1, **document})
