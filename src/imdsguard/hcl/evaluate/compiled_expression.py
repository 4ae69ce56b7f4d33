"""What compiled expressions are made of: closures over a frame, and what is known of them beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.size import size_of
from imdsguard.hcl.values.types import BOOL, DYNAMIC, NUMBER, STRING, Type
from imdsguard.hcl.values.value import Origin, Value
from imdsguard.model.record import record
from imdsguard.model.value import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.scope import HclScope
    from imdsguard.hcl.syntax.literal import Literal
    from imdsguard.model.place import Place
    from imdsguard.model.source_map import SourceMap


class Frame:
    """One evaluation: the scope, its bounds, and the values of the names that `for` and splats bind."""

    __slots__ = ("bounds", "scope", "slots")

    def __init__(self, scope: HclScope, slots: int) -> None:
        self.scope = scope
        self.bounds = scope.bounds
        self.slots: list[Value] = [_UNSET] * slots


_UNSET = Value(DYNAMIC, None)

Run: TypeAlias = Callable[[Frame], Value]
Shape: TypeAlias = Callable[[Frame], Type]


def _dynamic(_: Frame) -> Type:
    return DYNAMIC


@record(frozen=True, slots=True)
class CompiledExpression:
    """A compiled node.

    `constant` is its value if that is the same in every scope. `shape` gives the type that Terraform still knows after
    `run` failed: the branch of a conditional that is not chosen may fail, and its type still
    counts for the type of the whole.
    """

    run: Run
    constant: Value | None = None
    shape: Shape = _dynamic

    def type_in(self, frame: Frame) -> Type:
        """The type of the value, or what is known of it if there is none."""
        try:
            return self.run(frame).type
        except EvaluationError as error:
            if error.stage != "dynamic":
                raise
            return self.shape(frame)


def bounded(frame: Frame, value: Value) -> Value:
    """The value, if it is not too large. Raises `LimitReached`."""
    frame.bounds.size(*size_of(value))
    return value


def constant(value: Value) -> CompiledExpression:
    """The expression of a value that is the same everywhere."""
    return CompiledExpression(lambda _: value, value)


def literal(node: Literal) -> CompiledExpression:
    """The expression of a value that is written out."""
    raw = node.value
    type_: Type = NUMBER
    if raw is None:
        type_ = DYNAMIC
    elif isinstance(raw, bool | str):
        type_ = BOOL if isinstance(raw, bool) else STRING
    written = None
    if isinstance(raw, str) and "\n" in raw:
        from imdsguard.model.source_map import literal_text

        written = literal_text(raw, node.place)
    return constant(Value(type_, raw, origin=Origin(Step("", node.place), written=written)))


def fixed_shape(type: Type) -> Shape:  # noqa: A002
    """The shape of an expression that has one type whatever happens."""
    return lambda _: type


def written_at(place: Place, *sources: Value) -> Origin:
    """The origin of a computed value: where the expression stands, then the hops of its first traced operand."""
    parent = None
    for source in sources:
        if source.origin is not None:
            parent = source.origin
            if parent.led:
                break
    return Origin(Step("", place), parent)


def text_written_at(
    place: Place, text: str, pieces: Sequence[str], places: Sequence[Place], sources: Sequence[Value]
) -> Origin:
    """The origin of a template's text; of one with several lines, it knows where each is written."""
    origin = written_at(place, *sources)
    if "\n" not in text:
        return origin
    from imdsguard.model.source_map import joined

    parts = [(piece, where, _written(v)) for piece, where, v in zip(pieces, places, sources, strict=True)]
    return Origin(origin.step, origin.parent, joined(text, parts))


def _written(value: Value) -> SourceMap | None:
    origin = value.origin
    while origin is not None:
        if origin.written is not None:
            return origin.written
        origin = origin.parent
    return None


def placed(error: EvaluationError, place: Place, prefix: str = "", suffix: str = "") -> EvaluationError:
    """The same error, with the place of the expression and the words around its message."""
    return error.__class__(f"{prefix}{error.message}{suffix}", error.place or place)
