"""What is wrong with a policy file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imdsguard.model.place import Place

_T = TypeVar("_T")
_P = ParamSpec("_P")


class PolicyError(Exception):
    """A policy that cannot be used: it stops the run. `place` has the line and the column where one is to blame.

    `more` is what else is wrong with it.
    """

    def __init__(self, message: str, place: Place | None = None, more: Iterable[PolicyError] = ()) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.place = place
        self.more = tuple(more)

    def all(self) -> tuple[PolicyError, ...]:
        """Give every complaint, this one first."""
        return (self, *(one for other in self.more for one in other.all()))


class Complaints:
    """Collects what is wrong, so that a person who corrects a policy need not go through it once for each mistake."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: list[PolicyError] = []

    def add(self, message: str, place: Place | None) -> None:
        """Note a complaint."""
        self._found.append(PolicyError(message, place))

    def attempt(self, read: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T | None:
        """Read something; give None, and note why, if it is wrong."""
        try:
            return read(*arguments, **named)
        except PolicyError as error:
            self._found += (PolicyError(each.message, each.place) for each in error.all())
            return None

    def raise_if_any(self) -> None:
        """Raise `PolicyError` for the first complaint in the file, with all others, if there is any."""
        if self._found:
            found = {(each.message, each.place): each for each in self._found}
            first, *more = sorted(found.values(), key=_order)
            raise PolicyError(first.message, first.place, more)


def nearest(word: str, known: Iterable[str]) -> str:
    """Give `, did you mean "x"?` for the closest known word, else the list of all of them."""
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(word[:200], names, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f" (known: {', '.join(names)})" if names else ""


def _order(error: PolicyError) -> tuple[str, int, int]:
    place = error.place
    return (place.file, place.line, place.column) if place else ("", 0, 0)
