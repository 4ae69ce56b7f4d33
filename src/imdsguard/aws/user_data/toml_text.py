"""TOML, by the parser of the standard library, or its twin before Python 3.11."""

from __future__ import annotations

from typing import Any


class NotTomlError(Exception):
    """The text is no TOML."""


def toml_of(text: str) -> dict[str, Any]:
    """Parse a text. Raises NotTomlError."""
    try:
        from tomllib import loads  # type: ignore[import-not-found, unused-ignore]
    except ImportError:  # Python 3.10
        from tomli import loads  # type: ignore[import-not-found, no-redef, unused-ignore]

    try:
        return dict(loads(text))
    except (ValueError, RecursionError) as error:
        raise NotTomlError(str(error)) from None
