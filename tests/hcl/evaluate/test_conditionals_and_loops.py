"""What conditionals, `for` and splats say where something is not known, is empty or fails; as Terraform does."""

from __future__ import annotations

from typing import Any

import pytest

from imdsguard.hcl.bounds import Bounds
from imdsguard.hcl.errors import EvaluationError, StaticError
from imdsguard.hcl.evaluate.compile import compile_expression
from imdsguard.hcl.syntax.parser import parse_expression
from imdsguard.hcl.values.jsonform import plain
from imdsguard.hcl.values.types import BOOL, DYNAMIC, NUMBER, STRING, ListType, MapType
from imdsguard.hcl.values.value import NOT_NULL, SENSITIVE, Refinement, Value, boolean, list_of, string, unknown
from imdsguard.model.place import Place

SECRET = frozenset({SENSITIVE})
NAMES = {
    "flag": unknown(BOOL, refinement=NOT_NULL),
    "secret_flag": unknown(BOOL, refinement=NOT_NULL).with_marks(SECRET),
    "secret_true": boolean(True).with_marks(SECRET),
    "secret_text": string("s").with_marks(SECRET),
    "secret_list": list_of(STRING, [string("s")]).with_marks(SECRET),
    "maybe_text": unknown(STRING),
    "text": unknown(STRING, refinement=NOT_NULL),
    "maybe_number": unknown(NUMBER),
    "from_1": unknown(NUMBER, refinement=Refinement(not_null=True, low=1)),
    "above_1": unknown(NUMBER, refinement=Refinement(not_null=True, low=1, low_open=True)),
    "above_2": unknown(NUMBER, refinement=Refinement(not_null=True, low=2, low_open=True)),
    "to_9": unknown(NUMBER, refinement=Refinement(not_null=True, high=9)),
    "below_9": unknown(NUMBER, refinement=Refinement(not_null=True, high=9, high_open=True)),
    "below_8": unknown(NUMBER, refinement=Refinement(not_null=True, high=8, high_open=True)),
    "ids": unknown(ListType(STRING), refinement=NOT_NULL),
    "maybe_ids": unknown(ListType(STRING)),
    "two_or_three": unknown(ListType(STRING), refinement=Refinement(not_null=True, min_length=2, max_length=3)),
    "tags": unknown(MapType(STRING), refinement=NOT_NULL),
    "anything": unknown(DYNAMIC),
}


class Scope:
    """The names above; everything else is not declared."""

    def __init__(self) -> None:
        self.bounds = Bounds()
        self.files: Any = None
        self.identity = self

    def resolve(self, root: str, steps: object, place: Place) -> tuple[Value, int]:
        self.declared(root, steps, place)
        return NAMES[root], 0

    def declared(self, root: str, steps: object, place: Place) -> None:
        if root not in NAMES:
            raise StaticError(f"{root} is not declared", place)


def compiled(text: str) -> Any:
    return compile_expression(parse_expression(text, lambda start, end: Place("main.tf", 1, start, 1, end)))


def evaluate(text: str) -> Value:
    value: Value = compiled(text).evaluate(Scope())
    return value


UNKNOWN = object()


def answer(text: str) -> object:
    """The value as JSON has it, or UNKNOWN."""
    value = evaluate(text)
    return plain(value) if value.wholly_known else UNKNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Null or not: only if neither can be.
        ("(flag ? 1 : 2) == null", False),
        ('(flag ? "a" : "b") == null', False),
        ('(flag ? text : "b") == null', False),
        ('(flag ? "b" : text) == null', False),
        ("(flag ? null : 2) == null", UNKNOWN),
        ("(flag ? 2 : null) == null", UNKNOWN),
        ('(flag ? maybe_text : "b") == null', UNKNOWN),
        ('(flag ? "b" : maybe_text) == null', UNKNOWN),
        ("(flag ? ids : tolist([])) == null", False),
        ("(flag ? maybe_ids : tolist([])) == null", UNKNOWN),
        ("flag ? null : null", None),
        # Numbers lie between the smaller and the larger of the two.
        ("(flag ? 1 : 5) > 0", True),
        ("(flag ? 5 : 1) > 0", True),
        ("(flag ? 1 : 5) < 6", True),
        ("(flag ? 5 : 1) < 6", True),
        ("(flag ? 1 : 5) > 6", False),
        ("(flag ? 1 : 5) < 0", False),
        ("(flag ? 1 : 5) > 2", UNKNOWN),
        ("(flag ? 5 : 1) > 2", UNKNOWN),
        ("(flag ? 1 : 5) < 2", UNKNOWN),
        ("(flag ? 5 : 1) < 2", UNKNOWN),
        ("(flag ? 1 : 5) == 6", False),
        ("(flag ? 1 : 5) == 0", False),
        ("(flag ? 1 : 5) == 3", UNKNOWN),
        ("(flag ? 1 : null) > 0", UNKNOWN),
        ("(flag ? 1 : maybe_number) > 0", UNKNOWN),
        ("(flag ? maybe_number : 1) < 6", UNKNOWN),
        ("flag ? 3 : 3", 3),
        ("(flag ? length(ids) : 3) > -1", True),
        ("(flag ? 3 : length(ids)) > -1", True),
        ("(flag ? length(ids) : 3) < 4", UNKNOWN),
        ("(flag ? from_1 : 3) > 0", True),
        ("(flag ? to_9 : 3) < 10", True),
        ("(flag ? from_1 : to_9) > 0", UNKNOWN),
        ("(flag ? from_1 : to_9) < 10", UNKNOWN),
        # A bound is left out only where both leave it out.
        ("(flag ? above_1 : above_1) == 1", False),
        ("(flag ? above_1 : above_2) == 1", False),
        ("(flag ? above_2 : above_1) == 1", False),
        ("(flag ? above_1 : from_1) == 1", UNKNOWN),
        ("(flag ? from_1 : above_1) == 1", UNKNOWN),
        ("(flag ? above_1 : 1) == 1", UNKNOWN),
        ("(flag ? above_2 : from_1) == 1", UNKNOWN),
        ("(flag ? from_1 : above_2) == 1", UNKNOWN),
        ("(flag ? above_2 : from_1) == 2", UNKNOWN),
        ("(flag ? below_9 : below_9) == 9", False),
        ("(flag ? below_9 : below_8) == 9", False),
        ("(flag ? below_8 : below_9) == 9", False),
        ("(flag ? below_9 : to_9) == 9", UNKNOWN),
        ("(flag ? to_9 : below_9) == 9", UNKNOWN),
        ("(flag ? below_9 : 9) == 9", UNKNOWN),
        ("(flag ? to_9 : below_8) == 9", UNKNOWN),
        ("(flag ? below_8 : to_9) == 9", UNKNOWN),
        ("(flag ? below_8 : to_9) == 8", UNKNOWN),
        # Collections are no shorter than the shorter and no longer than the longer.
        ('length(flag ? tolist(["a"]) : tolist(["b", "c"])) > 0', True),
        ('length(flag ? tolist(["b", "c"]) : tolist(["a"])) > 0', True),
        ('length(flag ? tolist(["a"]) : tolist(["b", "c"])) < 3', True),
        ('length(flag ? tolist(["b", "c"]) : tolist(["a"])) < 3', True),
        ('length(flag ? tolist(["a"]) : tolist(["b", "c"])) > 1', UNKNOWN),
        ('length(flag ? tolist(["b", "c"]) : tolist(["a"])) > 1', UNKNOWN),
        ('length(flag ? tolist(["a"]) : tolist(["b", "c"])) < 2', UNKNOWN),
        ('length(flag ? tolist(["a"]) : tolist(["b"]))', 1),
        ('length(flag ? tomap({a = 1}) : tomap({b = 1, c = 2})) < 3', True),
        ('length(flag ? toset(["a"]) : toset(["b", "c"])) > 0', True),
        ("length(flag ? tolist([\"a\"]) : ids) > 0", UNKNOWN),
        ("length(flag ? tolist([\"a\"]) : ids) < 5", UNKNOWN),
        ("length(flag ? ids : tolist([\"a\"])) < 5", UNKNOWN),
        ("length(flag ? two_or_three : tolist([\"a\"])) > 0", True),
        ("length(flag ? two_or_three : tolist([\"a\"])) < 4", True),
        ("flag ? tolist([]) : tolist([])", []),
        # The order of precedence of what is known.
        ("true ? 1 : maybe_number", 1),
        ("false ? 1 : maybe_number", UNKNOWN),
        # Both have a say in the type.
        ('true ? "a" : 2', "a"),
        ('false ? "a" : 2', "2"),
        ('true ? 2 : "a"', "2"),
        ("true ? null : 2", None),
        ("false ? null : 2", 2),
        ('"true" ? 1 : 2', 1),
        ('"false" ? 1 : 2', 2),
    ],
)  # fmt: skip
def test_what_is_known_of_a_conditional(text: str, expected: object) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # An error that depends on values matters where its branch is chosen, and nowhere else.
        ("true ? 1 : element([], 0)", 1),
        ("false ? element([], 0) : 2", 2),
        ('true ? "a" : -"x"', "a"),
        ('true ? 1 : "x${element([], 0)}"', "1"),
        ('true ? [1] : ["x${element([], 0)}"]', ["1"]),
        ("flag ? 1 : element([], 0)", UNKNOWN),
        ("flag ? element([], 0) : 1", UNKNOWN),
        ("try(false ? 1 : element([], 0), 3)", 3),
    ],
)
def test_an_error_in_a_branch_that_is_not_chosen(text: str, expected: object) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("true ? element([], 0) : 1", "empty list"),
        ("false ? 1 : element([], 0)", "empty list"),
        ("true ? 1 : [1]", "consistent types"),
        ("flag ? 1 : [1]", "consistent types"),
        ("true ? [1] : {}", "consistent types"),
        ('true ? 1 : !"x"', "consistent types"),
        ("null ? 1 : 2", "The condition value is null"),
        ('"yes" ? 1 : 2', "The condition expression must be of type bool"),
        ("3 ? 1 : 2", "The condition expression must be of type bool"),
        ("[] ? 1 : 2", "The condition expression must be of type bool"),
    ],
)
def test_a_conditional_that_terraform_refuses(text: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        evaluate(text)


STATIC = [
    "true ? 1 : nowhere.x",
    "false ? nowhere.x : 1",
    "flag ? 1 : nowhere.x",
    "flag ? nowhere.x : 1",
    "nowhere.x ? 1 : 2",
    "try(nowhere.x, 1)",
    "can(nowhere.x)",
    "[true ? 1 : nowhere.x]",
    "true ? 1 : [nowhere.x]",
    "true ? [1] : [for x in [1] : nowhere.x]",
    '"${true ? 1 : nowhere.x}"',
    '"%{if true}a%{else}${nowhere.x}%{endif}"',
    "try([true ? 1 : nowhere.x], [])",
]


@pytest.mark.parametrize("text", STATIC)
def test_what_is_not_declared_is_an_error_in_every_branch(text: str) -> None:
    with pytest.raises(StaticError, match="nowhere is not declared"):
        evaluate(text)
    with pytest.raises(StaticError, match="nowhere is not declared"):
        compiled(text).check(Scope())


@pytest.mark.parametrize(
    "text",
    [
        "[for x in [] : nowhere.x]",
        "[for x in [] : x if nowhere.x]",
        "{for x in [] : nowhere.x => 1}",
        "{(nowhere.x) = 1}",
        "{nowhere.x = 1}",
        "[][*][nowhere.x]",
        "tags[nowhere.x]",
        '"%{for x in []}${nowhere.x}%{endfor}"',
        "[for x in [1] : x][nowhere.x]",
        # Names are bound inside their `for`, and not in its collection.
        "[for nowhere in [nowhere] : 1]",
        "[[for nowhere in [1] : 1], nowhere]",
    ],
)
def test_what_is_never_evaluated_is_declared_all_the_same(text: str) -> None:
    with pytest.raises(StaticError, match="nowhere is not declared"):
        compiled(text).check(Scope())


@pytest.mark.parametrize(
    "text",
    [
        "[for nowhere in [1] : nowhere]",
        "[for i, nowhere in [1] : nowhere if nowhere > i]",
        "{for nowhere, x in {} : nowhere => nowhere}",
        "[for nowhere in [[1]] : [for x in nowhere : nowhere]]",
        "{nowhere = 1}",
        "ids[*].nowhere",
    ],
)
def test_bound_names_and_plain_keys_refer_to_nothing(text: str) -> None:
    compiled(text).check(Scope())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Over nothing.
        ("[for x in [] : x]", []),
        ("[for x in [] : x if x > 1]", []),
        ("[for i, x in [] : x if i == 0]", []),
        ("[for x in tolist([]) : x if x.name == 1]", []),
        ("[for x in {} : x if flag]", []),
        ("{for k, v in {} : k => v if v.on && k != null}", {}),
        ("{for x in toset([]) : x => 1 if x}", {}),
        # What each kind of collection hands over.
        ('[for i, x in ["a", "b"] : "${i}${x}"]', ["0a", "1b"]),
        ('[for k, v in toset(["a"]) : "${k}${v}"]', ["aa"]),
        ('[for k, v in {b = 1, a = 2} : "${k}${v}"]', ["a2", "b1"]),
        ('[for x in ["a", "b", "c"] : x if x != "b"]', ["a", "c"]),
        ('[for x in ["a", "b"] : x if "true"]', ["a", "b"]),
        ('{for x in ["a", "b"] : x => 1 if x != "b"}', {"a": 1}),
        ('{for i, x in ["a", "a"] : x => i...}', {"a": [0, 1]}),
        ('{for i, x in ["a"] : i => x}', {"0": "a"}),
        ('{for x in [true] : x => x}', {"true": True}),
        # What is not known.
        ("[for x in ids : 1]", UNKNOWN),
        ("{for k, v in tags : k => 1}", UNKNOWN),
        ("[for x in anything : 1]", UNKNOWN),
        ('[for x in ["a"] : x if flag]', UNKNOWN),
        ('[for x in ["a", "b"] : 1 if x == text]', UNKNOWN),
        ('[for x in ["a", "b"] : 1 if x == "a" || flag]', UNKNOWN),
        ('[for x in ["a", "b"] : 1 if x == "c" && flag]', UNKNOWN),
        ('{for x in ["a"] : x => 1 if flag}', UNKNOWN),
        ('{for x in ["a", text] : x => 1}', UNKNOWN),
        ('length([for x in ["a", text] : x])', 2),
        ('keys({for x in ["a"] : x => text})', ["a"]),
        # Splats.
        ("null[*]", []),
        ('"a"[*]', ["a"]),
        ('[{x = 1}, {x = 2}][*].x', [1, 2]),
        ('{x = 1}[*].x', [1]),
        ("[][*].x", []),
        ("tolist([])[*]", []),
        ("length(text[*])", 1),
        ("length(maybe_text[*])", UNKNOWN),
        ("length(anything[*])", UNKNOWN),
        ("length(two_or_three[*]) > 1", True),
        ("length(two_or_three[*]) < 4", True),
        ("length(two_or_three[*]) > 2", UNKNOWN),
        ("ids[*] == null", False),
    ],
)  # fmt: skip
def test_loops(text: str, expected: object) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[for x in [] : x if null]", "must not be null"),
        ('[for x in [] : x if "maybe"]', "The 'if' clause value is invalid"),
        ("[for x in {} : x if []]", "The 'if' clause value is invalid"),
        ("{for k, v in {} : k => v if 3}", "The 'if' clause value is invalid"),
        ("{for x in toset([]) : x => 1 if null}", "must not be null"),
        ("[for x in [1] : x if null]", "must not be null"),
        ('[for x in [1] : x if "maybe"]', "The 'if' clause value is invalid"),
        ("[for x in [] : x if element([], 0)]", "empty list"),
        ("[for x in null : x]", "A null value cannot be used"),
        ('[for x in "a" : x]', "A value of type string cannot be used"),
        ("[for x in 1 : x]", "A value of type number cannot be used"),
        ("[for x in flag : x]", "A value of type bool cannot be used"),
        ("[for x in maybe_text : x]", "A value of type string cannot be used"),
        ('{for x in ["a", "a"] : x => 1}', 'produced the key "a"'),
        ("{for x in [null] : x => 1}", "must not produce a null value"),
        ("{for x in [[]] : x => 1}", "The key expression produced an invalid result"),
        ("tolist(null)[*]", "null sequences"),
    ],
)
def test_a_loop_that_terraform_refuses(text: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        evaluate(text)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("secret_true ? 1 : 2", True),
        ("true ? 1 : secret_text", True),
        ("true ? secret_text : 1", True),
        ("secret_flag ? 1 : 2", True),
        ("flag ? secret_text : 1", True),
        ("flag ? 1 : secret_text", True),
        ("flag ? null : secret_text", True),
        ("secret_flag ? 1 : element([], 0)", True),
        ("flag ? secret_text : element([], 0)", True),
        ("flag ? 1 : 2", False),
        ("secret_list[*]", True),
        ("[for x in secret_list : 1]", True),
        ("[for x in [1] : x if secret_true]", True),
        ("{for x in [secret_text] : x => 1}", True),
        ("{ (secret_text) = 1 }", True),
        ('secret_text == "s"', True),
        ('"s" == secret_text', True),
        ("secret_true && true", True),
        ("!secret_true", True),
        ("secret_text == secret_text", True),
        ("{ a = 1, (secret_text) = 1, b = 2 }", True),
        ("{ (secret_text) = 1, (text) = 1 }", True),
        ('{ ("a") = secret_text }', False),
        ("[for x in [1] : secret_text]", False),
        ("{for x in [1] : x => secret_text}", False),
        ("[for x in anything : secret_text]", False),
    ],
)
def test_what_is_secret_stays_so(text: str, secret: bool) -> None:
    assert (SENSITIVE in evaluate(text).marks) is secret


ARMS = {
    "two lists": ('flag ? ["a"] : ["b", "c"]', [["a"], ["b", "c"]]),
    "one is empty": ('flag ? ["a"] : []', [["a"], []]),
    "objects in lists": ("flag ? [{ a = 1 }] : []", [[{"a": 1}], []]),
    "maps": ("flag ? { a = 1 } : {}", [{"a": 1}, {}]),
    "an element is not known": ("flag ? [text] : []", [[UNKNOWN], []]),
    "one may be anything": ("flag ? ids : []", None),
    "one is null": ('flag ? ["a"] : null', None),
    "no collections": ('flag ? "a" : "b"', None),
    "it is known after all": ('secret_true ? ["a"] : []', None),
}


@pytest.mark.parametrize(("text", "arms"), ARMS.values(), ids=list(ARMS))
def test_a_conditional_that_is_not_decided_keeps_both_collections(text: str, arms: object) -> None:
    pending = evaluate(text).pending
    kept = pending.arms if pending is not None else ()
    assert [_shape(arm) for arm in kept] == (arms or [])


def _shape(value: Value) -> object:
    """The value as JSON has it, with UNKNOWN for each part that is not known."""
    if isinstance(value.raw, tuple):
        return [_shape(each) for each in value.raw]
    if isinstance(value.raw, dict):
        return {key: _shape(each) for key, each in value.raw.items()}
    return plain(value) if value.is_known else UNKNOWN
