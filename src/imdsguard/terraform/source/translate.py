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
LONGEST_HELD = 40
"""So long a text may be that a trace shows as what a switch is set to."""


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
    last hop. What switched to it comes after the value's own hops, each of its hops with what was there:
    `var.imdsv2 = false`.
    """
    walked: dict[int, language.Origin] = {}
    hops, switches = _way(origin, walked)
    steps = [step for step, _ in hops]
    steps = [step for step in steps if step.label or step.place != place]
    if steps and not steps[0].label and place is not None and _within(steps[0].place, place):
        del steps[0]
    if switches:
        steps += _switched(switches, {step.label for step in steps}, walked)
    if len(steps) > MAX_TRACE:
        steps = [*steps[: MAX_TRACE - 3], Step("..."), *steps[-2:]]
    return tuple(steps)


def _way(
    origin: language.Origin | None, walked: dict[int, language.Origin]
) -> tuple[list[tuple[Step, language.Value | None]], list[language.Switch]]:
    """Give the hops of a value, each with what took it, and the switches on the way.

    It ends where an earlier way has `walked` (by identity, since origins are shared and equal ones are deep): values
    that switch each other again and again would else have more ways than anybody can walk.
    """
    hops: list[tuple[Step, language.Value | None]] = []
    switches: list[language.Switch] = []
    while origin is not None and len(hops) < 1000 and id(origin) not in walked:
        walked[id(origin)] = origin
        step = origin.step
        if origin.switch is not None:
            switches.append(origin.switch)
        if step.label or not hops:
            if not hops or hops[-1][0] != step:
                hops.append((step, origin.value))
        elif step.place is not None:
            hops[-1] = (Step(hops[-1][0].label, step.place), hops[-1][1])
        origin = origin.parent
    return hops, switches


def _switched(switches: list[language.Switch], told: set[str], walked: dict[int, language.Origin]) -> list[Step]:
    """Give the hops of what switched, the outermost first, and of what switched that; each name once."""
    steps: list[Step] = []
    waiting = list(switches)
    while waiting and len(steps) < MAX_TRACE:
        switch = waiting.pop(0)
        hops, further = _way(switch() if callable(switch) else switch, walked)
        for step, value in hops:
            if step.label and step.label not in told:
                told.add(step.label)
                steps.append(Step(step.label + _held(value), step.place))
        waiting = further + waiting
    return steps


def _held(value: language.Value | None) -> str:
    """What a switch is set to, to be put behind its name; nothing for what is not one short word, or is not shown."""
    if value is None or not value.is_known or value.marks:
        return ""
    raw = value.raw
    if raw is None or isinstance(raw, bool):
        return f" = {'null' if raw is None else str(raw).lower()}"
    if isinstance(raw, str):
        return f' = "{raw}"' if len(raw) <= LONGEST_HELD and raw.isprintable() else ""
    return f" = {raw}" if isinstance(raw, int) else ""


def _within(inner: Place | None, outer: Place) -> bool:
    if inner is None or inner.file != outer.file:
        return False
    start, end = (inner.line, inner.column), (inner.end_line or inner.line, inner.end_column or inner.column)
    return (outer.line, outer.column) <= start and end <= (outer.end_line or outer.line, outer.end_column or 10**9)
