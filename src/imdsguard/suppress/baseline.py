"""The file of findings that are known: `imdsguard/baseline/v1`, one entry a line, in order, for small differences."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from imdsguard.model.finding import Severity, Verdict
from imdsguard.suppress.known import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = "imdsguard/baseline/v1"
DEFAULT = ".imdsguard-baseline.json"
LARGEST = 64 * 1024 * 1024
"""Bytes of a baseline that are read."""


class BaselineError(Exception):
    """A file that is no baseline, or cannot be read."""


def read_baseline(file: str) -> tuple[Entry, ...]:
    """Read a baseline. Raises `BaselineError`."""
    import json

    try:
        if os.path.exists(file) and not os.path.isfile(file):
            raise BaselineError(f"the baseline {file} is not a file")
        with open(file, "rb") as opened:
            data = opened.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise BaselineError(f"the baseline {file} is larger than {LARGEST // 1024 // 1024} MB")
        document = json.loads(data)
    except FileNotFoundError:
        raise BaselineError(f"there is no baseline {file}: write it with --write-baseline={file}") from None
    except OSError as error:
        raise BaselineError(f"the baseline {file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise BaselineError(f"the baseline {file} is not JSON: write it again with --write-baseline={file}") from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        newer = isinstance(schema, str) and schema.startswith("imdsguard/baseline/")
        remedy = "it is of another version of imdsguard" if newer else f'its "schema" is not "{SCHEMA}"'
        raise BaselineError(f"{file} is no baseline that this version can read: {remedy}")
    entries = document.get("findings")
    if not isinstance(entries, list):
        raise BaselineError(f'the baseline {file} has no list "findings"')
    return tuple(_entry(file, number, each) for number, each in enumerate(entries, 1))


def baseline_text(entries: Iterable[Entry]) -> str:
    """Write a baseline."""
    import json

    lines = [json.dumps(_plain(entry)) for entry in sorted(entries, key=lambda e: e.order)]
    body = "".join(f"\n    {line}," for line in lines).removesuffix(",")
    return f'{{\n  "schema": "{SCHEMA}",\n  "findings": [{body}\n  ]\n}}\n'


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "root": entry.root,
        "address": entry.address,
        "rule": entry.rule,
        "region": entry.region,
        **({"aspect": entry.aspect} if entry.aspect else {}),
        "verdict": entry.verdict.value,
        "severity": entry.severity.value,
        "count": entry.count,
    }


def _entry(file: str, number: int, given: object) -> Entry:
    """Check one entry; keys that we do not know are left alone."""
    entry = given if isinstance(given, dict) else {}
    rule, root, address, region = (entry.get(key) for key in ("rule", "root", "address", "region"))
    count, aspect = entry.get("count", 1), entry.get("aspect", "")
    if not (isinstance(rule, str) and isinstance(root, str) and isinstance(address, str)):
        raise BaselineError(f"{file}: entry {number} needs a rule, a root and an address")
    if region is not None and not isinstance(region, str):
        raise BaselineError(f"{file}: the region of entry {number} is no text")
    if not isinstance(aspect, str):
        raise BaselineError(f"{file}: the aspect of entry {number} is no text")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 100_000:
        raise BaselineError(f"{file}: the count of entry {number} is no number from 1 to 100000")
    try:
        verdict, severity = Verdict(entry.get("verdict")), Severity(entry.get("severity"))
    except ValueError:
        raise BaselineError(f"{file}: entry {number} has no verdict and severity that we know") from None
    return Entry(rule, root, address, region, verdict, severity, count, aspect=aspect)
