"""Which document runs where: what the types that run documents share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.code_run import CodeRun, DocumentText
from imdsguard.aws.types.registry import record_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def runs_of(
    document: Resource, reaches: Callable[[Launch], bool | None], parameters: Mapping[str, Value] | None = None
) -> Iterator[CodeRun]:
    """Yield a document that runs where `reaches` says, if it is one."""
    found = record_of(document.kind)
    if found is not None and found.commands is not None:
        text, elsewhere = found.commands(document)
        yield CodeRun(document.address, (DocumentText(text, elsewhere, parameters),), reaches)
