"""A Terraform value: a type, what is known of it, its marks, and where it came from.

Values are immutable and shared freely. Two of the fields never take part in a comparison: `origin` (for traces) and,
where the language says so, `marks`. Use `equality.py` for `==` and `identity.py` for set membership; `Value` has no
`__eq__` of its own on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.hcl.values.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    ListType,
    MapType,
    SetType,
    TupleType,
    Type,
    object_type,
)
from imdsguard.model.reason import AFTER_APPLY, Reason
from imdsguard.model.record import record, replace
from imdsguard.model.value import Step

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.model.source_map import SourceMap
    from imdsguard.model.value import Reference

Number: TypeAlias = int | Fraction | float
"""A 512-bit binary float as Terraform has it: `int` when whole, `Fraction` (denominator a power of two) otherwise,
and `float` only for the two infinities. `number.py` rounds."""

SENSITIVE = "sensitive"
EPHEMERAL = "ephemeral"
NO_MARKS: frozenset[str] = frozenset()


@record(frozen=True, slots=True)
class Origin:
    """Where a value comes from, the nearest hop first: a linked list, shared by all values that came by it.

    `written` says where the lines of a text are written that was made here; later hops may have changed the text.
    `value` is what took the hop. `switch` is the way of what decided that it is this value and not another one: of a
    conditional's condition, of the argument that `coalesce` passed over. It may be found when it is asked for.
    """

    step: Step
    parent: Origin | None = None
    written: SourceMap | None = field(default=None, compare=False, repr=False)
    value: Value | None = field(default=None, compare=False, repr=False)
    switch: Switch | None = field(default=None, compare=False, repr=False)

    @property
    def led(self) -> bool:
        """Whether there is more to tell of it than where it is written."""
        return bool(self.step.label) or self.parent is not None or self.switch is not None


@record(frozen=True, slots=True)
class Refinement:
    """What is known of an unknown value (cty's "unknown value refinements").

    `prefix` is for strings, `low`/`high` for numbers (`*_open` is true where the bound itself is excluded), the lengths
    for collections. The default says nothing.
    """

    not_null: bool = False
    prefix: str = ""
    low: Number | None = None
    low_open: bool = False
    high: Number | None = None
    high_open: bool = False
    min_length: int = 0
    max_length: int | None = None


NO_REFINEMENT = Refinement()
NOT_NULL = Refinement(not_null=True)


@record(frozen=True, slots=True)
class Pending:
    """The raw part of an unknown value: why it cannot be computed now, and what it stands for.

    `references` are resource attributes that it is (one, and `exact`) or was built from. `sketch` is for readers of
    scripts, not for the language: what is known of a string, with `GAP` for each stretch that is not. `holes` are the
    attributes that these stretches are, where that is told; None for one that is something else. `symbol` names the one
    value that it will be (see `symbol.py`); None where that has no name. `choices` are the attributes of which it is
    one, if it is anything at all; None where it may be something else (see `choices.py`). `arms` are the two
    collections of a conditional of which it is one, where both are known.
    """

    reason: Reason
    references: tuple[Reference, ...] = ()
    exact: bool = False
    refinement: Refinement = NO_REFINEMENT
    sketch: str | None = field(default=None, compare=False, repr=False)
    holes: tuple[Reference | None, ...] = field(default=(), compare=False, repr=False)
    symbol: str | None = field(default=None, compare=False, repr=False)
    choices: tuple[Reference, ...] | None = field(default=None, compare=False, repr=False)
    arms: tuple[Value, ...] = field(default=(), compare=False, repr=False)


GAP = "\ufffc"
"""Stands in a sketch for what is not known (U+FFFC, "object replacement character")."""
ENCODED = "\ufff9"
"""Begins a sketch of a text that is in base64, of which the sketch has the plain text (U+FFF9)."""
MOST_HOLES = 256
"""Gaps of a text whose attributes are kept; of a text with more, none are: a text may double at each step."""

LONGEST_SKETCH = 64 * 1024
MOST_REFERENCES = 256
"""So many things an unknown names that it is built from."""

Switch: TypeAlias = "Origin | Callable[[], Origin | None]"
HOPS = 12
"""So many hops a part remembers of those that its container took."""

Raw: TypeAlias = str | bool | Number | tuple["Value", ...] | Mapping[str, "Value"] | Pending | None


class Value:
    """One immutable Terraform value.

    `raw` by type: `str`; `Number`; `bool`; a tuple of values for list, tuple and set (sets without duplicates, in
    Terraform's order); a mapping for map (in order of keys) and object; None for null; `Pending` for unknown.
    """

    __slots__ = ("_size", "marks", "origin", "raw", "type")

    _size: tuple[int, int]
    """Weight and depth, once `size.py` has computed them."""

    def __init__(self, type: Type, raw: Raw, marks: frozenset[str] = NO_MARKS, origin: Origin | None = None) -> None:  # noqa: A002
        self.type = type
        self.raw = raw
        self.marks = marks
        self.origin = origin

    @property
    def is_null(self) -> bool:
        """Whether it is null (of any type). An unknown is not null, nor is it not-null: ask its refinement."""
        return self.raw is None

    @property
    def is_known(self) -> bool:
        """Whether the value itself is known; its elements need not be (see `wholly_known`)."""
        return not isinstance(self.raw, Pending)

    @property
    def pending(self) -> Pending | None:
        """Why it is unknown, or None if it is known."""
        return self.raw if isinstance(self.raw, Pending) else None

    def elements(self) -> Iterable[Value]:
        """The direct members of a known collection or structure; nothing for others."""
        raw = self.raw
        if isinstance(raw, tuple):
            return raw
        return raw.values() if isinstance(raw, Mapping) else ()

    @property
    def wholly_known(self) -> bool:
        """Whether nothing in it is unknown."""
        return self.is_known and all(e.wholly_known for e in self.elements())

    def with_marks(self, marks: frozenset[str]) -> Value:
        """The same value with these marks added."""
        if marks <= self.marks:
            return self
        return Value(self.type, self.raw, self.marks | marks, self.origin)

    def without_marks(self) -> Value:
        """The same value, itself unmarked (its elements keep theirs)."""
        return Value(self.type, self.raw, NO_MARKS, self.origin) if self.marks else self

    def via(self, step: Step) -> Value:
        """The same value, having passed through `step` (`var.tokens`, prod.tfvars:3)."""
        return Value(self.type, self.raw, self.marks, Origin(step, self.origin, value=self))

    def decided_by(self, switch: Switch | None, place: Place | None) -> Value:
        """The same value, which is this one and not another by what came on the way `switch`. `place`: of the whole."""
        if switch is None or (isinstance(switch, Origin) and not switch.led):
            return self
        own = self.origin
        if own is None:
            own = Origin(Step("", place), switch=switch)
        elif own.switch is None:
            own = Origin(own.step, own.parent, own.written, own.value, switch)
        else:
            own = Origin(Step("", place), own, switch=switch)
        return Value(self.type, self.raw, self.marks, own)

    def at(self, origin: Origin | None) -> Value:
        """The same value with another origin."""
        return Value(self.type, self.raw, self.marks, origin)

    def __repr__(self) -> str:
        marks = f" {set(self.marks)}" if self.marks else ""
        return f"<{self.type.name} {self.raw!r}{marks}>"


class OpenObject(Value):
    """An object whose attributes are computed one by one, when asked for, and whose schema is not known here.

    A resource or data source is one: what the code sets is known, the rest is known after apply, and no provider
    schema tells which arguments there are. To every operation but `x.name` and `x["name"]` (and conversion to an
    object type) it is an ordinary unknown of unknown type, so nothing can take it for more than it is.
    """

    __slots__ = ("_attribute",)

    def __init__(self, attribute: Callable[[str], Value], pending: Pending, origin: Origin | None = None) -> None:
        super().__init__(DYNAMIC, pending, NO_MARKS, origin)
        self._attribute = attribute

    def attribute(self, name: str) -> Value:
        """Compute one attribute."""
        return self._attribute(name)

    def via(self, step: Step) -> Value:
        """The same object, having passed through `step`."""
        assert isinstance(self.raw, Pending)
        return OpenObject(self._attribute, self.raw, Origin(step, self.origin))

    def decided_by(self, switch: Switch | None, place: Place | None) -> Value:  # noqa: ARG002
        """The same object: its attributes are what is asked for, and have ways of their own."""
        return self


def string(text: str) -> Value:
    """Make a known string. Terraform normalises strings to NFC: callers do, where text is not known to be ASCII."""
    return Value(STRING, text)


def number(n: Number) -> Value:
    """Make a known number; `n` must already be rounded (see `number.py`)."""
    return Value(NUMBER, n)


TRUE = Value(BOOL, True)
FALSE = Value(BOOL, False)
NULL = Value(DYNAMIC, None)
EMPTY_TUPLE = Value(TupleType(()), ())
EMPTY_OBJECT = Value(object_type({}), {})


def boolean(b: bool) -> Value:
    """Give one of the two bools."""
    return TRUE if b else FALSE


def null(type: Type = DYNAMIC) -> Value:  # noqa: A002
    """Make a null of a type."""
    return Value(type, None)


def tuple_of(items: Iterable[Value]) -> Value:
    """Make a tuple from its elements."""
    raw = tuple(items)
    return Value(TupleType(tuple(v.type for v in raw)), raw)


def object_of(attributes: Mapping[str, Value]) -> Value:
    """Make an object from its attributes (kept in order of names)."""
    raw = {k: attributes[k] for k in sorted(attributes)}
    return Value(object_type({k: v.type for k, v in raw.items()}), raw)


def list_of(element: Type, items: Iterable[Value]) -> Value:
    """Make a list; each item must be of the element type (or DYNAMIC-typed, for unknowns and nulls)."""
    return Value(ListType(element), tuple(items))


def map_of(element: Type, items: Mapping[str, Value]) -> Value:
    """Make a map, in order of keys; each item must be of the element type."""
    return Value(MapType(element), {k: items[k] for k in sorted(items)})


def set_of_sorted(element: Type, items: Iterable[Value]) -> Value:
    """Make a set of items that are already distinct and in Terraform's order; `identity.py` makes them so."""
    return Value(SetType(element), tuple(items))


def unknown(
    type: Type = DYNAMIC,  # noqa: A002
    reason: Reason = AFTER_APPLY,
    references: tuple[Reference, ...] = (),
    *,
    exact: bool = False,
    refinement: Refinement = NO_REFINEMENT,
    symbol: str | None = None,
) -> Value:
    """Make an unknown value of a type."""
    return Value(type, Pending(reason, references, exact, refinement, symbol=symbol))


def derived(type: Type, *sources: Value, refinement: Refinement = NO_REFINEMENT) -> Value:  # noqa: A002
    """Make the unknown result of an operation on `sources`: reason and references are those of the unknown ones.

    Looks at the sources and at their direct elements; where nothing is found there, a little deeper for the reason:
    unbounded searches would make long chains quadratic.
    """
    found: dict[Reference, None] = {}
    reason: Reason | None = None
    for source in sources:
        for v in (source, *source.elements()):
            if v.pending is not None:
                reason = reason or v.pending.reason
                found.update(dict.fromkeys(v.pending.references))
    reason = reason or _buried_reason(sources)
    return Value(type, Pending(reason or AFTER_APPLY, _bounded(found), False, refinement))


def built_from(type: Type, *items: Value) -> Value:  # noqa: A002
    """Make the unknown that is one of these items, or built from them: all that they refer to."""
    pending = [item.pending for item in items if item.pending is not None]
    references = dict.fromkeys(reference for each in pending for reference in each.references)
    reason = pending[0].reason if pending else AFTER_APPLY
    return Value(type, Pending(reason, _bounded(references)))


def _bounded(references: Iterable[Reference]) -> tuple[Reference, ...]:
    """All references, or none where there are too many: some of them would say that it is not built from the others."""
    found = tuple(references)
    return found if len(found) <= MOST_REFERENCES else ()


def _buried_reason(sources: Iterable[Value], limit: int = 500) -> Reason | None:
    """The reason of an unknown deep inside; parts that are shared are looked at once."""
    waiting, seen = list(sources), set[int]()
    while waiting and len(seen) < limit:
        value = waiting.pop()
        if value.pending is not None:
            return value.pending.reason
        if id(value) not in seen:
            seen.add(id(value))
            waiting.extend(value.elements())
    return None


def hops_of(container: Value) -> list[Origin]:
    """The hops of a container that have a name, or a switch: what its parts came by, too."""
    hops: list[Origin] = []
    origin = container.origin
    while origin is not None and len(hops) < HOPS:
        if origin.step.label or origin.switch is not None:
            hops.append(origin)
        origin = origin.parent
    return hops


def past(hops: Sequence[Origin], part: Value) -> Value:
    """Let a part that was read out of a container remember the hops that the container took."""
    if not hops or isinstance(part, OpenObject):
        return part
    origin = part.origin
    for hop in reversed(hops):
        origin = Origin(hop.step, origin, None, hop.value, hop.switch)
    return part.at(origin)


def literal(value: Value, place: Place, step_type: type[Step]) -> Value:
    """Give a constant of the source text its origin."""
    return value.at(Origin(step_type("", place)))


def holes_of(value: Value) -> tuple[Reference | None, ...]:
    """The attributes that the gaps in a value's sketch are; None for one that is something else."""
    pending = value.pending
    if pending is None:
        return ()
    if pending.holes:
        return pending.holes
    if pending.exact and len(pending.references) == 1 and pending.sketch is None:
        return pending.references
    return (None,) * sketch_of(value).count(GAP)


def sketched(value: Value, sketch: str | None, holes: tuple[Reference | None, ...] = ()) -> Value:
    """The same unknown string, with what is known of its text. Known values, and other types, stay as they are."""
    pending = value.raw
    if sketch is None or not isinstance(pending, Pending) or value.type != STRING:
        return value
    known = Pending(
        pending.reason,
        pending.references,
        pending.exact,
        pending.refinement,
        bounded_sketch(sketch),
        holes,
        pending.symbol,
        pending.choices,
    )
    return Value(STRING, known, value.marks, value.origin)


def with_choices(value: Value, choices: tuple[Reference, ...] | None) -> Value:
    """The same unknown, with the attributes of which it is one."""
    assert isinstance(value.raw, Pending)
    return Value(value.type, replace(value.raw, choices=choices), value.marks, value.origin)


def sketched_in_part(value: Value, sketch: tuple[object, str, Origin] | None) -> Value:
    """The unknown value of a template that failed, as the string that is known but for what failed."""
    if sketch is None or not isinstance(value.raw, Pending):
        return value
    return sketched(Value(STRING, value.raw, NO_MARKS, sketch[2]), sketch[1])


def bounded_sketch(sketch: str) -> str:
    """The sketch, or as many lines as fit, and one that says that there is more."""
    if len(sketch) <= LONGEST_SKETCH:
        return sketch
    lines, _, _ = sketch[: LONGEST_SKETCH - 1].rpartition("\n")
    return f"{lines}\n{GAP}"


def drawn(value: Value) -> Value:
    """The value with a sketch in place of each text that is not known, for what writes it out (`yamlencode`)."""
    raw = value.raw
    if isinstance(raw, Pending):
        return Value(STRING, sketch_of(value))
    if isinstance(raw, Mapping):
        return object_of({key: drawn(each) for key, each in raw.items()})
    if isinstance(raw, tuple):
        return tuple_of(drawn(each) for each in raw)
    return value


def sketch_of(value: Value) -> str:
    """What is known of a value's text: all, some, or nothing (a `GAP`). What is in base64 is put in base64 again."""
    raw = value.raw
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, Pending) or raw.sketch is None:
        return GAP
    if raw.sketch.startswith(ENCODED):
        from base64 import b64encode

        return b64encode(raw.sketch[1:].encode("utf-8", "replace")).decode()
    return raw.sketch
