"""Metric math around the metrics of an alarm: which of them the result surely grows with.

Only what cannot hide a count is understood: sums, maxima, FILL and plain numbers added. (CloudWatch User Guide, "Using
math expressions with CloudWatch metrics")
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN = re.compile(
    r"\s*(?:([a-z][A-Za-z0-9_]*)(?![A-Za-z0-9_(])|(SUM|MAX|FILL|METRICS)(?=\()|(\d+(?:\.\d+)?|REPEAT|[()\[\],+]))"
)


def adds_up(expression: str) -> tuple[frozenset[str], bool] | None:
    """Return the ids that an expression adds up, and whether it takes all (`METRICS()`); None if it does more."""
    ids: set[str] = set()
    everything = False
    at = 0
    text = expression.rstrip()
    while at < len(text):
        token = TOKEN.match(text, at)
        if token is None:
            return None
        if token[1]:
            ids.add(token[1])
        everything = everything or token[2] == "METRICS"
        at = token.end()
    return (frozenset(ids), everything) if ids or everything else None


def metrics_behind(wanted: str, expressions: Mapping[str, str], metrics: frozenset[str]) -> frozenset[str] | None:
    """Return the ids of metrics that the query `wanted` adds up, through other expressions; None if it does more."""
    found: set[str] = set()
    queue, seen = [wanted], set[str]()
    while queue:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        if current in metrics:
            found.add(current)
            continue
        parts = adds_up(expressions[current]) if current in expressions else None
        if parts is None:
            return None
        ids, everything = parts
        queue.extend(ids | (metrics if everything else frozenset()))
    return frozenset(found)
