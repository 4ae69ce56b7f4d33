"""`moved` blocks: under which address Terraform goes on with what was known under another one.

What is moved is the same object, so what was found of it before is not new. Only an address that is not there today is
followed, and only to one that is. `count` that is added or removed moves, too: to `[0]`, and back (Terraform's
documentation, "Refactoring": enabling count for a resource).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.model.record import replace
from imdsguard.suppress.modules import written
from imdsguard.system.paths import SYNTAX

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from imdsguard.model.resource import Resource
    from imdsguard.suppress.baseline_match import BaselineEntry

    Step: TypeAlias = tuple[str, str]
    """A module call or a resource, and its instance key with the brackets: `("module.a", '["x"]')`."""
    Steps: TypeAlias = tuple[Step, ...]
    Rename: TypeAlias = Callable[[str], str]
    Moves: TypeAlias = dict[Steps, Steps]
    """From where to where, both as they are in the root module."""

MOST = 10_000
"""Moves of one root module that are followed, all instances of modules counted; of more, what is moved is new."""
_LONGEST_CHAIN = 32
_MODULE = "module."
_STEP = re.compile(
    r"""(module\.[\w-]+|(?:data\.)?(?!module\.)[^\W\d][\w-]*\.[\w-]+)   # a call, or a resource
        (\["(?:[^"\\\n]|\\.)*"\]|\[[^\]"\n]*\])?                        # the key of an instance
        (\.|\Z)""",
    re.VERBOSE,
).match


def follow(
    entries: Iterable[BaselineEntry], there: Collection[tuple[str, str]], moves: Callable[[str], Rename]
) -> list[BaselineEntry]:
    """Give entries the addresses of today. `there` are root and address of all that is; `moves` are asked by root."""
    followed = []
    for entry in entries:
        if (entry.root, entry.address) not in there:
            address = moves(entry.root)(entry.address)
            if (entry.root, address) in there:
                entry = replace(entry, address=address)
        followed.append(entry)
    return followed


def moves_of(resources: Sequence[Resource], files: Iterable[str], read: Callable[[str], bytes]) -> Rename:
    """Read the `moved` blocks of a root module and of what it calls. `read` gives a file, or raises `OSError`."""
    there = {each.address for each in resources}
    folders: dict[str, set[Steps]] = {}
    for each in resources:
        module = _steps(each.module) or ()
        for depth, place in enumerate((*each.calls, each.place)):
            if depth <= len(module):
                folders.setdefault(_folder(place.file), set()).add(module[:depth])
    found: Moves = {}
    count = 0
    for file in files:
        modules = sorted(folders.get(_folder(file), ())) if file.endswith(SYNTAX) else []
        for before, after in _moved(file, read) if modules else ():
            for module in modules:
                count += 1
                if count <= MOST:
                    found.setdefault((*module, *before), (*module, *after))

    def rename(address: str) -> str:
        steps = _steps(address)
        seen: set[Steps] = set()
        while steps and steps not in seen and len(seen) < _LONGEST_CHAIN:
            seen.add(steps)
            steps = _next(steps, found) or steps
        now = _address(steps) if steps else address
        return now if now in there else _with_count(now, there)

    return rename


def _next(steps: Steps, moves: Moves) -> Steps | None:
    """Apply the block that is about an address, or about a module above it."""
    for at, (name, key) in enumerate(steps):
        exact = moves.get(steps[: at + 1])
        if exact is not None:
            return (*exact, *steps[at + 1 :])
        whole = moves.get((*steps[:at], (name, ""))) if key else None
        if whole is not None and not whole[-1][1]:  # without any key it is about all instances, which keep theirs
            return (*whole[:-1], (whole[-1][0], key), *steps[at + 1 :])
    return None


def _with_count(address: str, there: Collection[str]) -> str:
    first = f"{address}[0]"
    if first in there:
        return first
    alone = address.removesuffix("[0]")
    return alone if alone in there else address


def _moved(file: str, read: Callable[[str], bytes]) -> Iterator[tuple[Steps, Steps]]:
    from imdsguard.hcl.syntax.json import parse_json_body
    from imdsguard.hcl.syntax.native import parse_body
    from imdsguard.hcl.syntax.source import SourceText

    try:
        data = read(file)
        if b"moved" not in data:
            return
        source = SourceText(file, data)
        body, _ = parse_json_body(source) if file.endswith(".json") else parse_body(source)
    except (OSError, EvaluationError, LimitReached):
        return
    for block in body.blocks("moved", 0):
        attributes = [block.body.attribute(name) for name in ("from", "to")]
        places = [each.expression.place for each in attributes if each is not None]
        ends = [_steps(_unquoted(written(source, place))) for place in places if place is not None]
        if len(ends) == 2 and ends[0] and ends[1]:
            before, after = ends[0], ends[1]
            if before[-1][0].startswith(_MODULE) == after[-1][0].startswith(_MODULE):
                yield before, after


def _unquoted(text: str) -> str:
    """Take an address out of a string of JSON syntax."""
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return ""


def _steps(address: str) -> Steps | None:
    """Take an address apart: module calls, then a resource if there is one. None if it is none."""
    found: list[Step] = []
    at = 0
    while at < len(address):
        match = _STEP(address, at)
        if match is None or (found and not found[-1][0].startswith(_MODULE)):
            return None
        found.append((match[1], match[2] or ""))
        at = match.end()
    return tuple(found) if not address.endswith(".") else None


def _address(steps: Steps) -> str:
    return ".".join(f"{name}{key}" for name, key in steps)


def _folder(file: str) -> str:
    return file.rpartition("/")[0]
