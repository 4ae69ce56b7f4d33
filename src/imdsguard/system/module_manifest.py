"""`.terraform/modules/modules.json`, in which `terraform init` notes the folder of each module that it has at hand."""

from __future__ import annotations

from typing import Any

from imdsguard.system.files import read_bytes
from imdsguard.system.paths import NotAPathError, join_path

MANIFEST = ".terraform/modules/modules.json"
"""Its path below a root module."""


def manifest_entries(file: str) -> list[dict[str, Any]]:
    """Give the entries of a manifest that name a module and a folder, in order, with whatever else is in them.

    `Key` is the names of the calls that lead to the module, with dots between (empty for the root module), `Dir` its
    folder, a path from the root module. Raises `OSError`, and `ValueError` for what is no JSON.
    """
    import json

    try:
        document = json.loads(read_bytes(file))
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    entries = document.get("Modules") if isinstance(document, dict) else None
    return [
        entry
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("Key"), str) and _is_path(entry.get("Dir"))
    ]


def _is_path(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(join_path("", text))
    except NotAPathError:
        return False
