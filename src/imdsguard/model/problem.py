"""What could not be read or checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place


@record(frozen=True, slots=True)
class Problem:
    """Something that stopped us from checking a part of the input.

    A problem is a value, not an exception: a reader returns what it understood *and* its problems, and a run
    with problems ends with exit code 2. `message` says what is wrong, `remedy` what to do about it.
    `known` says of one that was there before what says so: it is told, and does not decide the exit code.
    """

    message: str
    place: Place | None = None
    remedy: str = ""
    known: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text}: {self.remedy}" if self.remedy else text
