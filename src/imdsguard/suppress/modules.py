"""Downloaded modules, for the earlier version of a tree: those whose calls ask for the same as today's.

`.terraform/modules` is in no commit. What `terraform init` put there is today's; the earlier version may be judged with
it only where it asked for the same source and version. Elsewhere its code is not known.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.system.files import read_bytes
from imdsguard.system.module_manifest import MANIFEST, manifest_entries
from imdsguard.system.paths import SYNTAX, join_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.hcl.syntax.source import SourceText
    from imdsguard.model.place import Place

_NAMES = ("source", "version")


def unchanged_modules(earlier: str, today: str) -> list[dict[str, Any]]:
    """Give the entries of today's manifest that hold for the earlier version of the root module, too."""
    try:
        entries = manifest_entries(os.path.join(today, MANIFEST))
    except (OSError, ValueError):
        return []
    folders = {entry["Key"]: entry["Dir"] for entry in entries}
    calls: dict[str, Mapping[str, tuple[str, ...]]] = {}
    return [entry for entry in entries if _same(entry["Key"], folders, earlier, today, calls)]


def _same(
    key: str, folders: Mapping[str, str], earlier: str, today: str, calls: dict[str, Mapping[str, tuple[str, ...]]]
) -> bool:
    """Go down the calls that lead to a module, as far as they are in the repository's own code."""
    names = key.split(".") if key else []
    folder = "."
    for depth, name in enumerate(names, 1):
        asked = []
        for top in (earlier, today):
            place = os.path.normpath(join_path(top, folder))
            if place not in calls:
                calls[place] = module_calls(place)
            asked.append(calls[place].get(name))
        if asked[0] is None or asked[0] != asked[1]:
            return False
        folder = folders.get(".".join(names[:depth]), "")
        if not folder or ".terraform" in folder.split("/"):
            return True  # what a downloaded module calls is the same if the module is
    return True


def module_calls(folder: str) -> dict[str, tuple[str, ...]]:
    """Give what each module call of a folder asks for, as it is written: source and version."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(SYNTAX))
    except OSError:
        return found
    for name in names:
        try:
            found.update(_calls(os.path.join(folder, name)))
        except (OSError, EvaluationError, LimitReached):
            continue
    return found


def _calls(file: str) -> dict[str, tuple[str, ...]]:
    from imdsguard.hcl.syntax.json import parse_json_body
    from imdsguard.hcl.syntax.native import parse_body
    from imdsguard.hcl.syntax.source import SourceText

    data = read_bytes(file)
    if b"module" not in data:
        return {}
    source = SourceText(file, data)
    body, _ = parse_json_body(source) if file.endswith(".json") else parse_body(source)
    found = {}
    for block in body.blocks("module", 1):
        asked = []
        for name in _NAMES:
            attribute = block.body.attribute(name)
            place = attribute.expression.place if attribute is not None else None
            asked.append("" if place is None else written(source, place))
        if block.labels:
            found[block.labels[0]] = tuple(asked)
    return found


def written(source: SourceText, place: Place) -> str:
    """Give what stands at a place."""
    cut = list(source.lines(place.line, place.end_line))
    if cut:
        cut[-1] = cut[-1][: place.end_column - 1]
        cut[0] = cut[0][place.column - 1 :]
    return "\n".join(cut)
