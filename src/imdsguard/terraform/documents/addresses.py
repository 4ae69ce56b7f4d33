"""Terraform's addresses and references, taken apart: `module.a["x"].aws_instance.b[0].id`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

Step: TypeAlias = str | int
"""A name (`.id`), or a key in `AddressIndex`."""


class AddressIndex(str):
    """A string key in brackets, apart from a name: `["id"]` is not `.id` where it names an instance."""

    __slots__ = ()


_STEP = re.compile(r'\.?([^\W\d][\w-]*|\*)|\.?(\d+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]')
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


@lru_cache(maxsize=4096)
def steps_of(address: str) -> tuple[Step, ...]:
    """Split an address or a reference into its names and keys.

    Where it is no address any more the steps end: those before are right.
    """
    steps: list[Step] = []
    at = 0
    while at < len(address):
        found = _STEP.match(address, at)
        if found is None:
            break
        name, legacy, number, key = found.groups()
        if name is not None:
            steps.append(name)
        elif key is not None:
            steps.append(AddressIndex(_ESCAPE.sub(_unescape, key).replace("$${", "${").replace("%%{", "%{")))
        else:
            steps.append(int(legacy or number))
        at = found.end()
    return tuple(steps)


def unkeyed(address: str) -> str:
    """Leave the keys out: `module.a["x"].aws_instance.b[0]` gives `module.a.aws_instance.b`."""
    return ".".join(str(step) for step in steps_of(address) if key_of(step) is None)


def key_of(step: Step) -> str | int | None:
    """Return the key if the step is one, None for a name."""
    if isinstance(step, AddressIndex):
        return str(step)
    return step if isinstance(step, int) else None


def written(key: str | int | None) -> str:
    """How an address shows an instance's key."""
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    text = key.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
    for letter, character in _ESCAPES.items():
        text = text.replace(character, f"\\{letter}")
    return f'["{text}"]'


def module_path(address: str) -> tuple[tuple[str, str | int | None], ...]:
    """List the calls that lead to a module instance, from the root.

    `module.a[0].module.b` is
    `(("a", 0), ("b", None))`.
    """
    path: list[tuple[str, str | int | None]] = []
    steps = list(steps_of(address))
    while len(steps) >= 2 and steps[0] == "module":
        name, rest = str(steps[1]), steps[2:]
        key = key_of(rest[0]) if rest else None
        path.append((name, key))
        steps = rest if key is None else rest[1:]
    return tuple(path)


def _unescape(found: re.Match[str]) -> str:
    escape = found.group(1)
    if escape[0] in "uU" and len(escape) > 1:
        number = int(escape[1:], 16)
        return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\ufffd"
    return _ESCAPES.get(escape, escape)
