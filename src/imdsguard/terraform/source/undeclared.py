"""Names in variables files for which a root module has no variable: Terraform warns of each and goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from imdsguard.terraform.source.instance import ModuleInstance

NOT_DECLARED = "its root module does not declare this variable"


def undeclared_values(top: ModuleInstance, files: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield the file that each such name stands in, and a line about it for people. `files`: in these only."""
    for name, place in top.undeclared():
        if files is not None and place.file not in files:
            continue
        nearest = nearest_of(name, top.module.variables)
        yield place.file, f'{place}: "{name}": {NOT_DECLARED}' + (f"; {nearest}" if nearest else "")


def nearest_of(name: str, declared: Iterable[str]) -> str:
    """Ask for the declared name that is most like one that is not; nothing where none is."""
    from difflib import get_close_matches

    close = get_close_matches(name[:200], list(declared), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""
