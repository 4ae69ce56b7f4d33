"""The inside of a block, with what override files put over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.model.record import record
from imdsguard.terraform.source.lazy_expression import LazyExpression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.hcl.syntax.body import Attribute, Block, SyntaxBody
    from imdsguard.model.place import Place


@record(frozen=True, slots=True)
class Nested:
    """A nested block. `dynamic` says that it is a `dynamic` block, whose body holds `for_each` and `content`."""

    body: MergedBody
    labels: tuple[str, ...]
    place: Place
    dynamic: bool = False


class MergedBody:
    """One or more bodies, read as one: the first is the author's, each further one stands over it.

    Terraform merges a body with its override argument by argument; nested blocks of a type that the override has
    replace all of that type ("Override Files", Terraform language documentation).
    """

    __slots__ = ("_expressions", "_nested", "bodies", "place")

    def __init__(self, bodies: tuple[SyntaxBody, ...], place: Place) -> None:
        self.bodies = bodies
        self.place = place
        self._expressions: dict[str, LazyExpression | None] = {}
        self._nested: dict[tuple[str, int], tuple[Nested, ...]] = {}

    def under(self, over: MergedBody, drop: tuple[str, ...] = ()) -> MergedBody:
        """Give this body with another one put over it; the arguments `drop` of this one count as not there."""
        bodies = tuple(Without(body, drop) for body in self.bodies) if drop else self.bodies
        return MergedBody(bodies + over.bodies, self.place)

    def expression(self, name: str) -> LazyExpression | None:
        """Give the argument's expression, or None if it is not set."""
        if name not in self._expressions:
            found = None
            for body in reversed(self.bodies):
                found = body.attribute(name)
                if found is not None:
                    break
            self._expressions[name] = LazyExpression(found.expression) if found is not None else None
        return self._expressions[name]

    def names(self) -> tuple[str, ...]:
        """Give the names of all arguments, in the order of the source (in JSON those of blocks, too)."""
        return tuple(dict.fromkeys(name for body in self.bodies for name in body.attributes()))

    def types(self) -> tuple[str, ...]:
        """Give the types of all nested blocks, in order; those written as `dynamic` by their label."""
        found: dict[str, None] = {}
        for body in self.bodies:
            for name in body.block_types():
                if name == "dynamic":
                    found.update(dict.fromkeys(b.labels[0] for b in _blocks(body, "dynamic", 1) if b.labels))
                else:
                    found[name] = None
        return tuple(found)

    def nested(self, name: str, labels: int = 0) -> tuple[Nested, ...]:
        """Give the nested blocks of a type, `dynamic` ones among them, in the order of the source."""
        key = (name, labels)
        if key not in self._nested:
            found: tuple[Nested, ...] = ()
            for body in reversed(self.bodies):
                found = _nested(body, name, labels)
                if found:
                    break
            self._nested[key] = found
        return self._nested[key]

    def layers(self) -> tuple[MergedBody, ...]:
        """Give each body as a `MergedBody` of its own, the author's first."""
        return tuple(MergedBody((body,), self.place) for body in self.bodies)

    def first(self, name: str) -> MergedBody | None:
        """Give the body of the one nested block of a type, or None."""
        nested = self.nested(name)
        return nested[0].body if nested else None


class Without:
    """A body some of whose arguments count as not there: `count` under an override that says `for_each`."""

    __slots__ = ("body", "hidden")

    def __init__(self, body: SyntaxBody, hidden: tuple[str, ...]) -> None:
        self.body = body
        self.hidden = hidden

    @property
    def place(self) -> Place:
        """Where the body's header stands."""
        return self.body.place

    def attribute(self, name: str) -> Attribute | None:
        """Give the attribute, unless it is hidden."""
        return None if name in self.hidden else self.body.attribute(name)

    def attributes(self) -> Mapping[str, Attribute]:
        """Give all attributes that are not hidden."""
        return {name: found for name, found in self.body.attributes().items() if name not in self.hidden}

    def blocks(self, type: str, labels: int = 0) -> Sequence[Block]:  # noqa: A002
        """Give the blocks of a type."""
        return self.body.blocks(type, labels)

    def block_types(self) -> Sequence[str]:
        """Give the types of all blocks."""
        return self.body.block_types()


def _nested(body: SyntaxBody, name: str, labels: int) -> tuple[Nested, ...]:
    plain = [Nested(MergedBody((b.body,), b.place), b.labels, b.place) for b in _blocks(body, name, labels)]
    dynamic = [
        Nested(MergedBody((b.body,), b.place), b.labels, b.place, dynamic=True)
        for b in _blocks(body, "dynamic", 1)
        if b.labels == (name,)
    ]
    if plain and dynamic:
        return tuple(sorted(plain + dynamic, key=lambda n: (n.place.line, n.place.column)))
    return tuple(plain or dynamic)


def _blocks(body: SyntaxBody, name: str, labels: int) -> Sequence[Block]:
    try:
        return body.blocks(name, labels)
    except EvaluationError:
        return ()  # JSON: a property that cannot be read as blocks; it is still there as an argument
