"""Lines of source for excerpts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.system.files import read_bytes

if TYPE_CHECKING:
    from imdsguard.model.place import Place

_LARGEST = 8 * 1024 * 1024


class Sources:
    """Reads each file once, and only files that the readers have named. What cannot be read has no excerpt."""

    __slots__ = ("_files",)

    def __init__(self) -> None:
        self._files: dict[str, list[bytes]] = {}

    def line_of(self, place: Place) -> str | None:
        """Give the line on which a place starts, without its end."""
        if place.file not in self._files:
            self._files[place.file] = _lines(place.file)
        lines = self._files[place.file]
        if not 0 < place.line <= len(lines):
            return None
        text = lines[place.line - 1].rstrip(b"\r").decode("utf-8", "replace")
        return text.removeprefix("\ufeff") if place.line == 1 else text


def _lines(file: str) -> list[bytes]:
    try:
        return read_bytes(file, _LARGEST).split(b"\n")
    except (OSError, ValueError):
        return []
