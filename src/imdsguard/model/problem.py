"""What could not be read or checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.place import Place


@record(frozen=True, slots=True)
class Problem:
    """Something that stopped us from checking a part of the input.

    A problem is a value, not an exception: a reader returns what it understood *and* its problems, and a run
    with problems ends with exit code 2. `message` says what is wrong, `remedy` what to do about it.
    `known` says of one that was there before what says so: it is told, and does not decide the exit code.
    Problems that are `about` the same thing (a module that many calls need) are told as one, with the places of the
    others in `also`.
    `environments` are those of its root module in which it is one, none where it is one in all of them.
    """

    message: str
    place: Place | None = None
    remedy: str = ""
    known: str = ""
    about: str = ""
    also: tuple[Place, ...] = ()
    environments: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What is wrong, with the environments where it is."""
        return f"{self.message} (in {', '.join(self.environments)})" if self.environments else self.message

    @property
    def where(self) -> str:
        """The place in words, and how many others there are."""
        more = f" and {len(self.also)} more place{'s' if len(self.also) > 1 else ''}" if self.also else ""
        return f"{self.place}{more}" if self.place else ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.told}" if self.place else self.told
        return f"{text}: {self.remedy}" if self.remedy else text


def told_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Make one of the problems about the same thing, where the first of them stands."""
    told: dict[object, Problem] = {}
    for number, each in enumerate(problems):
        key = (each.about, each.message, each.remedy, each.known, each.environments) if each.about else number
        first = told.setdefault(key, each)
        if first is not each and each.place is not None:
            told[key] = replace(first, also=(*first.also, each.place, *each.also))
    return tuple(told.values())
