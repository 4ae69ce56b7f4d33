"""Which document runs where: what the types that run documents share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.code_run import CodeRun
from imdsguard.aws.types.registry import record_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def runs_of(document: Resource, reaches: Callable[[Launch], bool | None]) -> Iterator[CodeRun]:
    """Yield a document that runs where `reaches` says, if it is one."""
    found = record_of(document.kind)
    if found is not None and found.commands is not None:
        commands, elsewhere = found.commands(document)
        yield CodeRun(document.address, commands, reaches, elsewhere)
