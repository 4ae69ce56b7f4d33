"""Reading what instances run at boot: which metadata calls will be refused once tokens are required."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.user_data.envelope import opened, unpacked
from imdsguard.aws.user_data.script import GAP, File, Language, Script, ScriptCall
from imdsguard.model.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.model.reason import Reason

__all__ = ["GAP", "Contents", "File", "Language", "Script", "ScriptCall", "read_scripts", "read_user_data"]


@record(frozen=True, slots=True)
class Contents:
    """What was found in user data: calls in the order of its lines, and what of it could not be read.

    `text` is what was read, base64 and gzip taken off: lines and columns are those of this text. `not_seen` are the
    addresses of code that it downloads and runs.
    """

    text: str = ""
    calls: tuple[ScriptCall, ...] = ()
    unread: tuple[Reason, ...] = ()
    not_seen: tuple[str, ...] = ()


def read_user_data(text: str) -> Contents:
    """Read user data as EC2 and cloud-init would: plain, base64, gzip, MIME or cloud-config. Runs nothing.

    `GAP` characters stand for what is not known yet; what stands around them is still read.
    """
    data, problem = unpacked(text.encode("utf-8", "replace"))
    content = data.decode("utf-8", "replace")
    found = opened(content)
    unread = [*found.unread, *((replace(problem, subject="user data"),) if problem else ())]
    return read_scripts(found.scripts, content, unread, found.files)


def read_scripts(
    scripts: Iterable[Script], text: str = "", unread: Iterable[Reason] = (), files: Iterable[File] = ()
) -> Contents:
    """Read scripts, the scripts in them, and the files that they write or find."""
    from imdsguard.aws.user_data.boot import Boot

    boot = Boot(files)
    boot.run(scripts)
    calls = sorted(boot.calls(), key=lambda c: (c.line, c.column, c.what))
    missed = dict.fromkeys((*unread, *boot.unread()))
    return Contents(text, tuple(calls), tuple(missed), tuple(boot.world.not_seen[:20]))
