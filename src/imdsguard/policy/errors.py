"""What is wrong with a policy file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.place import Place


class PolicyError(Exception):
    """A policy that cannot be used: it stops the run. `place` has the line and the column where one is to blame."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.place = place


def nearest(word: str, known: Iterable[str]) -> str:
    """Give `, did you mean "x"?` for the closest known word, else the list of all of them."""
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(word[:200], names, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f" (known: {', '.join(names)})" if names else ""
