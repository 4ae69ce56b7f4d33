"""What `terraform show -json` prints, a plan or a state, as the same resources that source code gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set

    from imdsguard.model.problem import Problem
    from imdsguard.terraform.root import Root

__all__ = ["documents_in", "looks_like_document", "read_document"]


def looks_like_document(data: bytes) -> bool:
    """Whether the bytes are a plan or a state, in any form that Terraform writes. Cheap, so not sure.

    What cannot be unwrapped counts as one.
    """
    from imdsguard.terraform.documents.sniff import form_of
    from imdsguard.terraform.documents.stream import parts_of
    from imdsguard.terraform.documents.unwrap import UnwrapError, unwrap

    try:
        text = unwrap(data)
        return form_of(text) is not None or bool(parts_of(text))
    except UnwrapError:
        return True


def documents_in(label: str, data: bytes, wanted: Set[str]) -> list[tuple[Root, tuple[Problem, ...]]]:
    """Read the plan or state in `data` as `read_document` does, or each of several that one file holds.

    Nothing if Terraform writes nothing of the kind. Of several, each is a root of its own, named `LABEL#UNIT` (or
    `LABEL#2` where nothing says of which unit of Terragrunt it is), and its problems hide nothing of the others.
    """
    from imdsguard.terraform.documents.document import read_each

    return read_each(label, data, frozenset(wanted))


def read_document(label: str, data: bytes, wanted: Set[str]) -> tuple[Root, tuple[Problem, ...]]:
    """Read the plan or state in `data`, with the resource types in `wanted` (data sources as `data.aws_ami`).

    `label` names the document in places and is the root's name. Never raises for what the document holds: what cannot
    be read is a problem, and everything else is still there.
    """
    from imdsguard.terraform.documents.document import read

    return read(label, data, frozenset(wanted))
