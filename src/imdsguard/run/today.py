"""Which day it is: what ends by a day ends at midnight UTC, the same for everybody who runs it."""

from __future__ import annotations

import time


def today(ahead: int = 0) -> str:
    """Give the day in ISO 8601, or the one that many days ahead."""
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + ahead * 86_400))
