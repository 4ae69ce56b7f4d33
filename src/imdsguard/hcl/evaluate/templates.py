"""Templates: text made of parts, with `for` and `if` directives."""

from __future__ import annotations

import unicodedata
from itertools import chain, islice
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.evaluate.compiled_expression import (
    CompiledExpression,
    Frame,
    fixed_shape,
    placed,
    text_written_at,
    written_at,
)
from imdsguard.hcl.values.convert import convert
from imdsguard.hcl.values.symbol import symbolic_text
from imdsguard.hcl.values.types import DYNAMIC, STRING, Dynamic, Primitive
from imdsguard.hcl.values.value import (
    GAP,
    MOST_HOLES,
    NO_MARKS,
    Pending,
    Refinement,
    Value,
    bounded_sketch,
    derived,
    holes_of,
    sketch_of,
    sketched,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.place import Place

_MAY_COMBINE = frozenset("<=>`\n\r")
"""Of ASCII, what a following character could change, beside letters and digits."""

_NO_NULL = "Cannot include a null value in a string template."


def template(parts: Sequence[CompiledExpression], places: Sequence[Place], place: Place) -> CompiledExpression:
    """Compile a template from its parts."""
    runs = [part.run for part in parts]

    def run(frame: Frame) -> Value:
        texts: list[str] = []
        pieces: list[str] = []
        values: list[Value] = []
        marks = NO_MARKS
        known = True
        failed: EvaluationError | None = None
        for part, where in zip(runs, places, strict=True):
            try:
                value = part(frame)
                if value.raw is None:
                    raise EvaluationError(f"The expression result is null. {_NO_NULL}", where)
            except EvaluationError as error:
                if error.stage != "dynamic":
                    raise
                failed = failed or error
                pieces.append(GAP)
                values.append(Value(STRING, GAP))
                continue
            raw = value.raw
            if value.marks:
                marks |= value.marks
            values.append(value)
            if isinstance(raw, Pending):
                known = False
                pieces.append(sketch_of(value))
                continue
            text = raw if isinstance(raw, str) else _text(value, where)
            pieces.append(text)
            if known:
                texts.append(text)
        frame.bounds.step(len(texts) + 1)
        frame.bounds.text(sum(map(len, texts)))
        if failed is not None:
            if not marks:
                sketch = bounded_sketch("".join(pieces))
                failed.sketch = (run, sketch, text_written_at(place, sketch, pieces, places, values))
            raise failed
        text = _normalised("".join(texts))
        if known:
            return Value(STRING, text, marks, text_written_at(place, text, pieces, places, values))
        refinement = Refinement(not_null=True, prefix=safe_prefix(text))
        sketch = bounded_sketch("".join(pieces))
        origin = text_written_at(place, sketch, pieces, places, values)
        holes = tuple(islice(chain.from_iterable(map(holes_of, values)), MOST_HOLES + 1))
        whole = symbolic_text(derived(STRING, *values, refinement=refinement), _texts(values))
        return sketched(
            whole.with_marks(marks).at(origin),
            sketch,
            holes if len(holes) <= MOST_HOLES else (),
        )

    return CompiledExpression(run, shape=fixed_shape(STRING))


def _texts(values: Sequence[Value]) -> list[Value]:
    """The parts of a template as texts; nothing where no unknown among them has a symbol."""
    if all(value.pending is None or value.pending.symbol is None for value in values):
        return []
    return [convert(value, STRING) if isinstance(value.type, Primitive | Dynamic) else value for value in values]


def _text(value: Value, place: Place) -> str:
    try:
        text = convert(value, STRING).raw
    except EvaluationError as error:
        raise placed(error, place, "Cannot include the given value in a string template: ", ".") from None
    assert isinstance(text, str)
    return text


def _normalised(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def safe_prefix(text: str) -> str:
    """The part of a known beginning that no continuation can change (cty's `SafeKnownPrefix`)."""
    if not text:
        return ""
    last = text[-1]
    if last.isascii() and not last.isalnum() and last not in _MAY_COMBINE:
        return text
    end = len(text) - 1
    while end > 0 and unicodedata.category(text[end])[0] == "M":
        end -= 1
    return text[:end]


def join(tuple_expression: CompiledExpression, place: Place) -> CompiledExpression:
    """Compile the `for` directive: the texts of all turns, one after the other."""

    def run(frame: Frame) -> Value:
        turns = tuple_expression.run(frame)
        sketch = "".join(map(sketch_of, turns.elements()))
        if turns.type == DYNAMIC or isinstance(turns.raw, Pending):
            return derived(STRING, turns).with_marks(turns.marks)
        marks = turns.marks
        texts: list[str] = []
        for turn in turns.elements():
            if turn.raw is None:
                raise EvaluationError(f"An iteration result is null. {_NO_NULL}", place)
            marks |= turn.marks
            if isinstance(turn.raw, Pending):
                return sketched(derived(STRING, turns).with_marks(marks), sketch)
            texts.append(_text(turn, place) if not isinstance(turn.raw, str) else turn.raw)
        frame.bounds.text(sum(map(len, texts)))
        return Value(STRING, _normalised("".join(texts)), marks, written_at(place, turns))

    return CompiledExpression(run, shape=fixed_shape(STRING))
