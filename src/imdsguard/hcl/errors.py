"""Why an expression has no value. Raised inside `hcl` and `terraform` only; a problem or an unknown outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.reason import limited

if TYPE_CHECKING:
    from imdsguard.hcl.values.value import Origin
    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason


class EvaluationError(Exception):
    """An ordinary error of an expression, as Terraform would report it: `try` and `can` catch it (stage "dynamic")."""

    stage = "dynamic"

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.sketch: tuple[object, str, Origin] | None = None
        """Of a template: its code, its text but for the part that failed, and where that is written."""


class StaticError(EvaluationError):
    """An error that Terraform finds before evaluation, such as an undeclared reference: `try` does not catch it."""

    stage = "static"


class SyntaxProblem(EvaluationError):  # noqa: N818
    """Text that is not HCL."""

    stage = "syntax"


class LimitReached(Exception):  # noqa: N818
    """A bound on depth, steps, size or time was hit: the value is unknown, `message` says which bound.

    `reason` says the same as data; where it is not given, it is that of a bound.
    """

    def __init__(self, message: str, reason: Reason | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or limited(message)
