"""A resource as a plan has it, with the places of the source that it was planned from.

The plan decides every value. The source gives places, the hops of a value, and what a plan hides: which attributes an
unknown value is made of, and that a `dynamic` block is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.model.reason import ReasonKind
from imdsguard.model.resource import Blocks
from imdsguard.model.value import Absent, Known, Step, Unknown
from imdsguard.terraform.documents.document_body import TOO_DEEP, DocumentBody
from imdsguard.terraform.documents.expressions import Shown
from imdsguard.terraform.documents.values import marked, member

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from imdsguard.model.place import Place
    from imdsguard.model.resource import Body
    from imdsguard.model.value import Plain, Value
    from imdsguard.terraform.source.merged_body import MergedBody

MOST_PAIRS = 10_000
"""How often blocks of a plan are compared with blocks of the source before their order has to do."""


class JoinedBody:
    """A block of a plan, and the block of the source that it was planned from (None: that cannot be told).

    `trusted`: the source is what was planned, so that it can say what the plan hides. `new`: the plan creates the
    resource, so that all in it that is not known depends on something else that is not there yet.
    """

    __slots__ = ("_blocks", "_new", "_place", "_plan", "_source", "_trusted")

    def __init__(self, plan: Body, source: Body | None, place: Place, *, trusted: bool, new: bool) -> None:
        self._plan = plan
        self._source = source
        self._place = place
        self._trusted = trusted
        self._new = new
        self._blocks: dict[str, Blocks] = {}

    @property
    def place(self) -> Place:
        """Where the block stands in the source."""
        return self._place

    def attribute(self, name: str) -> Value:
        """Give what the plan says, at the place where the source says it. Never raises."""
        planned = self._plan.attribute(name)
        try:
            if self._source is None:
                return placed(planned, self._place)
            return self._merged(planned, self._source.attribute(name))
        except RecursionError:
            return Unknown(TOO_DEEP, place=self._place)

    def blocks(self, name: str) -> Blocks:
        """Give the blocks that the plan has; those that it hides are unknown. Never raises."""
        if name not in self._blocks:
            try:
                self._blocks[name] = self._find(name)
            except RecursionError:
                self._blocks[name] = Blocks((), Unknown(TOO_DEEP, place=self._place))
        return self._blocks[name]

    def _find(self, name: str) -> Blocks:
        planned = self._plan.blocks(name)
        written = self._source.blocks(name) if self._source is not None else Blocks()
        pairs = paired(planned.items, written.items)
        both = list(zip(planned.items, pairs, strict=True))
        if len(both) > 1 and None not in pairs:  # a set is planned in another order than it is written in
            order = {id(block): number for number, block in enumerate(written.items)}
            both.sort(key=lambda pair: order[id(pair[1])])
        items = tuple(self._child(one, other) for one, other in both)
        doubt = planned.unknown
        if doubt is not None and self._settled(doubt, written):
            doubt = written.unknown
        elif doubt is not None:
            merged = self._merged(doubt, written.unknown or Absent(self._place))
            doubt = merged if isinstance(merged, Unknown) else None
        elif not items and written.unknown is not None and self._hides(name, written.unknown):
            doubt = written.unknown
        return Blocks(items, doubt)

    def _settled(self, doubt: Unknown, written: Blocks) -> bool:
        """Whether the plan only suspects a `dynamic` block, and the source shows whether there is one."""
        return self._trusted and doubt.reason.kind is ReasonKind.DYNAMIC_POSSIBLE and not written.items

    def _hides(self, name: str, unknown: Unknown) -> bool:
        """Whether no block in the plan may mean one that is not known: of a `dynamic` block a plan says nothing."""
        if not self._trusted:
            return False
        if isinstance(self._plan, DocumentBody) and marked(member(self._plan.unknown, name)):
            return True
        return self._new and bool(unknown.references)

    def _child(self, plan: Body, source: Body | None) -> JoinedBody:
        place = source.place if source is not None else self._place
        edited = isinstance(plan, DocumentBody) and isinstance(plan.written, Shown) and not same_arguments(plan, source)
        return JoinedBody(plan, source, place, trusted=self._trusted and not edited, new=self._new)

    def _merged(self, planned: Value, written: Value) -> Value:
        place = written.place or self._place
        if isinstance(planned, Known):
            if isinstance(written, Known) and not alike(planned.value, written.value):
                return placed(planned, self._place)
            return Known(
                self._plain(planned, written, place),
                place,
                unplaced(planned.trace) if isinstance(written, Absent) else written.trace,
                planned.sensitive or (isinstance(written, Known) and written.sensitive),
                written.written if isinstance(written, Known) else None,
            )
        if isinstance(planned, Absent):
            return Absent(place, written.trace)
        return self._unknown(planned, written, place)

    def _plain(self, planned: Known, written: Value, place: Place) -> Plain:
        value = planned.value
        inner = written.value if isinstance(written, Known) else None
        if isinstance(value, Mapping):
            others = inner if isinstance(inner, Mapping) else {}
            return {name: self._merged(each, others.get(name) or Absent(place)) for name, each in value.items()}
        if isinstance(value, tuple):
            items = inner if isinstance(inner, tuple) and len(inner) == len(value) else (Absent(place),) * len(value)
            return tuple(self._merged(each, other) for each, other in zip(value, items, strict=True))
        return value

    def _unknown(self, planned: Unknown, written: Value, place: Place) -> Value:
        if isinstance(written, Unknown):
            exact = planned.reference is not None and written.reference is None
            told = planned if exact or not (self._trusted and written.references) else written
            reason = written.reason if told is written or not planned.references else planned.reason
            drawn = (written.sketch, written.holes, written.written)
            return Unknown(reason, told.references, place, written.trace, told.exact, *drawn)
        if self._trusted:
            if isinstance(written, Absent):
                return Absent(place, written.trace)  # null, or not set: the provider fills it in
            if isinstance(written, Known) and isinstance(written.value, (Mapping, tuple)) and holds_unknown(written):
                return written  # an older provider's plan shows the map as unknown as a whole
        return Unknown(planned.reason, planned.references, place, unplaced(planned.trace), planned.exact)


def same_arguments(planned: Body, source: Body | None, beside: Set[str] = frozenset()) -> bool:
    """Whether a block of the source sets the arguments that it set when the plan was made, as far as plans show.

    `beside` are names that a plan shows elsewhere.
    """
    written: MergedBody | None = getattr(source, "merged", None)
    if written is None or not isinstance(planned, DocumentBody) or not isinstance(planned.written, Shown):
        return False
    names = {name for name in written.names() if name not in beside}
    shown = set(planned.written.expressions)
    dynamic = {type_ for type_ in written.types() if all(each.dynamic for each in written.nested(type_))}
    blocks = {type_ for type_ in written.types() if type_ not in beside and type_ not in dynamic}
    return (names - dynamic) | blocks == shown - dynamic


def placed(value: Value, place: Place) -> Value:
    """Give the value, and all in it, that place."""
    trace = unplaced(value.trace)
    if isinstance(value, Absent):
        return Absent(place, trace)
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.references, place, trace, value.exact, value.sketch, value.holes)
    inner = value.value
    if isinstance(inner, Mapping):
        inner = {name: placed(each, place) for name, each in inner.items()}
    elif isinstance(inner, tuple):
        inner = tuple(placed(each, place) for each in inner)
    return Known(inner, place, trace, value.sensitive)


def unplaced(trace: tuple[Step, ...]) -> tuple[Step, ...]:
    """Give the hops without their places: a plan's are the document, where nobody changes anything."""
    return tuple(Step(step.label) for step in trace if step.label)


def alike(planned: object, written: object) -> bool:
    """Whether both may be one value: providers turn `2` into `"2"`; what is in collections is compared one by one."""
    if isinstance(planned, (Mapping, tuple)) or isinstance(written, (Mapping, tuple)):
        return isinstance(planned, Mapping) == isinstance(written, Mapping)
    if isinstance(planned, bool) or isinstance(written, bool):
        return str(planned).lower() == str(written).lower()
    return planned == written or str(planned) == str(written)


def holds_unknown(value: Known) -> bool:
    """Whether a part of a collection is unknown."""
    inner = value.value
    parts = inner.values() if isinstance(inner, Mapping) else inner if isinstance(inner, tuple) else ()
    return any(isinstance(part, Unknown) or (isinstance(part, Known) and holds_unknown(part)) for part in parts)


def paired(planned: Sequence[Body], written: Sequence[Body]) -> list[Body | None]:
    """Find for each block of a plan the one of the source. Those of a set are planned in another order."""
    if len(planned) == len(written) == 1 or len(planned) * len(written) > MOST_PAIRS:
        return [written[i] if i < len(written) else None for i in range(len(planned))]
    free = dict(enumerate(written))
    found: list[Body | None] = []
    for number, one in enumerate(planned):
        scores = {i: score for i, other in free.items() if (score := likeness(one, other)) is not None}
        best = max(scores, key=lambda i: (scores[i], i == number, -i), default=None)
        found.append(free.pop(best) if best is not None else None)
    return found


def likeness(planned: Body, written: Body, depth: int = 0) -> int | None:
    """Count what both blocks agree on; None if they cannot be the same one."""
    if not isinstance(planned, DocumentBody):
        return 0
    score = 0
    for name, raw in planned.values.items():
        if isinstance(raw, list):
            if depth or not raw or not isinstance(raw[0], dict):
                continue
            inner, others = planned.blocks(name).items, written.blocks(name).items
            if len(inner) == len(others) == 1:
                below = likeness(inner[0], others[0], depth + 1)
                if below is None:
                    return None
                score += below
        elif raw is not None and not isinstance(raw, dict):
            value = written.attribute(name)
            if isinstance(value, Known):
                if not alike(raw, value.value):
                    return None
                score += 1
    return score
