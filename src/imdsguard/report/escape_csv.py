"""Text from scanned code in comma-separated values (RFC 4180) for spreadsheets.

A cell that a spreadsheet would take for a formula starts with an apostrophe instead (OWASP, "CSV Injection").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.report.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# At the start of a cell; and after what other spreadsheets than the one we think of take for the end of a cell.
_FORMULA = re.compile(r"(^\s*|[,;|]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Give the rows as lines, each ended by CR LF, every cell in quotes, no line break within one."""
    return "".join(",".join(map(_cell, row)) + "\r\n" for row in rows)


def _cell(text: str) -> str:
    return '"' + _FORMULA.sub(r"\1'", clean(text)).replace('"', '""') + '"'
