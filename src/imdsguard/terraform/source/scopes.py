"""Scopes that add a few names to the module's: `each`, `count`, `self`, the iterator of a dynamic block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from imdsguard.hcl.errors import EvaluationError, LimitReached, StaticError
from imdsguard.hcl.evaluate.operations import get_attr, index
from imdsguard.hcl.values.value import Value, hops_of, past, sketched_in_part, unknown
from imdsguard.model.reason import Reason, refused
from imdsguard.model.value import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.hcl.bounds import Bounds
    from imdsguard.hcl.scope import Files
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.lazy_expression import LazyExpression


class EvaluationScope(Protocol):
    """A scope that also remembers what it has evaluated: a module instance, or names bound over one."""

    @property
    def bounds(self) -> Bounds: ...  # noqa: D102
    @property
    def files(self) -> Files: ...  # noqa: D102
    @property
    def identity(self) -> object: ...  # noqa: D102
    @property
    def providers(self) -> frozenset[str]: ...  # noqa: D102
    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]: ...  # noqa: D102

    def evaluate(self, expression: LazyExpression) -> Value:
        """Evaluate, once for each scope in which the value can differ. Raises `EvaluationError` and `LimitReached`."""
        ...


class Bound:
    """Names bound over another scope. What does not refer to them is evaluated once, in the scope below."""

    __slots__ = ("_memo", "_place", "attributes", "below", "root")

    def __init__(
        self, below: EvaluationScope, root: str, attributes: Mapping[str, Value], place: Place | None = None
    ) -> None:
        self.below = below
        self.root = root
        self.attributes = attributes
        self._place = place
        self._memo: dict[LazyExpression, Value] = {}

    @property
    def bounds(self) -> Bounds:
        """The bounds of the scope below."""
        return self.below.bounds

    @property
    def files(self) -> Files:
        """The files of the scope below."""
        return self.below.files

    @property
    def identity(self) -> object:
        """The scope itself: each has its own values."""
        return self

    @property
    def providers(self) -> frozenset[str]:
        """The providers of the scope below."""
        return self.below.providers

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:
        """Resolve `each.key` and the like; the scope below resolves everything else. Raises what that one raises.

        `StaticError` for a name that is bound here and has no such attribute.
        """
        if root != self.root:
            return self.below.resolve(root, steps, place)
        name = steps[0] if steps else None
        if not isinstance(name, str):
            raise StaticError(f'"{root}" cannot be used as a whole: give one of its attributes', place)
        if name not in self.attributes:
            raise StaticError(f'"{root}" has no attribute "{name}"', place)
        value = self.attributes[name]
        if name == "index" or name == "key":
            return value, 1
        return follow(value, steps, 1, f"{root}.{name}", self._place, place)

    def evaluate(self, expression: LazyExpression) -> Value:
        """Evaluate here only what refers to the names bound here."""
        if self.root not in expression.roots:
            return self.below.evaluate(expression)
        if expression not in self._memo:
            self._memo[expression] = expression.compiled().evaluate(self)
        return self._memo[expression]


class ForNames(Bound):
    """The names that a `for` binds in one of its turns, over another scope."""

    __slots__ = ()

    def __init__(self, below: EvaluationScope, names: Mapping[str, Value]) -> None:
        super().__init__(below, "", names)

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:
        """Give what a name is bound to; the scope below resolves everything else. Raises what that one raises."""
        return (self.attributes[root], 0) if root in self.attributes else self.below.resolve(root, steps, place)


def follow(
    value: Value, steps: Sequence[str | Value], taken: int, label: str, written: Place | None, place: Place
) -> tuple[Value, int]:
    """Go on from `value` through the steps that are plain names or known keys, and note them all as one hop.

    `label` is what the first `taken` steps are called; `written` is where the value is written.
    """
    start = value
    try:
        for step in steps[taken:]:
            if isinstance(step, str):
                value = get_attr(value, step, place)
                label += f".{step}"
            elif step.is_known and isinstance(step.raw, (str, int)) and not step.marks:
                value = index(value, step, place)
                label += f'["{step.raw}"]' if isinstance(step.raw, str) else f"[{step.raw}]"
            else:
                break
            taken += 1
    except EvaluationError:
        if value is start:
            return value.via(Step(label, written)), taken
        raise
    if value is not start:
        value = past(hops_of(start), value)
    return value.via(Step(label, written)), taken


def safely(scope: EvaluationScope, expression: LazyExpression) -> Value:
    """Evaluate; an error or a limit becomes an unknown value that says so."""
    try:
        return scope.evaluate(expression)
    except EvaluationError as error:
        return sketched_in_part(unknown(reason=reason_of(error, expression.place)), error.sketch)
    except LimitReached as reached:
        return unknown(reason=reached.reason)


def reason_of(error: EvaluationError, place: Place | None) -> Reason:
    """Make a reason of an error of the code. `place` is where it was met, if the error itself does not say."""
    return refused(error.message, error.place or place)
