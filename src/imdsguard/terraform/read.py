"""Read whatever is given (folders, Terraform files, plans, states) into roots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.root import Root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.problem import Problem

__all__ = ["Inputs", "Reading", "Root", "read"]


@dataclass(frozen=True, slots=True)
class Reading:
    """All roots that were found, and what could not be read or checked."""

    roots: tuple[Root, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(paths: Sequence[str], inputs: Inputs, wanted: frozenset[str], stdin: bytes | None = None) -> Reading:
    """Read `paths` (relative to the working directory; `-` is a document in `stdin`).

    `wanted` are the resource types to return (data sources as `data.aws_ami`): all others are still there for references.
    Never raises for anything in the input: what cannot be read is a problem, and everything else is still read.
    """
    raise NotImplementedError
