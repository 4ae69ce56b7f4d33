"""Evaluation of one root module: its bounds, what is being evaluated right now, and the errors that were met."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.hcl.bounds import Bounds
from imdsguard.hcl.errors import EvaluationError, LimitReached, StaticError
from imdsguard.hcl.values.value import Value, sketched_in_part, unknown
from imdsguard.model.reason import refused
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imdsguard.model.place import Place
    from imdsguard.terraform.source.files import RepositoryFiles
    from imdsguard.terraform.source.lazy_expression import LazyExpression


@record(frozen=False, slots=True)
class Evaluation:
    """What all scopes of one root module share.

    `errors` are those of the code, as Terraform would report them, in the order in which they were met. `active` is
    what is being computed now, outermost first: what leads back into it is a circle. `workspace` is None where nothing
    says which one it is.
    """

    files: RepositoryFiles
    workspace: str | None = None
    bounds: Bounds = field(default_factory=Bounds)
    errors: list[EvaluationError] = field(default_factory=list)
    active: dict[tuple[int, str], str] = field(default_factory=dict)

    def once(self, owner: object, label: str, compute: Callable[[], Value]) -> Value:
        """Compute what `label` names in `owner` (who keeps it), and notice circles and bounds.

        An error becomes an unknown value that says why: who refers to it is not wrong itself. Raises `EvaluationError`
        for a circle only, and `LimitReached` where references go too deep.
        """
        token = (id(owner), label)
        if token in self.active:
            names = list(self.active.values())
            circle = [*names[list(self.active).index(token) :], label]
            raise EvaluationError("these refer to each other in a circle: " + " -> ".join(circle))
        self.bounds.enter()
        self.active[token] = label
        try:
            return compute()
        except EvaluationError as error:
            return self.failed(label, error)
        except LimitReached as reached:
            return unknown(reason=reached.reason)
        finally:
            del self.active[token]
            self.bounds.leave()

    def failed(self, label: str, error: EvaluationError, place: Place | None = None) -> Value:
        """Note an error and give the unknown value that stands for what has none."""
        self.errors.append(error)
        return sketched_in_part(unknown(reason=refused(error.message, error.place or place, label)), error.sketch)


class NoNames:
    """A scope without any names: that of values in tfvars files, defaults and type constraints."""

    __slots__ = ("bounds", "files")

    def __init__(self, bounds: Bounds, files: RepositoryFiles) -> None:
        self.bounds = bounds
        self.files = files

    @property
    def identity(self) -> object:
        """All such scopes are alike."""
        return NoNames

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:  # noqa: ARG002
        """Raise `StaticError`: nothing can be referred to here."""
        raise StaticError(f'"{root}" cannot be referred to here: this value must be constant', place)

    def evaluate(self, expression: LazyExpression) -> Value:
        """Evaluate a constant."""
        return expression.compiled().evaluate(self)
