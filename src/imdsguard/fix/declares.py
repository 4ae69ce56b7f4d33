"""What the edits of each rule change: all that a proof lets pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.option_paths import options_path
from imdsguard.aws.types.registry import record_of
from imdsguard.fix.proof import Declared
from imdsguard.model.option import HTTP_ENDPOINT, HTTP_TOKENS

if TYPE_CHECKING:
    from imdsguard.fix.compare import Path
    from imdsguard.model.resource import Resource

FOLLOW_FROM_TOKENS = frozenset(
    {
        "user-data-tokenless-call",
        "rejected-call-alarm-missing",
        "tokenless-call-alarm-missing",
        "imds-alarm-ineffective",
        "switch-without-readiness",
    }
)
"""Rules that speak of launches once they require tokens: what breaks then, and who watches."""


def option(name: str) -> Declared:
    """Declare that one option changes, and that the endpoint is written beside it, as it is."""

    def values(resource: Resource, path: Path) -> bool:
        own = options_path(resource)
        if own is None or path[: len(own)] != own[: len(path)]:
            return False
        rest = path[len(own) :]
        return not rest or rest[0] in (name, HTTP_ENDPOINT)

    follows = FOLLOW_FROM_TOKENS if name == HTTP_TOKENS else frozenset()
    return Declared(frozenset({name}), values, follows=follows)


def version(resource: Resource, path: Path) -> bool:
    """Whether it is the version of a launch template that is launched."""
    record = record_of(resource.kind)
    paths = record.template_paths if record is not None and record.template_paths else ()
    return path[-1] == "version" and path[:-1] in paths
