"""What an expression may refer to: names, files of functions, bounds. `terraform` implements it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.bounds import Bounds
    from imdsguard.hcl.values.value import Value
    from imdsguard.model.place import Place


class Files(Protocol):
    """The files that functions may read: below the repository root only."""

    def read(self, path: str) -> bytes:
        """Return a file's content.

        Raises `EvaluationError` if there is none, and `LimitReached` if it lies outside or is too large: Terraform may
        have a value there, so `try` must not go on to its next argument.
        """
        ...

    def exists(self, path: str) -> bool:
        """Whether a regular file is there. Raises `EvaluationError` for a folder, `LimitReached` outside."""
        ...

    def glob(self, path: str, pattern: str) -> Sequence[str]:
        """Return the files below `path` that match a `fileset` pattern, as paths relative to it.

        Raises `EvaluationError` for a broken pattern.
        """
        ...

    def absolute(self, path: str) -> str:
        """What `abspath` gives, relative paths taken from the working directory Terraform would have."""
        ...


class HclScope(Protocol):
    """What one evaluation may refer to: names, files, bounds.

    One serves a module instance, an `each`, or a call of a template.
    """

    @property
    def bounds(self) -> Bounds:
        """The bounds on this root module's evaluation, shared by all its scopes."""
        ...

    @property
    def files(self) -> Files:
        """What file functions may read."""
        ...

    @property
    def identity(self) -> object:
        """Equal for two scopes in which the same names have the same values (to memoise by)."""
        ...

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:
        """Resolve a traversal that starts at `root`: `x.name` is the step "name", `x[key]` the step key (a Value).

        Returns the value of the longest prefix that the scope itself understands (`var.a` of `var.a.b`) and how many
        steps that took. Raises `StaticError` for names that do not exist.
        """
        ...
