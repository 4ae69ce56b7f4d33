"""What root modules were given, held against what they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.place import Place
from imdsguard.model.problem import Problem
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.source.source_cache import SourceCache

MOST_NAMED = 10
"""Names of one file that are told one by one."""
NOT_DECLARED = "no root module that was read declares this variable"


@record(frozen=True, slots=True)
class RootInputs:
    """A root module that was read, by its folder, and what it was given."""

    cache: SourceCache
    folder: str
    inputs: Inputs


def undeclared(read: Sequence[RootInputs]) -> list[Problem]:
    """The names of `--var` that no root module declares: Terraform refuses them, for they may be misspelt."""
    found = []
    for inputs, roots in _by_inputs(read):
        given = [text.partition("=")[0].strip() for kind, text in inputs.given() if kind == "var" and "=" in text]
        found += [
            Problem(NOT_DECLARED, Place(f"{inputs.variables_of} {name}"), nearest or "Terraform refuses this")
            for name, nearest in _not_declared(given, roots)
        ]
    return found


def undeclared_in_files(read: Sequence[RootInputs]) -> tuple[str, ...]:
    """Say which names in files of `--var-file` no root module declares.

    Terraform warns of them and goes on: a file may be shared by stacks that do not declare the same.
    """
    from imdsguard.terraform.source.variables import named_file

    found: dict[str, None] = {}
    users: dict[str, list[RootInputs]] = {}
    for each in read:
        for kind, text in each.inputs.given():
            if kind == "var-file":
                users.setdefault(text, []).append(each)
    for file, roots in users.items():
        places = {name: given.place for name, given in named_file(file, roots[0].cache).items()}
        missing = _missing(list(places), roots)
        for name, nearest in _not_declared(missing[:MOST_NAMED], roots):
            found[f'{places[name]}: "{name}": {NOT_DECLARED}' + (f"; {nearest}" if nearest else "")] = None
        if len(missing) > MOST_NAMED:
            found[f"{file}: and {len(missing) - MOST_NAMED} more names that no root module that was read declares"] = (
                None
            )
    return tuple(found)


def _by_inputs(read: Sequence[RootInputs]) -> Iterator[tuple[Inputs, list[RootInputs]]]:
    """Give those that were given the same variables by the same one."""
    groups: dict[tuple[object, ...], list[RootInputs]] = {}
    for each in read:
        groups.setdefault((each.inputs.variables_of, each.inputs.variables), []).append(each)
    for roots in groups.values():
        yield roots[0].inputs, roots


def _not_declared(names: Sequence[str], roots: Sequence[RootInputs]) -> list[tuple[str, str]]:
    """Give those of the names that no root declares, each once, with a question for the nearest one that is; or ""."""
    missing = _missing(names, roots)
    declared = {name: None for root in roots if missing for name in root.cache.module(root.folder).variables}
    from imdsguard.terraform.source.undeclared import nearest_of

    return [(name, nearest_of(name, declared)) for name in missing]


def _missing(names: Sequence[str], roots: Sequence[RootInputs]) -> list[str]:
    """Give those of the names that no root module declares, each once; none where nothing was read."""
    missing = list(dict.fromkeys(names)) if roots else []
    for root in roots:
        declared = root.cache.module(root.folder).variables if missing else {}
        missing = [name for name in missing if name not in declared]
    return missing
