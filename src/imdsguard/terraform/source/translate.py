"""Values of the language to what is left of them outside: known, unknown or absent, with their trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.values.value import ENCODED, SENSITIVE
from imdsguard.model.value import Absent, Known, Plain, Step, Unknown

if TYPE_CHECKING:
    from imdsguard.hcl.values import value as language
    from imdsguard.model.place import Place
    from imdsguard.model.source_map import SourceMap
    from imdsguard.model.value import Value

MAX_TRACE = 12
"""Hops that a trace shows; a longer one keeps its beginning and its end."""


def translate(value: language.Value, place: Place | None) -> Value:
    """Turn a value of the language into one of the model: known, unknown or absent, with its trace.

    `place` is where the argument stands; elements of collections have their own.
    """
    trace = trace_of(value.origin, place)
    if value.pending is not None:
        pending = value.pending
        sketch = pending.sketch if SENSITIVE not in value.marks else None
        sketch = sketch.removeprefix(ENCODED) if sketch is not None else None
        written = written_of(value.origin) if sketch is not None else None
        holes = pending.holes if sketch is not None else ()
        return Unknown(
            pending.reason,
            pending.references,
            place,
            trace,
            pending.exact,
            sketch,
            holes,
            written,
            pending.symbol,
            pending.choices or (),
        )
    if value.is_null:
        return Absent(place, trace)
    written = written_of(value.origin) if isinstance(value.raw, str) else None
    return Known(_plain(value, place), place, trace, SENSITIVE in value.marks, written)


def _plain(value: language.Value, place: Place | None) -> Plain:
    raw = value.raw
    if isinstance(raw, (str, bool, int)):
        return raw
    if isinstance(raw, tuple):
        return tuple(translate(element, _place_of(element, place)) for element in raw)
    if isinstance(raw, dict):
        return {name: translate(element, _place_of(element, place)) for name, element in raw.items()}
    assert raw is not None
    return float(raw)  # type: ignore[arg-type]


def _place_of(value: language.Value, place: Place | None) -> Place | None:
    """Where an element stands: where its own expression is written, if the value remembers."""
    origin = value.origin
    return origin.step.place if origin is not None and origin.step.place is not None else place


def written_of(origin: language.Origin | None) -> SourceMap | None:
    """Give where the nearest text with lines, that a value was made from, is written."""
    for _ in range(1000):
        if origin is None or origin.written is not None:
            break
        origin = origin.parent
    return origin.written if origin is not None else None


def trace_of(origin: language.Origin | None, place: Place | None) -> tuple[Step, ...]:
    """Give the hops of a value, nearest first. A constant written in the argument itself took none.

    A hop's place is where the value was given; the constant at the end of the trace says that more exactly than the
    last hop.
    """
    steps: list[Step] = []
    while origin is not None and len(steps) < 1000:
        step = origin.step
        if step.label or not steps:
            if not steps or steps[-1] != step:
                steps.append(step)
        elif step.place is not None:
            steps[-1] = Step(steps[-1].label, step.place)
        origin = origin.parent
    steps = [step for step in steps if step.label or step.place != place]
    if steps and not steps[0].label and place is not None and _within(steps[0].place, place):
        del steps[0]
    if len(steps) > MAX_TRACE:
        steps = [*steps[: MAX_TRACE - 3], Step("..."), *steps[-2:]]
    return tuple(steps)


def _within(inner: Place | None, outer: Place) -> bool:
    if inner is None or inner.file != outer.file:
        return False
    start, end = (inner.line, inner.column), (inner.end_line or inner.line, inner.end_column or inner.column)
    return (outer.line, outer.column) <= start and end <= (outer.end_line or outer.line, outer.end_column or 10**9)
