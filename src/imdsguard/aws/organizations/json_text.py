"""JSON in an argument: what the text of a policy or a configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.model.value import Value


def read_json(value: Value, argument: str) -> Any | Unknown:
    """Return what the JSON text in an argument says, or why that cannot be told. An unset argument is None."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Absent):
        return None
    return _parsed(value, argument)


def _parsed(value: Known, argument: str) -> Any | Unknown:
    import json

    said = ""
    if isinstance(value.value, str):
        try:
            return json.loads(value.value)
        except (ValueError, RecursionError) as error:
            said = str(error)[:80] if not value.sensitive else ""
    return Unknown(Reason(ReasonKind.NOT_JSON, argument, said), place=value.place, trace=value.trace)
