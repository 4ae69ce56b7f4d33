"""The file of findings that are known: `imdsguard/baseline/v1`, one entry a line, in order, for small differences."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from imdsguard.model.finding import Verdict
from imdsguard.model.record import record, replace
from imdsguard.model.severity import Severity
from imdsguard.suppress.baseline_match import BaselineEntry
from imdsguard.suppress.problems import Gap
from imdsguard.system.files import read_head

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "imdsguard/baseline/v1"
DEFAULT = ".imdsguard-baseline.json"
LARGEST = 64 * 1024 * 1024
"""Bytes of a baseline that are read."""


class BaselineError(Exception):
    """A file that is no baseline, or cannot be read."""


@record(frozen=True, slots=True)
class Baseline:
    """What is known: findings, and what of the source could not be read."""

    entries: tuple[BaselineEntry, ...] = ()
    gaps: tuple[Gap, ...] = ()


def read_baseline(file: str) -> Baseline:
    """Read a baseline. Raises `BaselineError`."""
    import json

    data = b""
    try:
        if os.path.exists(file) and not os.path.isfile(file):
            raise BaselineError(f"the baseline {file} is not a file: name the one that --write-baseline wrote")
        data = read_head(file, LARGEST + 1)
        if len(data) > LARGEST:
            raise BaselineError(f"the baseline {file} is larger than {LARGEST // 1024 // 1024} MB: {_WAY_OUT}")
        document = json.loads(data)
    except FileNotFoundError:
        raise BaselineError(f"there is no baseline {file}: write it with --write-baseline={file}") from None
    except OSError as error:
        raise BaselineError(f"the baseline {file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BaselineError(_no_json(file, data, error)) from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        newer = isinstance(schema, str) and schema.startswith("imdsguard/baseline/")
        other = "it is of another version of imdsguard, delete it and write a new one"
        remedy = other if newer else f'its "schema" is not "{SCHEMA}"'
        raise BaselineError(f"{file} is no baseline that this version can read: {remedy}")
    entries = document.get("findings")
    if not isinstance(entries, list):
        raise _damaged(f'the baseline {file} has no list "findings"')
    problems = document.get("problems", [])
    if not isinstance(problems, list):
        raise _damaged(f'"problems" in the baseline {file} is no list')
    return Baseline(
        tuple(one for number, each in enumerate(entries, 1) for one in _entries(file, number, each)),
        tuple(_gap(file, number, each) for number, each in enumerate(problems, 1)),
    )


def _no_json(file: str, data: bytes, error: Exception) -> str:
    """Say what is wrong, and how to get out of it: a file that is no baseline is not overwritten."""
    from json import JSONDecodeError

    for number, line in enumerate(data.split(b"\n"), 1):
        if line.startswith((b"<<<<<<< ", b">>>>>>> ")):
            return f"the baseline {file} holds the marks of a merge in line {number}: keep the entries of both sides"
    where = f" (line {error.lineno}, column {error.colno}: {error.msg})" if isinstance(error, JSONDecodeError) else ""
    return f"the baseline {file} is not JSON{where}: {_WAY_OUT}"


_WAY_OUT = "take it back from git, or delete it and write a new one"


def _damaged(message: str) -> BaselineError:
    return BaselineError(f"{message}: {_WAY_OUT}")


def baseline_text(baseline: Baseline) -> str:
    """Write a baseline. Problems are named where there are any."""
    lists = {"findings": _merged(sorted(baseline.entries, key=lambda e: e.order))}
    if baseline.gaps:
        gaps = sorted(baseline.gaps, key=lambda gap: gap.key)
        lists["problems"] = [{"file": gap.file, "message": gap.message, "count": gap.count} for gap in gaps]
    body = "".join(f',\n  "{name}": [{_lines(listed)}\n  ]' for name, listed in lists.items())
    return f'{{\n  "schema": "{SCHEMA}"{body}\n}}\n'


def _merged(entries: list[BaselineEntry]) -> list[dict[str, Any]]:
    """Write what is alike in several environments once, with their names in order."""
    found: dict[BaselineEntry, list[str]] = {}
    for entry in entries:
        names = found.setdefault(replace(entry, environment="", message=None), [])
        names += [entry.environment] if entry.environment else []
    return [
        {**_plain(entry), **({"environments": sorted(set(names))} if names else {})} for entry, names in found.items()
    ]


def _lines(listed: list[dict[str, Any]]) -> str:
    import json

    texts = (_readable(json.dumps(each, ensure_ascii=False)) for each in listed)
    return "".join(f"\n    {text}," for text in texts).removesuffix(",")


def _readable(text: str) -> str:
    """Escape what cannot be seen, or turns other text around: who reviews the file reads what is in it."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    """Give the escapes that JSON has for a character: two where UTF-16 takes two (RFC 8259, section 7)."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def _plain(entry: BaselineEntry) -> dict[str, Any]:
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


def _entries(file: str, number: int, given: object) -> Iterator[BaselineEntry]:
    """Give an entry for each environment that one names."""
    entry = _entry(file, number, given)
    names = given.get("environments", []) if isinstance(given, dict) else []
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise _damaged(f"{file}: the environments of entry {number} are no list of names")
    for name in dict.fromkeys(names) or ("",):
        yield replace(entry, environment=name)


def _entry(file: str, number: int, given: object) -> BaselineEntry:
    """Check one entry; keys that we do not know are left alone."""
    entry = given if isinstance(given, dict) else {}
    rule, root, address, region = (entry.get(key) for key in ("rule", "root", "address", "region"))
    aspect = entry.get("aspect", "")
    if not (isinstance(rule, str) and isinstance(root, str) and isinstance(address, str)):
        raise _damaged(f"{file}: entry {number} needs a rule, a root and an address")
    if region is not None and not isinstance(region, str):
        raise _damaged(f"{file}: the region of entry {number} is no text")
    if not isinstance(aspect, str):
        raise _damaged(f"{file}: the aspect of entry {number} is no text")
    try:
        verdict, severity = Verdict(entry.get("verdict")), Severity(entry.get("severity"))
    except ValueError:
        raise _damaged(f"{file}: entry {number} has no verdict and severity that we know") from None
    return BaselineEntry(
        rule, root, address, region, verdict, severity, _count(file, f"entry {number}", entry), aspect=aspect
    )


def _gap(file: str, number: int, given: object) -> Gap:
    problem = given if isinstance(given, dict) else {}
    name, message = problem.get("file"), problem.get("message")
    if not isinstance(name, str) or not isinstance(message, str):
        raise _damaged(f"{file}: problem {number} needs a file and a message")
    return Gap(name, message, _count(file, f"problem {number}", problem))


def _count(file: str, what: str, entry: dict[str, Any]) -> int:
    count = entry.get("count", 1)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 100_000:
        raise _damaged(f"{file}: the count of {what} is no number from 1 to 100000")
    return count
