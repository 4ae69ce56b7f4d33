"""What instances run at boot, as far as it calls the instance metadata service."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason


class Flaw(Enum):
    """What is wrong with a call of the metadata service.

    `BROKEN_TOKEN`: it sends a token that can never be valid. `FALLBACK`: it is made only where no token could be had,
    or in a branch that does not run. `NOT_UNDERSTOOD`: the service is named, and no reader knows what for.
    `OLD_TOOL`: only old versions of the tool call without a token. `OLD_SDK`: a pin below the version that AWS names as
    the first to use tokens. `UNDECIDED`: it may send a token, by a header that cannot be told.
    (EC2 User Guide, "Use the Instance Metadata Service to access instance metadata")
    """

    NO_TOKEN = "no token"  # noqa: S105
    BROKEN_TOKEN = "broken token"  # noqa: S105
    FALLBACK = "fallback"
    OLD_TOOL = "old tool"
    OLD_SDK = "old SDK"
    UNDECIDED = "undecided"
    NOT_UNDERSTOOD = "not understood"


@record(frozen=True, slots=True)
class MetadataCall:
    """One call that fails, or may fail, once tokens are required.

    `what` shows it on one line; "" where the user data is sensitive. `script` says which piece of the user data it
    stands in, `line` is its line in the user data (from 1), and `place` where that line is written in the code. One
    that is not made `at_boot` stands in a document, or in a provisioner, that runs there: then `script` names that.
    """

    flaw: Flaw
    what: str
    script: str
    line: int
    place: Place | None = None
    at_boot: bool = True


@record(frozen=True, slots=True)
class UntoldCode:
    """Code that something else runs, or may run, on instances: why it cannot be told what it calls there."""

    reason: Reason
    place: Place | None = None


@record(frozen=True, slots=True)
class UserData:
    """What a launch runs at boot: the calls in it that lack a token, and why some of it could not be read.

    `given` is false where the launch itself has no user data. `place` is where the argument stands. `not_seen` are the
    addresses of code that is downloaded and run, and was not read. `untold` says of what something else runs there why
    it cannot be told what that calls, or whether it runs there at all.
    """

    given: bool = False
    calls: tuple[MetadataCall, ...] = ()
    unread: tuple[Reason, ...] = ()
    place: Place | None = None
    not_seen: tuple[str, ...] = ()
    untold: tuple[UntoldCode, ...] = ()


NO_USER_DATA = UserData()


def together(found: Iterable[UserData]) -> UserData:
    """Give all that several pieces of code come to; the place is that of the first."""
    given = [each for each in found if each.given]
    if not given:
        return NO_USER_DATA
    calls = tuple(call for each in given for call in each.calls)
    unread = tuple(reason for each in given for reason in each.unread)
    not_seen = tuple(dict.fromkeys(address for each in given for address in each.not_seen))
    untold = tuple(code for each in given for code in each.untold)
    place = next((each.place for each in given if each.place is not None), None)
    return UserData(True, calls, unread, place, not_seen, untold)
