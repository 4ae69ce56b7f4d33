"""Paths of attributes and indices: below a reference, a bound name, or any other value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.evaluate.compiled_expression import CompiledExpression, Frame, Run
from imdsguard.hcl.evaluate.operations import get_attr, index
from imdsguard.hcl.values.value import hops_of, past

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.values.value import Value
    from imdsguard.model.place import Place


def _walk(value: Value, steps: Sequence[str | Value], places: Sequence[Place], start: int = 0) -> Value:
    for i in range(start, len(steps)):
        step = steps[i]
        value = get_attr(value, step, places[i]) if isinstance(step, str) else index(value, step, places[i])
    return value


def _out_of(value: Value, steps: Sequence[str | Value], places: Sequence[Place]) -> Value:
    """Walk from a value that was just made: its parts came the way that it came."""
    return past(hops_of(value), _walk(value, steps, places))


def _member(value: Value, name: str, place: Place) -> Value:
    return past(hops_of(value), get_attr(value, name, place))


def _keys(steps: Sequence[str | CompiledExpression]) -> tuple[tuple[str | Value, ...] | None, list[str | Run]]:
    """The steps if they are the same in every scope, and how to compute them if not."""
    fixed: list[str | Value] = []
    runs: list[str | Run] = []
    for step in steps:
        if isinstance(step, str):
            fixed.append(step)
            runs.append(step)
        else:
            runs.append(step.run)
            if step.constant is not None:
                fixed.append(step.constant)
    return (tuple(fixed) if len(fixed) == len(runs) else None), runs


def _evaluated(runs: Sequence[str | Run], frame: Frame) -> tuple[str | Value, ...]:
    return tuple([r if isinstance(r, str) else r(frame) for r in runs])


def local_path(slot: int, steps: Sequence[str | CompiledExpression], places: Sequence[Place]) -> CompiledExpression:
    """Compile a path below a name that `for` or a splat binds."""
    fixed, runs = _keys(steps)
    if not runs:
        return CompiledExpression(lambda frame: frame.slots[slot])
    if fixed is not None and len(fixed) == 1 and isinstance(fixed[0], str):
        name, place = fixed[0], places[0]
        return CompiledExpression(lambda frame: _member(frame.slots[slot], name, place))
    if fixed is not None:
        return CompiledExpression(lambda frame: _out_of(frame.slots[slot], fixed, places))
    return CompiledExpression(lambda frame: _out_of(frame.slots[slot], _evaluated(runs, frame), places))


def source_path(
    source: CompiledExpression, steps: Sequence[str | CompiledExpression], places: Sequence[Place]
) -> CompiledExpression:
    """Compile a path below any other expression."""
    inner = source.run
    fixed, runs = _keys(steps)
    if fixed is not None:
        return CompiledExpression(lambda frame: _out_of(inner(frame), fixed, places))

    def run(frame: Frame) -> Value:
        value = inner(frame)
        return _out_of(value, _evaluated(runs, frame), places)

    return CompiledExpression(run)


def resolved_path(
    root: str, steps: Sequence[str | CompiledExpression], places: Sequence[Place], place: Place
) -> CompiledExpression:
    """Compile a reference: the scope resolves as much of the path as it understands, the rest is walked."""
    fixed, runs = _keys(steps)

    def run(frame: Frame) -> Value:
        frame.bounds.step()
        path = fixed if fixed is not None else _evaluated(runs, frame)
        value, used = frame.scope.resolve(root, path, place)
        return value if used == len(path) else _walk(value, path, places, used)

    return CompiledExpression(run)
