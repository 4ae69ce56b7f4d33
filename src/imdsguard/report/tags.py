"""The tags of launches, as JSON tells them: by what people sort launches into teams and services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.value import Absent, Known
from imdsguard.report.words import SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.launch import Launch
    from imdsguard.model.tags import Tags


def tags_json(launch: Launch) -> dict[str, str | None]:
    """Give each tag that is written on a launch, or on what it starts, with its value: None where it cannot be told.

    Where both have one, it is the launch's own; and of several ways by which instances start, the first one's.
    """
    found = _texts(launch.labels)
    if launch.starts_instances:
        found = {**_texts(launch.tags), **found}
    return dict(sorted(found.items()))


def _texts(several: Iterable[Tags]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for tags in several:
        for key in dict.fromkeys(key for layer in tags.layers for key in layer.values):
            value = tags.of(key)
            if not isinstance(value, Absent) and found.get(key) is None:
                found[key] = _text(value) if isinstance(value, Known) else None
    return found


def _text(value: Known) -> str | None:
    """Give a value as AWS keeps it: always text."""
    if value.sensitive:
        return SENSITIVE
    if isinstance(value.value, (bool, str, int, float)):
        return str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
    return None
