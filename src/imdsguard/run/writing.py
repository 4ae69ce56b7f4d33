"""Text that goes into files."""

from __future__ import annotations

from imdsguard.run.errors import RunError
from imdsguard.system.files import write_file


def write_text(file: str, text: str) -> None:
    """Write a file as UTF-8, whole or not at all. Raises `RunError` if it cannot be written."""
    try:
        write_file(file, text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RunError(f"{file} cannot be written: {reason}") from None
