"""Reading what instances run at boot: which metadata calls will be refused once tokens are required."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.user_data.envelope import opened, unpacked
from imdsguard.aws.user_data.script import GAP, Language, Script, ScriptCall, ScriptReading
from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GAP", "Contents", "Language", "Script", "ScriptCall", "read_scripts", "read_user_data"]

_MOST_SCRIPTS = 200
_MOST_CALLS = 100
_WORDS = ("169.254.169.254", "fd00:ec2::254", "instance-data", "ec2-metadata", "ec2metadata", "aws", "boto", "metadata")


@record(frozen=True, slots=True)
class Contents:
    """What was found in user data: calls in the order of its lines, and what of it could not be read.

    `text` is what was read, base64 and gzip taken off: lines and columns are those of this text.
    """

    text: str = ""
    calls: tuple[ScriptCall, ...] = ()
    unread: tuple[str, ...] = ()


def read_user_data(text: str) -> Contents:
    """Read user data as EC2 and cloud-init would: plain, base64, gzip, MIME or cloud-config. Runs nothing.

    `GAP` characters stand for what is not known yet; what stands around them is still read.
    """
    data, problem = unpacked(text.encode("utf-8", "replace"))
    content = data.decode("utf-8", "replace")
    found = opened(content)
    unread = [*found.unread, *((f"user data: {problem}",) if problem else ())]
    return read_scripts(found.scripts, content, unread)


def read_scripts(scripts: Iterable[Script], text: str = "", unread: Iterable[str] = ()) -> Contents:
    """Read scripts, and the scripts in them."""
    missed = list(unread)
    calls: dict[tuple[object, ...], ScriptCall] = {}
    queue = list(scripts)
    for number, script in enumerate(queue):
        if number >= _MOST_SCRIPTS or len(calls) >= _MOST_CALLS:
            missed.append(f"user data: more than {_MOST_SCRIPTS} scripts or {_MOST_CALLS} calls")
            break
        reading = _read(script)
        queue.extend(reading.inner)
        missed.extend(reading.unread)
        for call in reading.calls:
            calls.setdefault((call.line, call.what), call)
    found = sorted(calls.values(), key=lambda c: (c.line, c.column, c.what))
    return Contents(text, tuple(found), tuple(dict.fromkeys(missed)))


def _read(script: Script) -> ScriptReading:
    lowered = script.text.lower()
    if not script.known and not any(word in lowered for word in _WORDS):
        return ScriptReading()  # no call can be in it: no parser is loaded
    if script.language is Language.SHELL:
        from imdsguard.aws.user_data.shell import read_shell

        return read_shell(script)
    if script.language is Language.PYTHON:
        from imdsguard.aws.user_data.python import read_python

        return read_python(script)
    if script.language is Language.BATCH:
        from imdsguard.aws.user_data.batch import read_batch

        return read_batch(script)
    from imdsguard.aws.user_data.powershell import read_powershell

    return read_powershell(script)
