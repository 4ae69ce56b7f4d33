"""Attributes, indices, templates and calls: what is known of a part, and what Terraform says where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from imdsguard.hcl.bounds import Bounds
from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.evaluate.compile import compile_expression
from imdsguard.hcl.evaluate.templates import safe_prefix
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.values.symbol import sign, with_symbol
from imdsguard.hcl.values.types import BOOL, DYNAMIC, NUMBER, STRING, ListType, MapType, SetType, Type, object_type
from imdsguard.hcl.values.value import (
    NOT_NULL,
    SENSITIVE,
    Pending,
    Value,
    list_of,
    map_of,
    object_of,
    string,
    unknown,
)
from imdsguard.model.place import Place
from imdsguard.model.reason import AFTER_APPLY
from imdsguard.model.value import Reference

PAIR = object_type({"id": STRING, "size": NUMBER})


def named(type_: Type, name: str) -> Value:
    """An unknown that is known to be one and the same wherever it stands."""
    return with_symbol(unknown(type_, refinement=NOT_NULL), sign(name))


NAMES = {
    "flag": unknown(BOOL, refinement=NOT_NULL),
    "pair": unknown(PAIR, refinement=NOT_NULL),
    "pairs": list_of(PAIR, [object_of({"id": string("a"), "size": unknown(NUMBER)})]),
    "pair_set": unknown(SetType(PAIR), refinement=NOT_NULL),
    "words": list_of(STRING, [string("a")]),
    "none": list_of(STRING, []),
    "text": unknown(STRING, refinement=NOT_NULL),
    "same": named(STRING, "same"),
    "same_number": named(NUMBER, "number"),
    "same_map": named(MapType(STRING), "map"),
    "same_list": named(ListType(STRING), "list"),
    "known_map": map_of(STRING, {"a": string("x")}),
    "secret_map": map_of(STRING, {"a": string("x")}).with_marks(frozenset({SENSITIVE})),
    "number": unknown(NUMBER, refinement=NOT_NULL),
    "size": Value(NUMBER, 7),
    "anything": unknown(DYNAMIC),
    "attribute": Value(PAIR, Pending(AFTER_APPLY, (Reference("aws_instance.a", ("out",)),), exact=True)),
    "attributes": Value(ListType(STRING), Pending(AFTER_APPLY, (Reference("aws_instance.a", ("ids",)),), exact=True)),
}


class Scope:
    """The names above."""

    def __init__(self) -> None:
        self.bounds = Bounds()
        self.files: Any = None
        self.identity = self

    def resolve(self, root: str, steps: object, place: Place) -> tuple[Value, int]:
        return NAMES[root], 0

    def declared(self, root: str, steps: object, place: Place) -> None:
        assert root in NAMES


def evaluate(text: str) -> Value:
    node = parse_expression(text, lambda start, end: Place("main.tf", 1, start, 1, end))
    value: Value = compile_expression(node).evaluate(Scope())
    return value


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("pair.id", STRING),
        ("pair.size", NUMBER),
        ("pair_set[*].id", ListType(STRING)),
        ("anything.id", DYNAMIC),
        ("same_map.a", STRING),
        ("same_list[0]", STRING),
        ('flag ? "a" : text', STRING),
        ('flag ? "a" : anything', DYNAMIC),
        ('flag ? anything : "a"', DYNAMIC),
        ("flag ? pair.size : 1", NUMBER),
        ("flag ? null : text", STRING),
        ("known_map[text]", STRING),
        ("same_map[text]", STRING),
        ("pair[text]", DYNAMIC),
        ("anything[0]", DYNAMIC),
        ("anything[*]", DYNAMIC),
        ("anything[*].id", DYNAMIC),
        ("words[number]", STRING),
        ('"x${same_list}"', STRING),
        ("attributes[number]", STRING),
        ("1 + number", NUMBER),
        ("number + 1", NUMBER),
        ("{ (text) = 1 }", DYNAMIC),
        ('{ (text) = 1, ("a") = 2 }', DYNAMIC),
        ('"%{ for word in same_list }x%{ endfor }"', STRING),
        ('"%{ for word in anything }x%{ endfor }"', STRING),
    ],
)
def test_of_what_type_an_unknown_part_is(text: str, type_: Type) -> None:
    found = evaluate(text)
    assert (found.is_known, found.type) == (False, type_)


START = "Unsupported attribute: "
INDEX = "Invalid index: the given key does not identify an element in this collection value"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pair.name", f'{START}this object does not have an attribute named "name".'),
        ("text.name", f"{START}can't access attributes on a primitive-typed value (string)."),
        ("pairs.id", f'{START}did you mean to access attribute "id" of one element of this list?'),
        ("pair_set.size", f'{START}did you mean to access attribute "size" of one element of this set?'),
        ("pairs.name", f"{START}this value does not have any attributes."),
        ("words.id", f"{START}this value does not have any attributes."),
        ("words[1]", f"{INDEX}: the given index is greater than or equal to its length."),
        ("none[0]", f"{INDEX}: the collection has no elements."),
        ("words[-1]", f"{INDEX}: a negative number is not a valid index for a sequence."),
        ("pair_set[0]", "Invalid index: elements of a set are identified only by their value."),
        ("text[0]", "Invalid index: this value does not have any indices."),
        ("{ for word in words : [word] => 1 }", "The key expression produced an invalid result: string required."),
        ("words[0.5]", f"{INDEX}: indexing a sequence requires a whole number."),
        ("max(null...)", "The expanding argument (indicated by ...) must not be null."),
        (
            'max("a"...)',
            "The expanding argument (indicated by ...) must be of a tuple, list, or set type.",
        ),
        ("[] ? 1 : 2", "The condition expression must be of type bool: bool required."),
        ("-[]", "Unsuitable value for unary operand: number required."),
        ("[] + 1", "Unsuitable value for left operand: number required."),
        ("0 / 0", "Error during operation: can't divide zero by zero or infinity by infinity."),
        ("{ ([]) = 1 }", "Can't use this value as a key: string required."),
        (
            "true ? tostring(null) : [1]",
            (
                "The true and false result expressions must have consistent types. The 'true' value is string, but the "
                "'false' value is tuple."
            ),
        ),
    ],
)
def test_what_is_said_where_terraform_refuses(text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as refused:
        evaluate(text)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("same == same", True),
        ("same_map.a == same_map.a", True),
        ("same_map.a == same_map.b", None),
        ("same_list[0] == same_list[0]", True),
        ("same_list[0] == same_list[1]", None),
        ("pair.id == pair.id", None),
        ('"x-${same}" == "x-${same}"', True),
        ('"x-${same}" == "y-${same}"', None),
        ('"${same_number}-${same}" == "${same_number}-${same}"', True),
        ('"${same_number}-${same}" == "${same}-${same_number}"', None),
        ('"x-${same}-${text}" == "x-${same}-${text}"', None),
    ],
)
def test_what_is_computed_alike_from_the_same_unknown_is_the_same(text: str, expected: bool | None) -> None:
    found = evaluate(text)
    assert (found.raw if found.is_known else None) is expected


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("", ""),
        ("web-", "web-"),
        ("a/", "a/"),
        ("web", "we"),
        ("web1", "web"),
        ("a=", "a"),
        ("a\n", "a"),
        ("é", ""),
        ("abe\u0301", "ab"),
        ("abe\u0301\u0301", "ab"),
        ("ab–", "ab"),
        ("\u0301", ""),
    ],
)
def test_what_of_a_known_beginning_no_continuation_changes(text: str, prefix: str) -> None:
    assert safe_prefix(text) == prefix


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("attribute.id", ("out", "id")),
        ("attributes[0]", ("ids", 0)),
        ("attributes[number]", None),
    ],
)
def test_a_part_of_an_attribute_of_a_resource_is_one_itself(text: str, attribute: tuple[str | int, ...] | None) -> None:
    pending = evaluate(text).pending
    assert pending is not None
    assert pending.exact is (attribute is not None)
    if attribute is not None:
        assert pending.references == (Reference("aws_instance.a", attribute),)


@pytest.mark.parametrize("text", ["secret_map[text]", "secret_map.a", 'secret_map["a"]', "{ (secret_map.a) = 1 }"])
def test_what_comes_out_of_a_secret_is_one(text: str) -> None:
    assert SENSITIVE in evaluate(text).marks


@pytest.mark.parametrize(
    ("text", "sketch"),
    [
        ('"a ${words[size]} b"', "a \ufffc b"),
        ('upper("a ${words[size]} b")', None),
        ('"${secret_map.a} ${words[size]}"', None),
    ],
)
def test_what_of_a_text_is_known_where_a_part_of_it_fails(text: str, sketch: str | None) -> None:
    with pytest.raises(EvaluationError) as failed:
        evaluate(text)
    assert (failed.value.sketch[1] if failed.value.sketch is not None else None) == sketch
