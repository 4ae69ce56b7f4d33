"""What `terraform show -json` prints, a plan or a state, as the same resources that source code gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.terraform.documents.sniff import looks_like_document

if TYPE_CHECKING:
    from collections.abc import Set

    from imdsguard.model.problem import Problem
    from imdsguard.terraform.root import Root

__all__ = ["looks_like_document", "read_document"]


def read_document(label: str, data: bytes, wanted: Set[str]) -> tuple[Root, tuple[Problem, ...]]:
    """Read the plan or state in `data`, with the resource types in `wanted` (data sources as `data.aws_ami`).

    `label` names the document in places and is the root's name. Never raises for what the document holds: what cannot
    be read is a problem, and everything else is still there.
    """
    from imdsguard.terraform.documents.document import read

    return read(label, data, frozenset(wanted))
