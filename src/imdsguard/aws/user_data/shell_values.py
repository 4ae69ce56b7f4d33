"""What a word of a shell script can be: sets of texts, with marks for what only the running script knows."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.script import GAP

if TYPE_CHECKING:
    from collections.abc import Iterable

TOKEN = "\ue000"  # noqa: S105
"""Stands for a token that the metadata service gave (a private character, taken out of what is read)."""
BAD = "\ue001"
"""Stands for what the metadata service answers to a request for a token that it refuses."""
UNSET = "\ue002"
"""Stands for a variable that nothing sets: it is empty, but perhaps the environment knows better."""
MARKS = (TOKEN, BAD, UNSET)

MOST_READINGS = 8
"""How many values a variable set in several branches may have here; more would help nobody and cost time."""
LONGEST = 64_000
"""Characters of a value that are kept: EC2 takes 16 KB of user data, packed."""

Readings = tuple[str, ...]
"""The values a text may have, at least one. `GAP` stands in them for what only the running script knows."""
UNKNOWN: Readings = (GAP,)
EMPTY: Readings = ("",)

SAMPLE = "AQAEAExampleTokenThatIsLikeOneOfTheServices1234567890abcd=="
"""What is put for a token where a script compares it with something."""


def named(text: str) -> list[str]:
    """The words of a text that lists names."""
    return text.split()


def merged(*sets: Iterable[str]) -> Readings:
    """One set of readings out of several, the newest kept."""
    found = tuple(dict.fromkeys(text for each in sets for text in each))
    return found[-MOST_READINGS:] or EMPTY


def joined(parts: Iterable[Readings], between: str = "") -> Readings:
    """The readings of a text that is made of parts."""
    texts = (cut(between.join(choice)) for choice in islice(product(*parts), MOST_READINGS))
    return tuple(dict.fromkeys(texts)) or EMPTY


def cut(text: str) -> str:
    """The text, or its beginning where it is longer than what is kept."""
    return text if len(text) <= LONGEST else text[:LONGEST] + GAP


def without_marks(text: str) -> str:
    """A text from outside, free of the characters that are marks here."""
    for mark in MARKS:
        text = text.replace(mark, "?")
    return text


def is_filled(text: str) -> bool | None:
    """Whether the text is not empty; None where that cannot be told."""
    rest = text.replace(UNSET, "")
    if rest.replace(GAP, ""):
        return True
    return None if rest else False


def plain(text: str) -> str:
    """The text as a command would get it: a token is a sample of one, what is not set is empty."""
    return text.replace(TOKEN, SAMPLE).replace(BAD, SAMPLE).replace(UNSET, "")


def shown(text: str) -> str:
    """The text for a person: "..." for what is not known."""
    return text.replace(UNSET, "").replace(GAP, "...").replace(TOKEN, "...").replace(BAD, "...")


def agreed(answers: Iterable[bool | None]) -> bool | None:
    """What all answers say, or None."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None
